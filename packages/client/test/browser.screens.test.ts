/** The client as pages load it, in Chromium, against the real service. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type Progress, Strongroom } from '@strongroom/client';

import { diskAndSqlite, s3AndPostgres } from '../../server/test/acceptance/backends.ts';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { needs, startServer, testFolder } from '../../server/test/harness.ts';
import { endBrowser, type TestPage } from '../../ui/test/browser.ts';
import { clientPage, type Window } from './client-page.ts';
import { otherServer, page as proxyPage } from './pages-of-others.ts';

after(endBrowser);

const text = (bytes: number) => '0123456789abcdef'.repeat(Math.ceil(bytes / 16)).slice(0, bytes);
const sha256 = (bytes: number) => createHash('sha256').update(text(bytes)).digest('hex');

/** Uploads in the page; the document, and what was told of its progress. */
function uploaded(page: TestPage['page'], bytes: number, recordId = 'inquiry-1') {
  return page.evaluate(
    async ({ bytes, recordId }) => {
      const { strongroom, file } = globalThis as unknown as Window;
      const progress: Progress[] = [];
      const onProgress = (each: Progress) => void progress.push(each);
      const document = await strongroom.upload(file(bytes), { recordId, type: 'other', onProgress });
      return { document, progress };
    },
    { bytes, recordId },
  );
}

/** States of what is left of uploads, but for what was given up. */
function left(page: TestPage['page']): Promise<string[]> {
  return page.evaluate(async () => {
    const { strongroom } = globalThis as unknown as Window;
    const states: string[] = [];
    for await (const { state } of strongroom.list({ state: 'all' })) states.push(state);
    return states.filter((state) => state !== 'abandoned');
  });
}

