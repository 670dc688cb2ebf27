import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { request } from 'undici';
import { decodeDescription } from '../../src/objects/self-description.ts';
import * as fixtures from '../fixtures/make.ts';
import { needs, startServer, type TestServer, testBucket, testDatabase, testFolder } from '../harness.ts';
import { backends, startOn, twoNodes } from './backends.ts';
import { ApiClient, type ApiDocument, type ApiEvent, sha256, ways } from './client.ts';

/** Real files, as the document type `contract` takes them. */
const files: readonly (readonly [string, string, () => Buffer])[] = [
  ['contract.pdf', 'application/pdf', fixtures.pdf],
  ['passport.jpg', 'image/jpeg', fixtures.jpeg],
  ['scan.png', 'image/png', fixtures.png],
  ['letter.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', fixtures.docx],
];

for (const backend of new Set([...backends, twoNodes])) {
  describe(`the main job on ${backend.name}`, { skip: backend.missing() }, () => {
    test('real files go in every way and come out with the same digest', async (t) => {
      const api = new ApiClient(await startOn(t, backend));
      for (const way of ways) {
        for (const [filename, contentType, make] of files) {
          const bytes = make();
          const { status, headers, body } = await api.upload(
            way,
            { recordId: 'inquiry-7', type: 'contract', filename, contentType, metadata: { page: 1 } },
            { size: bytes.length, body: bytes },
          );
          assert.equal(status, 201, `${way} ${filename}: ${JSON.stringify(body)}`);
          assert.equal(headers.location, `${api.url}/v1/documents/${body.id}`);
          assert.deepEqual(
            [
              body.filename,
              body.contentType,
              body.size,
              body.sha256,
              body.state,
              body.revision,
              body.metadata,
            ],
            [filename, contentType, bytes.length, sha256(bytes), 'available', 2, { page: 1 }],
          );
          const back = await api.content(body.id);
          assert.deepEqual([back.status, back.size, back.sha256], [200, bytes.length, sha256(bytes)]);
          assert.equal(back.headers.etag, `"${sha256(bytes)}"`);
        }
      }
      const listed = await api.send<{ items: ApiDocument[] }>(
        'GET',
        '/v1/documents?recordId=inquiry-7&sort=createdAt',
      );
      assert.equal(listed.body.items.length, ways.length * files.length);
    });

    test('a document goes through its whole life', async (t) => {
      const server = await startOn(t, backend);
      const api = new ApiClient(server);
      const bytes = fixtures.pdf();
      const payload = { size: bytes.length, body: bytes };
      const { body: kept } = await api.upload(
        'raw',
        { recordId: 'r', type: 'id', filename: 'id.pdf' },
        payload,
      );
      const at = `/v1/documents/${kept.id}`;

      const read = await api.send('GET', at);
      assert.deepEqual(read.body, kept);
      assert.equal(read.headers.etag, '"2"');
      const changed = await api.send('PATCH', at, {
        headers: { 'if-match': '"2"' },
        body: { filename: 'pass.pdf' },
      });
      assert.deepEqual([changed.status, changed.body.filename, changed.body.revision], [200, 'pass.pdf', 3]);

      const link = await api.send<{ url: string; expiresAt: string }>('POST', `${at}/links`, {
        body: { expiresIn: 60 },
      });
      assert.equal(link.status, 201);
      const opened = await request(link.body.url);
      assert.equal(sha256(Buffer.from(await opened.body.arrayBuffer())), kept.sha256);
      assert.match(String(opened.headers['content-disposition']), /^attachment; filename=pass\.pdf$/);

      assert.equal((await api.send('POST', `${at}/archive`)).body.state, 'archived');
      assert.equal((await api.content(kept.id)).status, 200);
      assert.equal((await api.send('POST', `${at}/unarchive`)).body.state, 'available');

      const trashed = await api.send('DELETE', at);
      assert.deepEqual([trashed.status, trashed.body.state], [202, 'deleted']);
      assert.equal((await api.content(kept.id)).status, 410);
      assert.equal((await request(link.body.url)).statusCode, 410);
      assert.equal((await api.send('POST', `${at}/restore`)).body.state, 'available');
      assert.equal((await request(link.body.url)).statusCode, 200);

      const replacement = await api.upload('form', { recordId: 'r', type: 'id', replaces: kept.id }, payload);
      assert.deepEqual([replacement.status, replacement.body.replaces], [201, kept.id]);
      const events = await api.send<{ items: ApiEvent[] }>('GET', `${at}/events`);
      assert.deepEqual(
        events.body.items.map(({ action }) => action),
        ['received', 'available', 'changed', 'archived', 'unarchived', 'deleted', 'restored'].map(
          (a) => `document.${a}`,
        ),
      );
      const paged: ApiEvent[] = [];
      for (let query = '?limit=3'; query; ) {
        const { body } = await api.send<{ items: ApiEvent[]; nextCursor: string | null }>(
          'GET',
          `${at}/events${query}`,
        );
        paged.push(...body.items);
        query = body.nextCursor === null ? '' : `?limit=3&cursor=${body.nextCursor}`;
      }
      assert.deepEqual(paged, events.body.items);
      const storage = await api.send<{ ok: boolean }>('POST', '/v1/storage/check');
      assert.equal(storage.body.ok, true, JSON.stringify(storage.body));
      assert.equal(await server.stop(), 0);
    });

    test('a restart keeps everything', async (t) => {
      const settings = {
        ...(await backend.prepare(t)),
        STRONGROOM_API_KEY: 'a key that outlives the process',
      };
      const first = await backend.start(t, settings);
      const bytes = fixtures.jpeg();
      const { body: kept } = await new ApiClient(first).upload(
        'raw',
        { recordId: 'r', type: 'id' },
        { size: bytes.length, body: bytes },
      );
      const link = await new ApiClient(first).send<{ url: string }>('POST', `/v1/documents/${kept.id}/links`);
      assert.equal(await first.stop(), 0);
      const second = await backend.start(t, settings);
      const api = new ApiClient(second);
      assert.deepEqual((await api.send('GET', `/v1/documents/${kept.id}`)).body, kept);
      assert.equal((await api.content(kept.id)).sha256, kept.sha256);
      // The secret that signs links was made once and kept.
      assert.equal((await request(`${second.url}${new URL(link.body.url).pathname}`)).statusCode, 200);
    });
  });
}

