import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpProxy } from '../faults/http-proxy.ts';
import { pdf } from '../fixtures/make.ts';
import { needs, startServer, testBucket, testDatabase, testFolder } from '../harness.ts';
import type { ApiDocument, ApiEvent } from './client.ts';
import { lookAtRecords } from './crash-records.ts';
import { DirectClient, sendParts } from './direct-client.ts';

const config = (every: string) => ({
  documentTypes: [{ id: 'scan', accept: ['application/pdf'] }],
  lifecycle: { every },
});

test('a document that is being read back, and whose reader dies, is read back by another node', {
  skip: needs('s3') || needs('postgres'),
}, async (t) => {
  const bucket = await testBucket(t);
  const shared = { ...bucket.environment, DATABASE_URL: await testDatabase(t) };
  const records = lookAtRecords(shared);
  /** What is read whole never comes to an answer here; heads and ranges do. */
  const held: string[] = [];
  const silent = await httpProxy(t, bucket, {
    answer: ({ method, url, headers }) => {
      const isHeld = method === 'GET' && url.endsWith('.pdf') && headers.range === undefined;
      if (isHeld) held.push(url);
      return isHeld;
    },
  });
  const start = async (S3_ENDPOINT: string, every: string) => {
    const DATA_DIR = await testFolder(t);
    await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(config(every)));
    return startServer(t, {
      ...shared,
      DATA_DIR,
      S3_ENDPOINT,
      S3_PUBLIC_ENDPOINT: bucket.endpoint,
      DIRECT_UPLOADS: 'true',
      STRONGROOM_API_KEY: 'the key that both are given',
    });
  };
  // It takes up nothing that comes due: it has no store to read from.
  const doomed = await start(silent, '1h');
  const [one, two] = [new DirectClient(doomed), new DirectClient(await start(bucket.endpoint, '50ms'))];
  const bytes = pdf();
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  /** The id of a document that the first node is reading back, and does not get. */
  const inspecting = async (): Promise<string> => {
    const begun = await one.begun({ recordId: 'r', type: 'scan', filename: 'a.pdf' }, bytes);
    const { id } = begun.upload;
    await sendParts(begun);
    void one.complete(id).catch(() => {});
    while (!held.some((url) => url.includes(id))) await sleep(5);
    return id;
  };
  const documentOf = async (id: string) => (await two.send('GET', `/v1/documents/${id}`)).body;
  const available = async (id: string) => {
    while ((await documentOf(id)).state === 'inspecting') await sleep(20);
    const { state, sha256: found } = await documentOf(id);
    assert.deepEqual([state, found], ['available', sha256]);
  };

  await t.test(
    'until then it is listed, can’t be read, and can go into the trash and out again',
    async () => {
      const id = await inspecting();
      const { state, size, sha256: digest } = await documentOf(id);
      assert.deepEqual([state, size, digest], ['inspecting', bytes.length, null]);
      const listed = await two.send<{ items: ApiDocument[] }>('GET', '/v1/documents?recordId=r');
      assert.deepEqual(
        listed.body.items.map((each) => each.id),
        [id],
      );
      for (const [method, path] of [
        ['GET', 'content'],
        ['POST', 'links'],
      ] as const) {
        const { status, headers, body } = await two.send(method, `/v1/documents/${id}/${path}`);
        assert.deepEqual([status, (body as unknown as { code: string }).code], [409, 'not_ready']);
        assert.ok(headers['retry-after']);
      }
      assert.equal((await two.send('DELETE', `/v1/documents/${id}`)).status, 202);
      assert.equal((await two.send('POST', `/v1/documents/${id}/restore`)).body.state, 'inspecting');
      await available(id);
      const { body } = await two.send<{ items: ApiEvent[] }>('GET', `/v1/documents/${id}/events`);
      assert.deepEqual(
        body.items.map(({ action }) => action.replace('document.', '')),
        ['received', 'inspecting', 'deleted', 'restored', 'available'],
      );
    },
  );

  await t.test('its lease runs out once its reader is dead, and not before', async () => {
    const id = await inspecting();
    await doomed.kill();
    // Twenty rounds of the other’s chores.
    await sleep(1_000);
    assert.equal((await documentOf(id)).state, 'inspecting');
    await records.passTime();
    await available(id);
    assert.equal((await two.content(id)).sha256, sha256);
  });
});
