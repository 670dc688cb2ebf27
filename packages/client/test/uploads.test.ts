import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, describe, it } from 'node:test';
import { fileOf, type Progress, Strongroom } from '@strongroom/client';
import { diskAndSqlite, s3AndPostgres } from '../../server/test/acceptance/backends.ts';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { paddedPdf, pdf } from '../../server/test/fixtures/make.ts';
import { startServer, testFolder } from '../../server/test/harness.ts';
import { failure, otherServer, page } from './pages-of-others.ts';

const service = await startServer({ after });

/** One service for all tests, each with a record of its own. */
function house({ name }: { name: string }) {
  return { ...service, kept: { recordId: name, type: 'contract' } };
}

const bytes = await buffer(paddedPdf(2 * 2 ** 20).body);
/** More than what lies between two programs on one machine. */
const large = Buffer.alloc(64 * 2 ** 20, pdf());
const sha256 = createHash('sha256').update(bytes).digest('hex');

/** All that is left of uploads, but for what was given up. */
async function left(strongroom: Strongroom, recordId: string): Promise<string[]> {
  const states: string[] = [];
  for await (const { state } of strongroom.list({ recordId, state: 'all' }))
    if (state !== 'abandoned') states.push(state);
  return states;
}

// Most of them wait: for a line that is slow, for a service that says when to come again.
describe('an upload', { concurrency: 4 }, () => {
  for (const backend of [diskAndSqlite, s3AndPostgres]) {
    const skip = backend.missing();

    it(`a connection lost in the middle, then another attempt: one document (${backend.name})`, {
      skip,
    }, async (t) => {
      const { url, key } = await backend.start(t, await backend.prepare(t));
      const kept = { recordId: 'inquiry-1', type: 'contract' };
      const proxy = await TcpProxy.before(t, url);
      const strongroom = new Strongroom({ url: proxy.url, token: key });
      await proxy.cut('up', 1_000_000, { once: true });
      const document = await strongroom.upload(bytes, kept);
      assert.deepEqual([document.sha256, document.size, proxy.cuts], [sha256, bytes.length, 1]);
      assert.deepEqual(await left(strongroom, kept.recordId), ['available']);
    });

    it(`a connection lost before the answer, then another attempt: one document (${backend.name})`, {
      skip,
    }, async (t) => {
      const { url, key } = await backend.start(t, await backend.prepare(t));
      const kept = { recordId: 'inquiry-1', type: 'contract' };
      const proxy = await TcpProxy.before(t, url);
      const strongroom = new Strongroom({ url: proxy.url, token: key });
      await proxy.cut('down', 1, { once: true });
      const document = await strongroom.upload(bytes, kept);
      assert.deepEqual([document.sha256, proxy.cuts], [sha256, 1]);
      assert.deepEqual(await left(strongroom, kept.recordId), ['available']);
    });
  }

  it('a line that dies in silence is given up, and another attempt made on a new one', async (t) => {
    const { url, key, kept } = house(t);
    const proxy = await TcpProxy.before(t, url);
    const strongroom = new Strongroom({ url: proxy.url, token: key, timeout: 1_000 });
    let held = false;
    const onProgress = ({ sent }: Progress) => {
      if (held || sent < 500_000) return;
      held = true;
      void proxy.hold();
      setTimeout(() => void proxy.pass(), 1_500);
    };
    const document = await strongroom.upload(bytes, { ...kept, onProgress });
    assert.equal(document.sha256, sha256);
    assert.deepEqual(await left(strongroom, kept.recordId), ['available']);
  });

  it('progress moves, never back, also when an attempt begins again', async (t) => {
    const { url, key, kept } = house(t);
    const proxy = await TcpProxy.before(t, url);
    const strongroom = new Strongroom({ url: proxy.url, token: key });
    await proxy.cut('up', 1_000_000, { once: true });
    const seen: Progress[] = [];
    await strongroom.upload(bytes, { ...kept, onProgress: (each) => seen.push(each) });
    const sent = seen.map((each) => each.sent);
    assert.ok(new Set(sent).size > 10, `${sent}`);
    assert.deepEqual(
      sent,
      [...sent].sort((a, b) => a - b),
    );
    assert.deepEqual(seen.at(-1), { sent: bytes.length, total: bytes.length });
  });

  it('cancelled in the middle leaves nothing', async (t) => {
    const { url, key, kept } = house(t);
    const proxy = await TcpProxy.before(t, url);
    await proxy.throttle(8_000_000);
    const strongroom = new Strongroom({ url: proxy.url, token: key });
    const ending = new AbortController();
    const onProgress = ({ sent }: Progress) => void (sent > 12_000_000 && ending.abort());
    const error = await failure(strongroom.upload(large, { ...kept, signal: ending.signal, onProgress }));
    assert.equal(error.code, 'aborted');
    await proxy.pass();
    while ((await left(strongroom, kept.recordId)).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('what is wrong is heard while the body is still on its way', async (t) => {
    const kept = { recordId: 'inquiry-1', type: 'contract' };
    const { url, key } = await startServer(t, { MAX_UPLOAD_SIZE: '1000000' });
    const strongroom = new Strongroom({ url, token: key });
    const seen: Progress[] = [];
    const error = await failure(strongroom.upload(large, { ...kept, onProgress: (each) => seen.push(each) }));
    assert.deepEqual([error.code, error.status, error.parameters.limit], ['too_large', 413, 1_000_000]);
    assert.ok((seen.at(-1)?.sent ?? 0) < large.length, 'not all of it was sent');
    const unknown = await failure(strongroom.upload(bytes, { ...kept, type: 'passport' }));
    assert.equal(unknown.code, 'unknown_document_type');
    const refused = await failure(strongroom.upload('#!/bin/sh\n', kept));
    assert.equal(refused.code, 'type_refused');
  });

  it('a proxy’s page of 413 is in words, also while the body is still on its way', async (t) => {
    const kept = { recordId: 'inquiry-1', type: 'contract' };
    const url = await otherServer(t, page(413, { connection: 'close' }));
    const error = await failure(new Strongroom({ url }).upload(Buffer.alloc(32 * 2 ** 20), kept));
    assert.deepEqual([error.code, error.status, error.parameters], ['too_large', 413, {}]);
  });

  it('a token of yesterday is renewed before an upload, also before one of a stream', async (t) => {
    const { url, key, kept } = house(t);
    for (const file of [bytes, Readable.from([bytes])]) {
      const tokens = ['a-token-of-yesterday-that-is-over', key];
      const strongroom = new Strongroom({ url, token: async () => tokens.shift() ?? 'none' });
      const document = await strongroom.upload(file, kept);
      assert.equal(document.sha256, sha256);
    }
  });

  it('a stream is sent as it comes; when its line is lost it is not sent again', async (t) => {
    const { url, key, kept } = house(t);
    const proxy = await TcpProxy.before(t, url);
    const strongroom = new Strongroom({ url: proxy.url, token: key });
    const seen: Progress[] = [];
    const stream = paddedPdf(300_000).body;
    const document = await strongroom.upload(stream, { ...kept, onProgress: (each) => seen.push(each) });
    assert.equal(document.size, 300_000);
    assert.equal(seen[0]?.total, null);
    assert.deepEqual(seen.at(-1), { sent: 300_000, total: 300_000 });
    await proxy.cut('up', 1_000_000, { once: true });
    const error = await failure(strongroom.upload(paddedPdf(2_000_000).body, kept));
    assert.equal(error.code, 'unreachable');
    await proxy.pass();
    while ((await left(strongroom, kept.recordId)).length > 1)
      await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('a file is named by its path, and read anew for each attempt', async (t) => {
    const { url, key, kept } = house(t);
    const proxy = await TcpProxy.before(t, url);
    const strongroom = new Strongroom({ url: proxy.url, token: key });
    const path = join(await testFolder(t), 'Vertrag Müller.pdf');
    await writeFile(path, bytes);
    await proxy.cut('up', 1_000_000, { once: true });
    const document = await strongroom.upload(await fileOf(path), kept);
    assert.deepEqual([document.filename, document.sha256, proxy.cuts], ['Vertrag Müller.pdf', sha256, 1]);
  });

  it('a file that changes or goes away meanwhile is no document, and not the line’s fault', async (t) => {
    const { url, key, kept } = house(t);
    const strongroom = new Strongroom({ url, token: key });
    const path = join(await testFolder(t), 'contract.pdf');
    for (const after of [bytes.subarray(0, 700_000), Buffer.concat([bytes, bytes])]) {
      await writeFile(path, bytes);
      const file = await fileOf(path);
      await writeFile(path, after);
      const error = await failure(strongroom.upload(file, kept));
      assert.deepEqual([error.code, error.retryable], ['file_unreadable', false]);
    }
    await assert.rejects(fileOf(join(path, 'none')), { code: 'ENOTDIR' });
    while ((await left(strongroom, kept.recordId)).length > 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('names and metadata arrive as they are, whichever way they go', async (t) => {
    const { url, key, kept } = house(t);
    const strongroom = new Strongroom({ url, token: key });
    const recordId = '../a/b %2e \u{1f5dd}\u{fe0f}';
    for (const note of ['short', 'ä"\r\n'.repeat(900)]) {
      const metadata = { note, nested: { list: [1, null] } };
      const filename = 'Ausweis "Müller"; 证件.pdf';
      const seen: Progress[] = [];
      const document = await strongroom.upload(new Blob([pdf()], { type: 'application/pdf' }), {
        ...kept,
        recordId,
        filename,
        metadata: note === 'short' ? metadata : { ...metadata, note: note.replaceAll(/[\r\n]/g, ' ') },
        onProgress: (each) => seen.push(each),
      });
      assert.equal(document.recordId, recordId);
      assert.equal(document.filename, filename);
      assert.deepEqual(document.metadata.nested, metadata.nested);
      assert.deepEqual(seen.at(-1), { sent: pdf().length, total: pdf().length });
    }
  });

  it('the same key over two programs is one document', async (t) => {
    const { url, key, kept } = house(t);
    const idempotencyKey = randomBytes(16).toString('hex');
    const [first, second] = await Promise.all(
      [1, 2].map(() => new Strongroom({ url, token: key }).upload(bytes, { ...kept, idempotencyKey })),
    );
    assert.equal(first?.id, second?.id);
  });

  it('what is no file is told before anything is sent', async () => {
    const kept = { recordId: 'inquiry-1', type: 'contract' };
    const strongroom = new Strongroom({ url: 'http://127.0.0.1:9' });
    await assert.rejects(strongroom.upload({} as Blob, kept), TypeError);
    await assert.rejects(strongroom.upload(null as unknown as Blob, kept), TypeError);
  });
});
