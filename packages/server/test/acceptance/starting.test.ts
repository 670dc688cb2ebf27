import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import * as fixtures from '../fixtures/make.ts';
import {
  type FailedStart,
  failingStart,
  needs,
  raceFreePort,
  startServer,
  type TestServer,
  testBucket,
  testDatabase,
  testFolder,
} from '../harness.ts';
import { ApiClient } from './client.ts';

/**
 * Asserts that the start ended as an operator's matter does: one line that says what it is and what to do, exit code 1.
 * The door is not held shut for long: on a starved machine a start may listen before it has found what is wrong. Then
 * it has said that it waits, has served nothing, and its log comes before the line.
 */
function assertOneLine(ending: FailedStart, says: RegExp, secrets: readonly string[] = []): void {
  const { code, stdout, stderr, answers } = ending;
  assert.equal(code, 1);
  const late = stdout !== '';
  if (late) assert.match(stdout, /^ {2}Waiting +the (store|records) can't be reached/m);
  const log = late ? /^(?:\{"level":"(?:info|warn)",[^\n]+\}\n)*/.exec(stderr)?.[0] : '';
  const line = stderr.slice(log?.length);
  assert.match(line, /^strongroom: [^\n]+\n$/);
  assert.match(line, says);
  for (const status of answers) assert.equal(status, 503);
  for (const secret of secrets)
    assert.ok(!`${stdout}${stderr}`.includes(secret), `a secret is in: ${stdout}${stderr}`);
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

async function readyz(server: TestServer): Promise<{ status: number; ms: number; body: unknown }> {
  const began = performance.now();
  const answer = await fetch(`${server.url}/readyz`);
  return { status: answer.status, body: await answer.json(), ms: performance.now() - began };
}

/** Waits until the service calls itself ready. */
async function ready(server: TestServer, within: number): Promise<void> {
  for (const until = performance.now() + within; (await readyz(server)).status !== 200; await sleep(50)) {
    assert.ok(performance.now() < until, `not ready within ${within} ms:\n${server.logs()}`);
  }
}

async function upload(server: TestServer) {
  const body = fixtures.pdf();
  const claims = { recordId: 'r', type: 'id', filename: 'a.pdf' };
  return new ApiClient(server).upload('raw', claims, { size: body.length, body });
}

describe('a start that an operator must mend ends with one line', { concurrency: 2 }, () => {
  test('a setting that is wrong', async (t) => {
    const secret = 'too-short-a-secret';
    assertOneLine(await failingStart(t, { PORT: 'http' }), /PORT is "http"; it takes/);
    assertOneLine(await failingStart(t, { STRONGROOM_API_KEY: secret }), /STRONGROOM_API_KEY/, [secret]);
    assertOneLine(
      await failingStart(t, { S3_BUCKET: 'b', S3_ACCESS_KEY_ID: 'alone' }),
      /S3_ACCESS_KEY_ID.*S3_SECRET_ACCESS_KEY|S3_SECRET_ACCESS_KEY.*S3_ACCESS_KEY_ID/,
    );
  });

  test('a config file that can’t be read', async (t) => {
    const folder = await testFolder(t);
    await writeFile(join(folder, 'strongroom.config.json'), '{ "documentTypes": [{ "id": "a b" }] }');
    assertOneLine(await failingStart(t, { DATA_DIR: folder }), /strongroom\.config\.json.*documentTypes/);
  });

  test('a port that is taken', async (t) => {
    const port = await raceFreePort();
    const other = createServer().listen(port, '127.0.0.1');
    t.after(() => other.close());
    assertOneLine(
      await failingStart(t, { PORT: String(port) }),
      /PORT \d+ on 127\.0\.0\.1 is taken: set PORT/,
    );
  });

  test('a folder that another process serves from, and nothing happens to that one', async (t) => {
    const folder = await testFolder(t);
    const first = await startServer(t, { DATA_DIR: folder });
    assertOneLine(
      await failingStart(t, { DATA_DIR: folder }),
      /Another Strongroom server is running on .*several servers at once need DATABASE_URL/,
    );
    assert.equal((await upload(first)).status, 201);
    // However a server dies, its folder is free at once.
    await first.kill();
    assert.equal((await upload(await startServer(t, { DATA_DIR: folder }))).status, 201);
  });

  test('a file where a folder should be', async (t) => {
    const folder = await testFolder(t);
    await writeFile(join(folder, 'objects'), 'in the way');
    assertOneLine(await failingStart(t, { DATA_DIR: folder }), /Something other than a folder is in the way/);
  });

  test('records of a newer version', async (t) => {
    const folder = await testFolder(t);
    assert.equal(await (await startServer(t, { DATA_DIR: folder })).stop(), 0);
    const db = new DatabaseSync(join(folder, 'strongroom.db'));
    db.exec('UPDATE schema_version SET number = 999');
    db.close();
    assertOneLine(await failingStart(t, { DATA_DIR: folder }), /strongroom\.db.*999/);
  });

  test('a database file that is none', async (t) => {
    const folder = await testFolder(t);
    await writeFile(join(folder, 'strongroom.db'), 'x'.repeat(10_000));
    assertOneLine(
      await failingStart(t, { DATA_DIR: folder }),
      /strongroom\.db is damaged, or not a database/,
    );
  });

  test('records and documents of different deployments', async (t) => {
    const [one, two] = [await testFolder(t), await testFolder(t)];
    for (const DATA_DIR of [one, two]) assert.equal(await (await startServer(t, { DATA_DIR })).stop(), 0);
    const own = (folder: string) => join(folder, 'objects', '.strongroom', 'deployment');
    const deployment = (await readFile(own(one), 'utf8')).trim();
    await writeFile(own(two), `${deployment}\n`);
    assertOneLine(
      await failingStart(t, { DATA_DIR: two }),
      new RegExp(`belongs to deployment ${deployment}, but these records belong to`),
    );
    await rm(join(two, 'strongroom.db'));
    assertOneLine(
      await failingStart(t, { DATA_DIR: two }),
      new RegExp(`these records are new: .*STRONGROOM_DEPLOYMENT=${deployment}`),
    );
    // The remedy that the line names.
    const taken = await startServer(t, { DATA_DIR: two, STRONGROOM_DEPLOYMENT: deployment });
    assert.equal((await upload(taken)).status, 201);
  });

  describe('on S3', { skip: needs('s3') }, () => {
    test('a bucket that is not there, a key or a secret that is wrong', async (t) => {
      const { environment } = await testBucket(t);
      const secrets = [environment.S3_SECRET_ACCESS_KEY ?? ''];
      const start = async (change: Record<string, string>, says: RegExp) =>
        assertOneLine(await failingStart(t, { ...environment, ...change }), says, [
          ...secrets,
          'not-the-secret',
        ]);
      await start(
        { S3_BUCKET: 't-nobody-made-this' },
        /bucket "t-nobody-made-this" at http.* does not exist: make it, or correct S3_BUCKET/,
      );
      await start(
        { S3_ACCESS_KEY_ID: 'NOBODY' },
        /access key is not known there: check S3_ACCESS_KEY_ID.*InvalidAccessKeyId/,
      );
      await start(
        { S3_SECRET_ACCESS_KEY: 'not-the-secret' },
        /secret does not fit the access key: check S3_SECRET_ACCESS_KEY.*SignatureDoesNotMatch/,
      );
    });

    test('a clock that is an hour ahead', async (t) => {
      const { environment } = await testBucket(t);
      const clock = new URL('../faults/clock-off.ts', import.meta.url).href;
      const env = { ...environment, CLOCK_OFF: String(3_600_000) };
      assertOneLine(
        await failingStart(t, env, { nodeOptions: ['--import', clock] }),
        /clock is off \(3[56]\d\d seconds ahead\): set it by NTP.*RequestTimeTooSkewed/,
        [environment.S3_SECRET_ACCESS_KEY ?? ''],
      );
    });
  });

  describe('on PostgreSQL', { skip: needs('postgres') }, () => {
    test('a database that is not there, and a newer schema', async (t) => {
      const url = await testDatabase(t);
      const elsewhere = new URL(url);
      elsewhere.pathname = '/t_nobody_made_this';
      assertOneLine(
        await failingStart(t, { DATABASE_URL: elsewhere.href }),
        /no database "t_nobody_made_this"\. Make it \(createdb/,
      );
      const DATA_DIR = await testFolder(t);
      assert.equal(await (await startServer(t, { DATA_DIR, DATABASE_URL: url })).stop(), 0);
      await query(url, 'UPDATE schema_version SET number = 999');
      assertOneLine(await failingStart(t, { DATA_DIR, DATABASE_URL: url }), /999/);
    });
  });
});

describe('a start without its store or its database', {
  skip: needs('s3') || needs('postgres'),
  concurrency: 3,
}, () => {
  async function behindProxies(t: Parameters<typeof testBucket>[0], away: 'store' | 'records') {
    const bucket = await testBucket(t);
    const s3 = await TcpProxy.before(t, bucket.endpoint, { refusing: away === 'store' });
    const db = await TcpProxy.before(t, await testDatabase(t), { refusing: away === 'records' });
    const env = { ...bucket.environment, S3_ENDPOINT: s3.url, DATABASE_URL: db.url };
    return { bucket, s3, db, env };
  }

  /** What an upload hears; on a slow machine the records are still being made when it asks for the store that is away. */
  async function refusalFor(server: TestServer, away: 'store' | 'records') {
    const until = performance.now() + 15_000;
    for (;;) {
      const refused = await upload(server);
      const { code } = refused.body as unknown as { code: string };
      if (away === 'records' || code !== 'records_unavailable' || performance.now() > until) return refused;
      await sleep(50);
    }
  }

  for (const away of ['store', 'records'] as const) {
    for (const how of ['refuses', 'is silent'] as const) {
      test(`the ${away} ${how}: it lives, says so, and is ready once they are back`, async (t) => {
        const { s3, db, env } = await behindProxies(t, away);
        const proxy = away === 'store' ? s3 : db;
        if (how === 'is silent') await proxy.hold();
        const server = await startServer(t, env, { waits: true });
        // It listens before the first question has found its end.
        if (how === 'is silent') assert.doesNotMatch(server.logs(), /can't be reached; trying again/);
        assert.equal((await fetch(`${server.url}/healthz`)).status, 200);
        const first = await readyz(server);
        assert.equal(first.status, 503);
        assert.ok(first.ms < 10_000, `/readyz took ${first.ms} ms`);
        const refused = await refusalFor(server, away);
        assert.deepEqual(
          [
            refused.status,
            refused.headers['retry-after'],
            (refused.body as unknown as { code: string }).code,
          ],
          [503, '5', `${away}_unavailable`],
        );
        assert.equal(refused.headers['content-type'], 'application/problem+json');
        await proxy.pass();
        await ready(server, 15_000);
        assert.equal((await upload(server)).status, 201);
        assert.equal(await server.stop(), 0);
      });
    }
  }

  test('what turns out to need mending once it is reached ends the process with the line', async (t) => {
    const { s3, env } = await behindProxies(t, 'store');
    const server = await startServer(t, { ...env, S3_BUCKET: 't-nobody-made-this' }, { waits: true });
    assert.equal((await upload(server)).status, 503);
    await s3.pass();
    assert.equal(await server.ended, 1);
    assert.match(
      server.logs(),
      /\nstrongroom: The bucket "t-nobody-made-this" .* does not exist: make it[^\n]+\n$/,
    );
    assert.doesNotMatch(server.logs(), /the process ends because of a fault/);
  });

  test('it stops when told, also while it waits', async (t) => {
    const { db, env } = await behindProxies(t, 'records');
    await db.hold();
    const server = await startServer(t, env, { waits: true });
    const began = performance.now();
    assert.equal(await server.stop(), 0);
    assert.ok(performance.now() - began < 15_000, `stopping took ${performance.now() - began} ms`);
  });
});
