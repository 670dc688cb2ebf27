import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { paddedPdf, pdf } from '../fixtures/make.ts';
import { type Ending, needs, startServer, type TestServer, testDatabase, testFolder } from '../harness.ts';
import { type Answer, ApiClient, type ApiDocument } from './client.ts';
import { faultOf } from './log-lines.ts';
import { lookInto, type StoreLook } from './store-look.ts';

/** Chores that run all the time, so that a test can wait until all is settled. */
const restless = {
  lifecycle: { every: '100ms', uploadDeadAfter: '4s', lookAgainAfter: '200ms', forgetAfter: '0s' },
};

/** A service with restless chores on a database behind a proxy, and that database past the proxy. */
interface House {
  readonly db: TcpProxy;
  readonly server: TestServer;
  readonly api: ApiClient;
  readonly look: StoreLook;
  readonly records: pg.Client;
}

async function house(t: Ending & { after(undo: () => unknown): void }): Promise<House> {
  const url = await testDatabase(t);
  const db = await TcpProxy.before(t, url);
  const DATA_DIR = await testFolder(t);
  await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(restless));
  const server = await startServer(t, { DATABASE_URL: db.url, DATA_DIR });
  const records = new pg.Client({ connectionString: url });
  // The database is dropped under it at the end.
  records.on('error', () => {});
  await records.connect();
  t.after(() => records.end().catch(() => {}));
  return { db, server, api: new ApiClient(server), look: lookInto(t, { DATA_DIR }), records };
}

const claims = { recordId: 'r', type: 'contract', filename: 'a.pdf' };

function upload(api: ApiClient): Promise<Answer> {
  const body = pdf();
  return api.upload('raw', claims, { size: body.length, body });
}

/** An upload whose last bytes come only when `goOn` is called; `begun` resolves when it has its record. */
function slowUpload({ api, records }: House) {
  const size = 300_000;
  const gate = Promise.withResolvers<void>();
  async function* halting(): AsyncGenerator<Buffer> {
    for await (const chunk of paddedPdf(size).body as AsyncIterable<Buffer>) {
      if (chunk.subarray(-8).includes('%%EOF')) await gate.promise;
      yield chunk;
    }
  }
  const answer = api.upload('raw', claims, { size, body: halting() });
  const begun = async () => {
    for (;;) {
      const { rows } = await records.query("SELECT id FROM documents WHERE state = 'receiving'");
      if (rows[0]) return String(rows[0].id);
      await sleep(20);
    }
  };
  return { answer, begun, goOn: () => gate.resolve() };
}

/** Asserts that a call was refused for the records' sake, in words, and that the log says why under the same id. */
async function assertRefused(server: TestServer, answer: Answer): Promise<void> {
  const problem = answer.body as unknown as { code: string };
  assert.deepEqual(
    [answer.status, problem.code, answer.headers['retry-after'], answer.headers['content-type']],
    [503, 'records_unavailable', '5', 'application/problem+json'],
  );
  assert.doesNotMatch(JSON.stringify(problem), /127\.0\.0\.1|ECONN|postgres|Query|SQLITE/i);
  const fault = await faultOf(server, answer.headers['x-request-id']);
  assert.equal(fault?.code, 'records_unavailable');
  assert.ok(fault.cause?.code ?? fault.cause?.message, 'the log does not say why');
}

async function milliseconds(work: Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work;
  return performance.now() - began;
}

/** Every document that was answered with 201 can be read; nothing else can; nothing is left of what failed. */
async function assertWhole({ api, look, records }: House, answers: readonly Answer[]): Promise<void> {
  const kept = answers.filter(({ status }) => status === 201).map(({ body }) => body);
  for (const { id, sha256 } of kept) assert.equal((await api.content(id)).sha256, sha256);
  let seen: unknown;
  for (const until = performance.now() + 15_000; performance.now() < until; await sleep(100)) {
    // What a chore tried in vain it leaves alone for some minutes: let them pass.
    await records.query("UPDATE documents SET due_at = 0 WHERE state = 'abandoned'");
    const { rows } = await records.query<{ state: string }>('SELECT state FROM documents');
    const keys = (await look.keys()).sort();
    const leftovers = await look.leftovers();
    seen = { states: rows.map(({ state }) => state), keys, leftovers };
    const done = rows.every(({ state }) => state === 'available') && leftovers.length === 0;
    if (!done || keys.length !== rows.length) continue;
    const { body } = await api.send<{ items: ApiDocument[] }>('GET', '/v1/documents?limit=200');
    assert.deepEqual(body.items.map(({ storage }) => storage.key).sort(), keys);
    for (const { id } of kept) assert.ok(body.items.some((document) => document.id === id));
    return;
  }
  assert.fail(`never settled: ${JSON.stringify(seen)}`);
}