describe('the client in a browser', { skip: needs('chromium'), concurrency: 3 }, () => {
  it('keeps a document, reads it, lists it, ends it', async (t) => {
    const { url, key } = await startServer(t);
    const page = await clientPage(t, url, { token: key });
    const { document } = await uploaded(page, 300_000);
    assert.deepEqual([document.filename, document.sha256], ['letter.txt', sha256(300_000)]);
    const seen = await page.evaluate(async (id) => {
      const { strongroom } = globalThis as unknown as Window;
      const content = await strongroom.content(id, { range: 'bytes=0-15' });
      const { url } = await strongroom.link(id);
      const listed: string[] = [];
      for await (const each of strongroom.list({ recordId: 'inquiry-1', limit: 1 })) listed.push(each.id);
      const opened = await fetch(url);
      const removed = await strongroom.remove(id);
      return [content.status, await content.text(), opened.status, listed, removed?.state];
    }, document.id);
    assert.deepEqual(seen, [206, '0123456789abcdef', 200, [document.id], 'deleted']);
  });

  for (const backend of [diskAndSqlite, s3AndPostgres])
    it(`makes one document of an upload whose line was lost, on ${backend.name}`, {
      skip: backend.missing(),
    }, async (t) => {
      const { url, key } = await backend.start(t, await backend.prepare(t));
      const proxy = await TcpProxy.before(t, url);
      const page = await clientPage(t, proxy.url, { token: key });
      await proxy.cut('up', 3_000_000, { once: true, to: /^POST / });
      const first = await uploaded(page, 8_000_000);
      assert.deepEqual([first.document.sha256, proxy.cuts], [sha256(8_000_000), 1]);
      const sent = first.progress.map((each) => each.sent);
      assert.deepEqual(
        sent,
        sent.toSorted((a, b) => a - b),
      );
      assert.deepEqual(first.progress.at(-1), { sent: 8_000_000, total: 8_000_000 });
      await proxy.cut('down', 1, { once: true, to: /^POST / });
      const second = await uploaded(page, 8_000_000, 'inquiry-2');
      assert.deepEqual([second.document.sha256, proxy.cuts], [sha256(8_000_000), 2]);
      assert.deepEqual(await left(page), ['available', 'available']);
    });

  it('tells of progress as it is, on a slow line', async (t) => {
    const { url, key } = await startServer(t);
    const proxy = await TcpProxy.before(t, url);
    const page = await clientPage(t, proxy.url, { token: key });
    await proxy.throttle(20_000_000);
    const { progress } = await uploaded(page, 30_000_000);
    const sent = progress.map((each) => each.sent);
    assert.ok(sent.filter((bytes) => bytes > 0 && bytes < 30_000_000).length > 5, `${sent}`);
    assert.deepEqual(
      sent,
      sent.toSorted((a, b) => a - b),
    );
  });

  it('leaves nothing of an upload that is cancelled', async (t) => {
    const { url, key } = await startServer(t);
    const proxy = await TcpProxy.before(t, url);
    const page = await clientPage(t, proxy.url, { token: key });
    await proxy.throttle(20_000_000);
    const error = await page.evaluate(() => {
      const { strongroom, file, failure } = globalThis as unknown as Window;
      const ending = new AbortController();
      const onProgress = ({ sent }: Progress) => void (sent > 10_000_000 && ending.abort());
      const options = { recordId: 'inquiry-1', type: 'other', signal: ending.signal, onProgress };
      return failure(strongroom.upload(file(100_000_000), options));
    });
    assert.deepEqual([error.code, error.ours], ['aborted', true]);
    await proxy.pass();
    while ((await left(page)).length > 0) await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('hears a refusal while the body is still on its way', async (t) => {
    const { url, key } = await startServer(t, { MAX_UPLOAD_SIZE: '1000000' });
    const page = await clientPage(t, url, { token: key });
    const error = await page.evaluate(() => {
      const { strongroom, file, failure } = globalThis as unknown as Window;
      return failure(strongroom.upload(file(60_000_000), { recordId: 'inquiry-1', type: 'other' }));
    });
    assert.deepEqual([error.code, error.status], ['too_large', 413]);
    assert.equal((error.parameters as { limit: number }).limit, 1_000_000);
    assert.equal(typeof error.requestId, 'string');
  });

  for (const [status, code] of [
    [413, 'too_large'],
    [502, 'gateway'],
  ] as const)
    it(`has words for a proxy's page of ${status}`, async (t) => {
      let asked = 0;
      const url = await otherServer(t, (request, response) => {
        if (request.method === 'POST') asked++;
        proxyPage(status)(request, response);
      });
      const page = await clientPage(t, url, { token: 'none', more: { retries: 4 } });
      const error = await page.evaluate(() => {
        const { strongroom, file, failure } = globalThis as unknown as Window;
        return failure(strongroom.upload(file(1_000), { recordId: 'inquiry-1', type: 'other' }));
      });
      assert.deepEqual([error.code, error.status], [code, status]);
      assert.equal(asked, status === 413 ? 1 : 5);
    });

  it('works from a page of another origin with a grant, renewed when it has expired', async (t) => {
    const app = await otherServer(t, (_request, response) => void response.end('the app'));
    const { url, key } = await startServer(t, { ALLOWED_ORIGINS: app });
    const backend = new Strongroom({ url, token: key });
    const actions = ['upload', 'list', 'read'] as const;
    const granted = () => backend.createGrant({ recordId: 'inquiry-1', actions });
    const [over, good] = [await granted(), await granted()];
    await backend.revokeGrant(over.id);
    // Elsewhere a grant that was revoked works for up to 5 s; here it was asked for before.
    const old = { headers: { authorization: `Bearer ${over.token}` } };
    while ((await fetch(`${url}/v1/document-types`, old)).ok);
    const page = await clientPage(t, url, { token: [over.token, good.token], origin: app });
    const { document, progress } = await uploaded(page, 300_000);
    assert.deepEqual(
      [document.sha256, document.createdBy],
      [sha256(300_000), { kind: 'grant', id: good.id }],
    );
    assert.deepEqual(progress.at(-1), { sent: 300_000, total: 300_000 });
    const errors = await page.evaluate(async (id) => {
      const { strongroom, file, failure } = globalThis as unknown as Window;
      const elsewhere = { recordId: 'inquiry-2', type: 'other' };
      return Promise.all([strongroom.remove(id), strongroom.upload(file(10), elsewhere)].map(failure));
    }, document.id);
    for (const error of errors) {
      assert.deepEqual([error.code, error.status, error.ours], ['not_allowed', 403, true]);
      assert.equal(typeof error.requestId, 'string', 'a field that pages of other origins may read');
    }
  });

  it('says of a file that is gone since it was chosen that it is the file', async (t) => {
    const { url, key } = await startServer(t);
    const page = await clientPage(t, url, { token: key });
    const path = join(await testFolder(t), 'letter.txt');
    await writeFile(path, text(1_000_000));
    await page.setContent('<input type="file">');
    await page.locator('input').setInputFiles(path);
    await rm(path);
    const error = await page.locator('input').evaluate((input: { files: File[] }) => {
      const { strongroom, failure } = globalThis as unknown as Window;
      return failure(strongroom.upload(input.files[0] as File, { recordId: 'inquiry-1', type: 'other' }));
    });
    assert.deepEqual([error.code, error.retryable], ['file_unreadable', false]);
  });
});