describe('what an operator sees', () => {
  test('in the bucket: predictable keys, and objects that say what they are', {
    skip: needs('s3') || needs('postgres'),
  }, async (t) => {
    const bucket = await testBucket(t);
    const server = await startServer(t, {
      ...bucket.environment,
      S3_PREFIX: 'documents',
      DATABASE_URL: await testDatabase(t),
    });
    const bytes = fixtures.png();
    const { body } = await new ApiClient(server).upload(
      'form',
      { recordId: 'case/42 ü', type: 'proof_of_address', filename: 'Straße „1“.png' },
      { size: bytes.length, body: bytes },
    );
    const listed = await bucket.client.send(new ListObjectsV2Command({ Bucket: bucket.bucket }));
    const key = `documents/case!2F42!20!C3!BC/proof_of_address/${body.id}.png`;
    assert.deepEqual(
      listed.Contents?.map((object) => object.Key),
      ['documents/.strongroom/deployment', key],
    );
    assert.deepEqual(
      [body.storage.key, body.storage.path],
      [key.slice('documents/'.length), `s3://${bucket.bucket}/${key}`],
    );
    const head = await bucket.client.send(new HeadObjectCommand({ Bucket: bucket.bucket, Key: key }));
    assert.equal(head.ContentType, 'image/png');
    const [described] = Object.values(head.Metadata ?? {});
    const { id, recordId, type, filename, sha256: digest } = decodeDescription(described ?? '') ?? {};
    assert.deepEqual(
      { id, recordId, type, filename, digest },
      {
        id: body.id,
        recordId: 'case/42 ü',
        type: 'proof_of_address',
        filename: 'Straße „1“.png',
        digest: sha256(bytes),
      },
    );
  });

  test('on disk: files under their keys', async (t) => {
    const folder = await testFolder(t);
    const server = await startServer(t, { DATA_DIR: folder });
    const bytes = fixtures.pdf();
    const { body } = await new ApiClient(server).upload(
      'raw',
      { recordId: 'r', type: 'id' },
      { size: bytes.length, body: bytes },
    );
    const file = fileURLToPath(body.storage.path ?? '');
    assert.equal(file, join(folder, 'objects', 'r', 'id', `${body.id}.pdf`));
    assert.deepEqual(await readFile(file), bytes);
  });

  test('at the first start: the printed line stores a document', { skip: needs('curl') }, async (t) => {
    const folder = await testFolder(t);
    const server: TestServer = await startServer(t, { DATA_DIR: folder, STRONGROOM_API_KEY: '' });
    const banner = server.logs();
    const key = (await readFile(join(folder, 'first-key'), 'utf8')).trim();
    assert.ok(!banner.includes(key), 'the key is in the log');
    const lines = banner.split('\n').map((line) => line.trim());
    const script = lines.filter((line) => /^(export|curl) /.test(line)).join('\n');
    assert.match(script, /\$STRONGROOM_API_KEY/);
    const output = await new Promise<string>((resolve, reject) =>
      execFile('sh', ['-c', script], (error, stdout) => (error ? reject(error) : resolve(stdout))),
    );
    const stored = JSON.parse(output) as ApiDocument;
    assert.equal(stored.state, 'available', output);
    assert.ok((await readdir(join(folder, 'objects'))).includes(stored.recordId));
  });
});