async function assertHealthy({ server }: House): Promise<void> {
  assert.doesNotMatch(server.logs(), /"level":"(fatal|error)"/);
  process.kill(server.pid, 0);
  assert.equal(await server.stop(), 0);
}

describe('PostgreSQL that fails under a running service', {
  skip: needs('postgres'),
  concurrency: 4,
}, () => {
  test('connections that are killed again and again: each answer is kept or refused, none is half there', async (t) => {
    const at = await house(t);
    const answers: Answer[] = [];
    let over = false;
    const uploading = Array.from({ length: 6 }, async () => {
      while (!over) answers.push(await upload(at.api));
    });
    const kept = () => answers.filter(({ status }) => status === 201).length;
    for (let round = 1; round <= 10; round++) {
      while (kept() < 3 * round) await sleep(10);
      await at.records.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'strongroom' AND datname = current_database()`,
      );
    }
    over = true;
    await Promise.all(uploading);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const answer of refused) await assertRefused(at.server, answer);
    assert.ok(refused.length > 0, 'nothing was hit');
    await assertWhole(at, answers);
    await assertHealthy(at);
  });

  test('away: calls are refused in words, and the next one after it is back works', async (t) => {
    const at = await house(t);
    const kept = await upload(at.api);
    await at.db.refuse();
    const path = `/v1/documents/${kept.body.id}`;
    const answers = await Promise.all([
      upload(at.api),
      at.api.send('GET', path),
      at.api.send('GET', `${path}/content`),
      at.api.send('GET', '/v1/documents'),
      at.api.send('DELETE', path),
      at.api.send('PATCH', path, { headers: { 'if-match': '"2"' }, body: { filename: 'b.pdf' } }),
    ]);
    for (const answer of answers) await assertRefused(at.server, answer);
    const readyz = await fetch(`${at.server.url}/readyz`);
    assert.deepEqual(
      [readyz.status, await readyz.json()],
      [503, { ok: false, checks: { store: true, records: false } }],
    );
    assert.equal((await fetch(`${at.server.url}/healthz`)).status, 200);
    await at.db.pass();
    assert.deepEqual((await at.api.send('GET', path)).body, kept.body);
    await assertWhole(at, [kept, await upload(at.api)]);
    await assertHealthy(at);
  });

  test('away when an upload’s last step is due, and back in a moment: the document is kept', async (t) => {
    const at = await house(t);
    const slow = slowUpload(at);
    await slow.begun();
    await at.db.refuse();
    slow.goOn();
    await sleep(1_500);
    await at.db.pass();
    const answer = await slow.answer;
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    await assertWhole(at, [answer]);
    await assertHealthy(at);
  });

  test('the answer to an upload’s last step is lost: it is looked up, not guessed', async (t) => {
    const at = await house(t);
    const slow = slowUpload(at);
    const id = await slow.begun();
    // Spare connections: with one alone, a chore's question may hold it, and a new one can't be made from here on.
    await Promise.all(Array.from({ length: 8 }, () => at.api.send('GET', '/v1/documents')));
    await at.db.hold('down');
    slow.goOn();
    for (let state = ''; state !== 'available'; await sleep(20)) {
      const { rows } = await at.records.query('SELECT state FROM documents WHERE id = $1', [id]);
      state = rows[0].state;
    }
    at.db.reset();
    await at.db.pass();
    const answer = await slow.answer;
    assert.deepEqual([answer.status, answer.body.id, answer.body.revision], [201, id, 2]);
    const events = await at.api.send<{ items: { action: string }[] }>('GET', `/v1/documents/${id}/events`);
    assert.deepEqual(
      events.body.items.map(({ action }) => action),
      ['document.received', 'document.available'],
    );
    await assertWhole(at, [answer]);
    await assertHealthy(at);
  });

  test('away for longer than an upload can wait: it is refused, and a chore removes its bytes', async (t) => {
    const at = await house(t);
    const slow = slowUpload(at);
    const id = await slow.begun();
    await at.db.refuse();
    slow.goOn();
    const answer = await slow.answer;
    await assertRefused(at.server, answer);
    assert.equal((await at.look.keys()).length, 1, 'the bytes are stored, and nobody can read them');
    await at.db.pass();
    assert.equal((await at.api.send('GET', `/v1/documents/${id}/content`)).status, 409);
    await assertWhole(at, []);
    assert.equal((await at.api.send('GET', `/v1/documents/${id}`)).status, 404);
    await assertHealthy(at);
  });

  test('silent: everybody is answered in time, however many wait, and it recovers', async (t) => {
    const at = await house(t);
    const kept = await upload(at.api);
    const slow = slowUpload(at);
    await slow.begun();
    await at.db.hold();
    const waiting = Array.from({ length: 30 }, async (_, turn) => {
      const path = `/v1/documents/${kept.body.id}`;
      const began = performance.now();
      const answer = await (turn % 2 === 0 ? upload(at.api) : at.api.send('GET', path));
      assert.ok(performance.now() - began < 20_000, `an answer took ${performance.now() - began} ms`);
      await assertRefused(at.server, answer);
    });
    for (let asked = 0; asked < 3; asked++) {
      assert.ok(
        (await milliseconds(
          fetch(`${at.server.url}/readyz`).then(({ status }) => assert.equal(status, 503)),
        )) < 2_500,
      );
      assert.ok((await milliseconds(fetch(`${at.server.url}/healthz`))) < 1_000);
    }
    await Promise.all(waiting);
    await at.db.pass();
    slow.goOn();
    const answers = [kept, await slow.answer, await upload(at.api)];
    // Its heartbeat was missed for longer than it may be: a chore may have given it up and removed its half-written file.
    const { status, body } = answers[1] as Answer;
    assert.ok([201, 409, 503].includes(status), JSON.stringify(body));
    await assertWhole(at, answers);
    await assertHealthy(at);
  });

  test('connections that are dead without a word cost one time limit, not the service', async (t) => {
    const at = await house(t);
    const kept = await upload(at.api);
    await at.db.halfOpen();
    const path = `/v1/documents/${kept.body.id}`;
    assert.ok((await milliseconds(at.api.send('GET', path))) < 20_000);
    for (const until = performance.now() + 20_000; (await upload(at.api)).status !== 201; ) {
      assert.ok(performance.now() < until);
    }
    assert.deepEqual((await at.api.send('GET', path)).body, kept.body);
    await assertHealthy(at);
  });
});

describe('SQLite that is locked by another process', () => {
  test('for a moment: calls wait; for longer: they are refused; then all is well', async (t) => {
    const DATA_DIR = await testFolder(t);
    const server = await startServer(t, { DATA_DIR });
    const api = new ApiClient(server);
    const kept = await upload(api);
    const other = new DatabaseSync(join(DATA_DIR, 'strongroom.db'));
    t.after(() => other.close());

    other.exec('BEGIN EXCLUSIVE');
    const waited = upload(api);
    await sleep(2_000);
    other.exec('COMMIT');
    assert.equal((await waited).status, 201);

    other.exec('BEGIN EXCLUSIVE');
    const refused = await upload(api);
    await assertRefused(server, refused);
    // Readers are not in a writer's way.
    assert.deepEqual((await api.send('GET', `/v1/documents/${kept.body.id}`)).body, kept.body);
    other.exec('COMMIT');
    assert.equal((await upload(api)).status, 201);
    assert.doesNotMatch(server.logs(), /"level":"(fatal|error)"/);
    assert.equal(await server.stop(), 0);
  });
});
