import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import pg from 'pg';
import type { StrongroomError } from '../../src/errors.ts';
import { openPostgresRecords } from '../../src/records/postgres.ts';
import { needs, testDatabase } from '../harness.ts';
import { refuses } from './document-records-refusals.ts';
import { relay, transactionPooler } from './document-records-relay.ts';
import { available, draft, happened, receiving, sha256 } from './document-records-samples.ts';
import { begun, newUpload, part, placed, progress } from './document-records-uploads.ts';

const arrived = { size: 3, sha256, versionId: null, dueIn: null };

/** What each call came to: `ok`, or the code of its refusal. */
async function outcomes(calls: readonly Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((one) =>
    one.status === 'fulfilled' ? 'ok' : ((one.reason as StrongroomError).code ?? String(one.reason)),
  );
}

/** Calls of one turn of the event loop are one group: what follows relies on it, and the first test shows it. */
describe('PostgreSQL that is asked for much at once', { skip: needs('postgres') }, () => {
  /** `locks`: milliseconds that a group waits for a row. */
  async function open(t: TestContext, url: string, locks = 1_000) {
    const records = openPostgresRecords({ url, timeouts: { connect: 5_000, records: 10_000, locks } });
    t.after(() => records.close());
    await records.connect();
    return records;
  }

  /** Milliseconds: what waits so long fails a test by the time limit of a statement. */
  const never = 3_600_000;

  async function connected(t: TestContext, url: string): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: url });
    // The database goes before its clients do.
    client.on('error', () => {});
    await client.connect();
    t.after(() => client.end());
    return client;
  }

  test('50 creates of one turn are one transaction; one that comes alone has its own', async (t) => {
    const url = await testDatabase(t);
    const records = await open(t, url);
    const client = await connected(t, url);
    const transactions = async (ids: readonly string[]) => {
      const sql = 'SELECT count(DISTINCT xmin::text)::int AS n FROM documents WHERE id = ANY($1)';
      return (await client.query(sql, [ids])).rows[0].n as number;
    };
    const documents = await Promise.all(Array.from({ length: 50 }, () => receiving(records)));
    assert.equal(await transactions(documents.map(({ id }) => id)), 1);
    const alone = [await receiving(records), await receiving(records), await receiving(records)];
    assert.equal(await transactions(alone.map(({ id }) => id)), 3);
    const read = await Promise.all(documents.map(({ id }) => records.get(id)));
    assert.deepEqual(read, documents);
  });

  test('each call of a group has its own outcome, and writes what it would have written alone', async (t) => {
    const records = await open(t, await testDatabase(t));
    const [moved, raced, changed, stays] = await Promise.all([
      receiving(records),
      receiving(records),
      available(records),
      available(records),
    ]);
    const fresh = draft();
    const gone = draft().id;
    const move = (id: string) => records.transition(id, ['receiving'], 'available', arrived, happened());
    const change = (revision: number) =>
      records.change(changed.id, revision, ['available'], { filename: 'b.pdf' }, happened());
    assert.deepEqual(
      await outcomes([
        records.create(fresh, happened()),
        records.create(draft({ replaces: gone }), happened()),
        records.create(draft({ replaces: stays.id, recordId: stays.recordId }), happened()),
        move(moved.id),
        move(raced.id),
        move(raced.id),
        move(stays.id),
        move(gone),
        change(changed.revision),
        change(changed.revision),
      ]),
      [
        'ok',
        'invalid_input',
        'ok',
        'ok',
        'ok',
        'state_conflict',
        'state_conflict',
        'document_missing',
        'ok',
        'revision_conflict',
      ],
    );
    assert.equal((await records.get(fresh.id))?.revision, 1);
    for (const { id } of [moved, raced]) {
      assert.equal((await records.get(id))?.state, 'available');
      assert.equal((await records.events(id)).length, 2);
    }
    assert.equal((await records.events(changed.id)).length, 3);
    assert.deepEqual(await records.get(stays.id), stays);
  });

  test('a call that PostgreSQL refuses does not fail its neighbours', async (t) => {
    const records = await open(t, await testDatabase(t));
    const taken = await receiving(records);
    const good = Array.from({ length: 20 }, () => draft());
    const calls = good.map((one) => records.create(one, happened()));
    calls.splice(7, 0, records.create(draft({ id: taken.id }), happened()));
    calls.splice(13, 0, records.create(draft({ filename: 'a\0b' }), happened()));
    const came = await outcomes(calls);
    assert.deepEqual([came[7], came[13]], ['internal', 'internal']);
    assert.equal(came.filter((outcome) => outcome === 'ok').length, 20);
    for (const { id } of good) assert.equal((await records.events(id)).length, 1);
    assert.deepEqual(await records.get(taken.id), taken);
  });

  test('a connection that is cut fails its group; what was not committed is not there', async (t) => {
    const url = await testDatabase(t);
    const way = await relay(t, url);
    const records = await open(t, way.url);
    const held = await receiving(records);
    const blocker = await connected(t, url);
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM documents WHERE id = $1 FOR UPDATE', [held.id]);
    const drafts = Array.from({ length: 5 }, () => draft());
    const calls = [
      ...drafts.map((one) => records.create(one, happened())),
      records.transition(held.id, ['receiving'], 'available', arrived, happened()),
    ];
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await blocker.query(waiting)).rowCount === 0);
    way.cut();
    assert.deepEqual(await outcomes(calls), Array(6).fill('records_unavailable'));
    await blocker.query('ROLLBACK');
    // The server notices the end of a connection only when it answers: until then its transaction may still hold the row.
    await assert.doesNotReject(
      records.transition(held.id, ['receiving'], 'available', arrived, happened()).catch((error) => {
        refuses('state_conflict')(error);
      }),
    );
    const kept = await Promise.all(drafts.map(({ id }) => records.get(id)));
    const all = kept.filter((one) => one !== null).length;
    assert.ok(all === 0 || all === drafts.length, `${all} of a group of ${drafts.length}`);
    assert.equal((await records.events(held.id)).length, 2);
  });

  test('a group that waits for a lock holds up nobody who comes after it', async (t) => {
    const url = await testDatabase(t);
    const records = await open(t, url);
    const held = await receiving(records);
    const blocker = await connected(t, url);
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM documents WHERE id = $1 FOR UPDATE', [held.id]);
    const waits = records.transition(held.id, ['receiving'], 'available', arrived, happened());
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await blocker.query(waiting)).rowCount === 0);
    await Promise.all(Array.from({ length: 5 }, () => available(records)));
    await blocker.query('COMMIT');
    assert.equal((await waits).state, 'available');
  });

  test('nor does it hold up what it was too full to take', async (t) => {
    const url = await testDatabase(t);
    const records = await open(t, url, never);
    const documents = await Promise.all(Array.from({ length: 70 }, () => receiving(records)));
    const blocker = await connected(t, url);
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM documents WHERE id = $1 FOR UPDATE', [documents[0]?.id]);
    const moves = documents.map(({ id }) =>
      records.transition(id, ['receiving'], 'available', arrived, happened()),
    );
    await Promise.all(moves.slice(64));
    await blocker.query('COMMIT');
    assert.deepEqual(await outcomes(moves), Array(70).fill('ok'));
  });

  test('a row that somebody holds fails none of the calls that share its group', async (t) => {
    const url = await testDatabase(t);
    const records = await open(t, url, 100);
    const [held, ...others] = await Promise.all(Array.from({ length: 5 }, () => receiving(records)));
    assert(held);
    const blocker = await connected(t, url);
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM documents WHERE id = $1 FOR UPDATE', [held.id]);
    const move = ({ id }: { id: string }) =>
      records.transition(id, ['receiving'], 'available', arrived, happened());
    const waits = move(held);
    for (const { state } of await Promise.all(others.map(move))) assert.equal(state, 'available');
    assert.equal((await records.get(held.id))?.state, 'receiving');
    await blocker.query('COMMIT');
    assert.equal((await waits).state, 'available');
    for (const { id } of [held, ...others]) assert.equal((await records.events(id)).length, 2);
  });

  /** A deadlock there is never found, and so fails a test by the time limit of a statement. */
  async function withoutRescue(t: TestContext): Promise<string> {
    const url = await testDatabase(t);
    const name = new URL(url).pathname.slice(1);
    await (await connected(t, url)).query(`ALTER DATABASE ${name} SET deadlock_timeout = '1h'`);
    return url;
  }

  test('two servers that want the same rows in another order both get an answer', async (t) => {
    const url = await withoutRescue(t);
    const [one, two] = [await open(t, url, never), await open(t, url, never)];
    for (let round = 0; round < 5; round++) {
      const ids = await Promise.all(Array.from({ length: 40 }, async () => (await receiving(one)).id));
      const move = (by: typeof one) => (id: string) =>
        by.transition(id, ['receiving'], 'available', arrived, happened());
      const came = await outcomes([...ids.map(move(one)), ...ids.toReversed().map(move(two))]);
      assert.equal(came.filter((outcome) => outcome === 'ok').length, 40);
      assert.equal(came.filter((outcome) => outcome === 'state_conflict').length, 40);
    }
  });

  test('heartbeats and a group that want the same rows both get an answer', async (t) => {
    const records = await open(t, await withoutRescue(t), never);
    for (let round = 0; round < 4; round++) {
      const ids = await Promise.all(Array.from({ length: 40 }, async () => (await receiving(records)).id));
      // Each is written anew behind the others: the table's order is now the reverse of the ids'.
      for (const id of ids.toReversed()) await records.heartbeat([id], 60_000);
      const moves = ids.map((id) => records.transition(id, ['receiving'], 'available', arrived, happened()));
      const beats = Array.from({ length: 4 }, () => records.heartbeat(ids, 60_000));
      assert.deepEqual(await outcomes([...moves, ...beats]), Array(44).fill('ok'));
    }
  });

  test('two servers that go on with the same uploads in another order both get an answer', async (t) => {
    const url = await withoutRescue(t);
    const [one, two] = [await open(t, url, never), await open(t, url, never)];
    for (let round = 0; round < 3; round++) {
      const ids = await Promise.all(Array.from({ length: 20 }, () => begun(one)));
      const goOn = (by: typeof one) => (id: string) => [
        by.takeUpload(id, 0),
        by.advanceUpload(id, 1, progress(8, { part: part(1) })),
        by.placeUpload(id, 2, placed),
        by.heartbeat(ids, 60_000),
        by.finishUpload(id, 2, 'available', { ...arrived, filename: 'a.txt' }, happened()),
        by.transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, happened()),
      ];
      const came = await outcomes([...ids.flatMap(goOn(one)), ...ids.toReversed().flatMap(goOn(two))]);
      const allowed = ['ok', 'upload_taken_over', 'offset_conflict', 'state_conflict'];
      assert.deepEqual(
        came.filter((outcome) => !allowed.includes(outcome)),
        [],
      );
      for (const id of ids) {
        const [document, events] = [await one.get(id), await one.events(id)];
        assert.match(document?.state ?? '', /^(available|abandoned)$/);
        assert.equal(events.length, 2);
      }
    }
  });

  test('who waits to take an upload over is told of the document, too, what stands by then', async (t) => {
    const url = await testDatabase(t);
    const records = await open(t, url, never);
    const id = await begun(records);
    const blocker = await connected(t, url);
    await blocker.query('BEGIN');
    await blocker.query(`UPDATE documents SET key = 'placed' WHERE id = $1`, [id]);
    await blocker.query('UPDATE uploads SET fence = 1 WHERE document_id = $1', [id]);
    const taking = records.takeUpload(id);
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await blocker.query(waiting)).rowCount === 0);
    await blocker.query('COMMIT');
    const { document, fence } = await taking;
    assert.deepEqual([document.storage.key, fence], ['placed', 2]);
  });

  test('an upload that somebody creates is one transaction with those that come with it', async (t) => {
    const url = await testDatabase(t);
    const records = await open(t, url);
    const drafts = Array.from({ length: 10 }, () => draft());
    await Promise.all([
      ...drafts.map((one) => records.create(one, happened(), undefined, undefined, newUpload)),
      receiving(records),
    ]);
    const client = await connected(t, url);
    const sql = `SELECT count(DISTINCT xmin::text)::int AS n FROM
      (SELECT xmin FROM documents UNION ALL SELECT xmin FROM uploads) AS rows`;
    assert.equal((await client.query(sql)).rows[0].n, 1);
  });

  test('a pooler in transaction mode may stand between', async (t) => {
    const records = await open(t, await transactionPooler(t, await testDatabase(t)));
    for (let round = 0; round < 3; round++) {
      const documents = await Promise.all(Array.from({ length: 10 }, () => available(records)));
      for (const { id, state } of documents) {
        assert.equal(state, 'available');
        assert.equal((await records.events(id)).length, 2);
      }
    }
  });
});
