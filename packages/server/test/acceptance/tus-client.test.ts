/** tus-js-client, as it is published, against the service: what its users do with it in Node. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Upload } from 'tus-js-client';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { type Ending, type TestServer, testFolder } from '../harness.ts';
import { backends } from './backends.ts';
import { ApiClient } from './client.ts';
import { lookAtRecords, type RecordsLook } from './crash-records.ts';
import { byTus, FileUrlStorage, idOf, loseLine, pdfOf, refusal, sent, type TusRun } from './tus.ts';

const MiB = 1024 ** 2;
const config = { lifecycle: { every: '100ms', lookAgainAfter: '100ms' } };

for (const backend of backends) {
  describe(`tus-js-client on ${backend.name}`, { skip: backend.missing() }, () => {
    const undo: (() => unknown)[] = [];
    const ending: Ending = { after: (last) => void undo.unshift(last) };
    let server: TestServer;
    let api: ApiClient;
    let records: RecordsLook;

    before(async () => {
      const settings = await backend.prepare(ending);
      await writeFile(join(settings.DATA_DIR ?? '', 'strongroom.config.json'), JSON.stringify(config));
      server = await backend.start(ending, { ...settings, UPLOAD_EXPIRES: '1h' });
      api = new ApiClient(server);
      records = lookAtRecords(settings);
    });
    after(async () => {
      for (const last of undo) await last();
    });

    const assertKept = async (id: string, facts: { recordId: string; sha256: string; filename?: string }) => {
      const { body } = await api.send('GET', `/v1/documents/${id}`);
      const { state, recordId, sha256, filename } = body;
      assert.deepEqual(
        { state, recordId, sha256, filename },
        { state: 'available', filename: 'a.pdf', ...facts },
      );
      const content = await api.content(id);
      assert.deepEqual([content.status, content.sha256], [200, sha256]);
    };

    test('sends a file with what it says of it: by default, in chunks, in one request, without a length', async () => {
      const { bytes, sha256 } = await pdfOf(300_000);
      const ways = {
        default: {},
        chunks: { chunkSize: 70_000 },
        'one request': { uploadDataDuringCreation: true },
        'a length that comes last': { uploadLengthDeferred: true, chunkSize: 70_000 },
        'POST alone': { overridePatchMethod: true },
      };
      const requests: Record<string, string[]> = {};
      for (const [recordId, options] of Object.entries(ways)) {
        const run = byTus(server, bytes, { recordId, filename: 'a.pdf', metadata: '{"case":7}' }, options);
        const id = await sent(run);
        await assertKept(id, { recordId, sha256 });
        const { body } = await api.send('GET', `/v1/documents/${id}`);
        assert.deepEqual(
          [body.type, body.contentType, body.metadata],
          ['contract', 'application/pdf', { case: 7 }],
        );
        requests[recordId] = run.answers.map(({ method, status }) => `${method} ${status}`);
      }
      const patches = (count: number) => Array<string>(count).fill('PATCH 204');
      assert.deepEqual(requests, {
        default: ['POST 201', ...patches(1)],
        chunks: ['POST 201', ...patches(5)],
        'one request': ['POST 201'],
        'a length that comes last': ['POST 201', ...patches(5)],
        'POST alone': ['POST 201', 'POST 204'],
      });
    });

    test('goes on after a line that was cut in the middle, from what had come', async (t) => {
      const proxy = await TcpProxy.before(t, server.url);
      const { bytes, sha256 } = await pdfOf(4 * MiB);
      const reached = { url: proxy.url, key: server.key };
      const run = byTus(
        reached,
        bytes,
        { recordId: 'cut', filename: 'a.pdf' },
        { retryDelays: Array(20).fill(50) },
      );
      const [id] = await Promise.all([sent(run), loseLine(proxy, 2 * MiB)]);
      await assertKept(id, { recordId: 'cut', sha256 });
      const [made, asked, last] = run.answers;
      assert.deepEqual([made?.method, asked?.method], ['POST', 'HEAD']);
      assert.ok(asked?.to && asked.to > MiB && asked.to < 3 * MiB, `it stood at ${asked?.to}`);
      assert.deepEqual([last?.from, last?.to], [asked.to, 4 * MiB]);
    });

    test('is put aside, found again by the file and goes on in another process of its app', async (t) => {
      const urlStorage = new FileUrlStorage(join(await testFolder(t), 'places.json'));
      const { bytes, sha256 } = await pdfOf(3 * MiB);
      const options = {
        chunkSize: MiB,
        urlStorage,
        storeFingerprintForResuming: true,
        fingerprint: async () => 'this very file',
      };
      const claims = { recordId: 'aside', filename: 'a.pdf' };
      const first = byTus(server, bytes, claims, {
        ...options,
        onChunkComplete: () => void first.upload.abort(),
      });
      await putAside(first);
      const second = byTus(server, bytes, claims, { ...options, removeFingerprintOnSuccess: true });
      const [place] = await second.upload.findPreviousUploads();
      assert.ok(place);
      second.upload.resumeFromPreviousUpload(place);
      await assertKept(await sent(second), { recordId: 'aside', sha256 });
      assert.deepEqual(
        second.answers.map(({ method, to }) => [method, to]),
        [
          ['HEAD', MiB],
          ['PATCH', 2 * MiB],
          ['PATCH', 3 * MiB],
        ],
      );
    });

    test('is terminated: the document is given up, and its address is no more', async () => {
      const { bytes } = await pdfOf(2 * MiB);
      const run = byTus(
        server,
        bytes,
        { recordId: 'ended', filename: 'a.pdf' },
        { chunkSize: MiB, onChunkComplete: () => void run.upload.abort() },
      );
      await putAside(run);
      const url = run.upload.url ?? '';
      const headers = { authorization: `Bearer ${server.key}` };
      await Upload.terminate(url, { headers });
      const asked = await fetch(url, { method: 'HEAD', headers: { ...headers, 'tus-resumable': '1.0.0' } });
      assert.equal(asked.status, 410);
      assert.equal((await api.send('GET', `/v1/documents/${idOf(run.upload)}`)).body.state, 'abandoned');
    });

    test('begins anew where its upload has expired', async () => {
      const { bytes, sha256 } = await pdfOf(2 * MiB);
      const claims = { recordId: 'expired', filename: 'a.pdf' };
      const run = byTus(server, bytes, claims, {
        chunkSize: MiB,
        onChunkComplete: () => void run.upload.abort(),
      });
      await putAside(run);
      const first = idOf(run.upload);
      await records.passTime(['expired']);
      while ((await api.send('GET', `/v1/documents/${first}`)).body?.state === 'receiving') await sleep(50);
      const again = byTus(server, bytes, claims, { uploadUrl: run.upload.url });
      const id = await sent(again);
      assert.deepEqual(
        again.answers.map(({ method, status }) => `${method} ${status}`),
        ['HEAD 410', 'POST 201', 'PATCH 204'],
      );
      assert.notEqual(id, first);
      await assertKept(id, { recordId: 'expired', sha256 });
    });

    test('hears in words why it is refused', async () => {
      const { bytes } = await pdfOf(300_000);
      const claims = { recordId: 'no', filename: 'a.pdf' };
      const refused = (metadata: object, options = {}, file: Buffer = bytes) =>
        refusal(sent(byTus(server, file, { ...claims, ...metadata }, options)));
      assert.deepEqual(await refused({ type: 'unheard-of' }), { status: 422, code: 'unknown_document_type' });
      assert.deepEqual(await refused({}, { headers: { authorization: 'Bearer nobody' } }), {
        status: 401,
        code: 'unauthenticated',
      });
      const html = Buffer.from(`<!doctype html><script>alert(1)</script>${' '.repeat(100_000)}`);
      for (const options of [{}, { chunkSize: 10_000 }, { uploadDataDuringCreation: true }])
        assert.deepEqual(await refused({}, options, html), { status: 415, code: 'type_refused' });
      // Concatenation is not offered: nothing is made of the parts.
      assert.equal((await refused({ recordId: 'parts' }, { parallelUploads: 2 })).status, 422);
      const { body } = await api.send<{ items: unknown[] }>('GET', '/v1/documents?recordId=parts&state=all');
      assert.deepEqual(body.items, []);
    });
  });
}

/** Starts an upload that ends itself after its first chunk. */
async function putAside(run: TusRun): Promise<void> {
  run.upload.start();
  while (run.answers.length < 2) await Promise.race([sleep(10), run.done]);
}
