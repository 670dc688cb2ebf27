import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import pg from 'pg';
import {
  type Ending,
  needs,
  raceFreePort,
  startServer,
  testBucket,
  testDatabase,
  testFolder,
} from './harness.ts';

/** Something whose end the test decides. */
function ending(): Ending & { end(): Promise<void> } {
  const hooks: (() => unknown)[] = [];
  return {
    after: (hook) => void hooks.push(hook as () => unknown),
    end: async () => {
      for (const hook of hooks) await hook();
    },
  };
}

test('a folder goes with what is in it', async () => {
  const t = ending();
  const folder = await testFolder(t);
  assert.ok(existsSync(folder));
  await t.end();
  assert.ok(!existsSync(folder));
});

test('a bucket goes with what is in it', { skip: needs('s3') }, async (own) => {
  const t = ending();
  const { bucket, client } = await testBucket(t);
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'a/b', Body: 'bytes' }));
  await t.end();
  const { client: another } = await testBucket(own);
  await assert.rejects(another.send(new HeadBucketCommand({ Bucket: bucket })), { name: 'NotFound' });
});

test('a database goes, also while someone is connected', { skip: needs('postgres') }, async () => {
  const t = ending();
  const url = await testDatabase(t);
  const client = new pg.Client({ connectionString: url });
  const cut = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await t.end();
  assert.ok(await cut);
  await assert.rejects(new pg.Client({ connectionString: url }).connect(), { code: '3D000' });
});

test('a server answers, says where, stops when told and goes when its test does', async (own) => {
  const first = await startServer(own);
  assert.equal((await fetch(`${first.url}/healthz`)).status, 200);
  assert.match(first.logs(), /Listening/);
  assert.equal(await first.stop(), 0);

  const t = ending();
  const second = await startServer(t);
  await t.end();
  await assert.rejects(fetch(`${second.url}/healthz`));
});

test('nobody listens on a free port', async () => {
  await assert.rejects(fetch(`http://127.0.0.1:${await raceFreePort()}/`), { message: 'fetch failed' });
});

test('a server that does not start says why', async (t) => {
  await assert.rejects(startServer(t, { PORT: 'none' }), /did not start:.*PORT/s);
});
