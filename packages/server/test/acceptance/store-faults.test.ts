import assert from 'node:assert/strict';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteBucketPolicyCommand, PutBucketPolicyCommand } from '@aws-sdk/client-s3';
import { request } from 'undici';
import { needs, startServer, testFolder } from '../harness.ts';
import { ApiClient, ways } from './client.ts';
import { faultOf } from './log-lines.ts';
import { assertRefused, assertSettled, house, MB, upload } from './store-house.ts';

test('a store that fails under a running service', { skip: needs('s3') }, async (t) => {
  const at = await house(t);
  const kept = (await upload(at.api, 'raw', 12 * MB)).body;

  /** After every fault: alive, and the next call works. */
  async function assertWell(): Promise<void> {
    await at.s3.pass();
    assert.equal((await fetch(`${at.server.url}/healthz`)).status, 200);
    assert.equal((await upload(at.api, 'raw', 0)).status, 201);
    const back = await at.api.content(kept.id);
    assert.deepEqual([back.status, back.sha256], [200, kept.sha256]);
  }

  await t.test('nobody listens', async () => {
    await at.s3.refuse();
    const answers = await Promise.all([
      ...ways.map((way) => upload(at.api, way, 0)),
      ...ways.map((way) => upload(at.api, way, 12 * MB)),
      at.api.send('GET', `/v1/documents/${kept.id}/content`),
    ]);
    for (const answer of answers) await assertRefused(at.server, answer, /^ECONN/);
    // What needs no store goes on.
    assert.equal((await at.api.send('GET', `/v1/documents/${kept.id}`)).status, 200);
    await sleep(600);
    const readyz = await fetch(`${at.server.url}/readyz`);
    assert.deepEqual(
      [readyz.status, await readyz.json()],
      [503, { ok: false, checks: { store: false, records: true } }],
    );
    await assertWell();
  });

  for (const way of ways) {
    await t.test(`the connection is reset in the middle of a part (${way})`, async () => {
      await at.s3.cut('up', 3 * MB);
      const answer = await upload(at.api, way, 20 * MB);
      assert.ok(at.s3.cuts > 0);
      await assertRefused(at.server, answer, /^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/);
      at.s3.cuts = 0;
      await assertWell();
    });

    await t.test(`the answer is lost every time (${way})`, async () => {
      await at.s3.cut('down', 1);
      await assertRefused(
        at.server,
        await upload(at.api, way, 2 * MB),
        /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|HPE_.*)$/,
      );
      await assertWell();
    });

    await t.test(`the answer is lost once: the document is kept (${way})`, async () => {
      await at.s3.cut('down', 1, { once: true, to: /^PUT / });
      const answer = await upload(at.api, way, 2 * MB);
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      assert.equal((await at.api.content(answer.body.id)).sha256, answer.body.sha256);
      await assertWell();
    });
  }

  for (const how of ['reset', 'end'] as const) {
    await t.test(`a download is cut in the middle (${how}): it never looks whole`, async () => {
      await at.s3.cut('down', 5 * MB, { how });
      for (const range of [undefined, 'bytes=1000000-11999998']) {
        const answer = await request(`${at.server.url}/v1/documents/${kept.id}/content`, {
          headers: { authorization: `Bearer ${at.server.key}`, ...(range === undefined ? {} : { range }) },
        });
        assert.equal(answer.statusCode, range === undefined ? 200 : 206);
        let received = 0;
        const ending = (async () => {
          for await (const chunk of answer.body) received += chunk.length;
        })();
        await assert.rejects(ending, { code: 'UND_ERR_SOCKET' });
        assert.ok(received < 6 * MB);
        const fault = await faultOf(at.server, answer.headers['x-request-id']);
        assert.equal(fault?.code, 'store_unavailable');
      }
      await assertWell();
    });
  }

  await t.test('a download whose first byte never comes is refused in words', async () => {
    await at.s3.cut('down', 10);
    await assertRefused(at.server, await at.api.send('GET', `/v1/documents/${kept.id}/content`), /./);
    await assertWell();
  });

  await t.test('slow is not broken', async () => {
    await at.s3.throttle(1.5 * MB);
    const answers = await Promise.all(ways.map((way) => upload(at.api, way, 2 * MB)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201, 201],
    );
    await at.s3.delay(150);
    assert.equal((await upload(at.api, 'raw', 0)).status, 201);
    await assertWell();
  });

  await t.test(
    'silent: who reads is told within 15 s, /readyz at once (writing: store-silence.long)',
    async () => {
      await at.s3.hold();
      await sleep(600);
      const began = performance.now();
      const reading = at.api.send('GET', `/v1/documents/${kept.id}/content`);
      assert.equal((await fetch(`${at.server.url}/readyz`)).status, 503);
      assert.ok(performance.now() - began < 4_000);
      await assertRefused(at.server, await reading, /^UND_ERR_HEADERS_TIMEOUT$/);
      assert.ok(performance.now() - began < 15_000);
      await assertWell();
    },
  );

  await t.test('rights that are taken away and given back', async () => {
    const { client, bucket: Bucket } = at.bucket;
    const deny = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: ['s3:PutObject', 's3:GetObject'],
          Resource: `arn:aws:s3:::${Bucket}/*`,
        },
      ],
    };
    await client.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(deny) }));
    for (const way of ways)
      await assertRefused(at.server, await upload(at.api, way, 2 * MB), /^AccessDenied$/);
    await assertRefused(
      at.server,
      await at.api.send('GET', `/v1/documents/${kept.id}/content`),
      /^AccessDenied$/,
    );
    await client.send(new DeleteBucketPolicyCommand({ Bucket }));
    await assertWell();
  });

  await t.test(
    'through all of this it was one process, without a fault of its own, and nothing is left over',
    async () => {
      await assertSettled(at);
      assert.doesNotMatch(at.server.logs(), /"level":"(fatal|error)"|unhandled/i);
      process.kill(at.server.pid, 0);
      assert.equal(await at.server.stop(), 0);
    },
  );
});

test('a folder that is taken away under a running service and put back', async (t) => {
  const DATA_DIR = await testFolder(t);
  const server = await startServer(t, { DATA_DIR });
  const api = new ApiClient(server);
  const objects = join(DATA_DIR, 'objects');
  const kept = (await upload(api, 'raw', 2 * MB)).body;
  const faults = {
    'it is gone': async () => {},
    'a file lies in its place': () => writeFile(objects, 'in the way'),
  };
  for (const [name, fault] of Object.entries(faults)) {
    await rename(objects, `${objects}-away`);
    await fault();
    for (const way of ways) {
      for (const size of [0, 2 * MB])
        await assertRefused(server, await upload(api, way, size), /^E(NOENT|NOTDIR)$/);
    }
    await sleep(600);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 503, name);
    const read = await api.send('GET', `/v1/documents/${kept.id}/content`);
    await assertRefused(server, read, /./);
    await rm(objects, { force: true });
    await rename(`${objects}-away`, objects);
    await sleep(600);
    assert.equal((await fetch(`${server.url}/readyz`)).status, 200, name);
    assert.equal((await api.content(kept.id)).sha256, kept.sha256);
    assert.equal((await upload(api, 'raw', 0)).status, 201);
  }
  assert.equal(await server.stop(), 0);
});
