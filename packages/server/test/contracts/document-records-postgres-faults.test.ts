import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { StrongroomError } from '../../src/errors.ts';
import { openPostgresRecords } from '../../src/records/postgres.ts';
import { needs, testDatabase } from '../harness.ts';
import { refuses, stopsStart } from './document-records-refusals.ts';
import { relay, transactionPooler } from './document-records-relay.ts';
import { available, draft, happened, once, receiving } from './document-records-samples.ts';
import { begun, part, placed, progress } from './document-records-uploads.ts';

/** What the cause carries: a SQLSTATE, a system error, or node-postgres's own words. */
function unavailable(...codes: string[]) {
  return (error: unknown) => {
    refuses('records_unavailable')(error);
    const { code, message } = (error as StrongroomError).cause as Error & { code?: string };
    assert.ok(codes.includes(code ?? message), `${code}: ${message}`);
    return true;
  };
}

describe('PostgreSQL that fails', { skip: needs('postgres') }, () => {
  async function query(url: string, sql: string, parameters: unknown[] = []): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await client.query(sql, parameters).finally(() => client.end());
  }

  test('away and back: calls fail while it is away, and the next one after works', async (t) => {
    const way = await relay(t, await testDatabase(t));
    const records = openPostgresRecords({ url: way.url });
    t.after(() => records.close());
    await way.down();
    await assert.rejects(records.connect(), unavailable('ECONNREFUSED'));
    await way.up();
    await records.connect();
    const kept = await available(records);
    await way.down();
    // A write is not sent again when its connection breaks under it.
    await assert.rejects(
      receiving(records),
      unavailable('ECONNREFUSED', 'Connection terminated unexpectedly'),
    );
    await assert.rejects(records.get(kept.id), unavailable('ECONNREFUSED'));
    await assert.rejects(records.create(draft(), happened(), once()), unavailable('ECONNREFUSED'));
    await way.up();
    assert.deepEqual(await records.get(kept.id), kept);
    await receiving(records);
  });

  test('an upload goes on after the database was away, from where it was said to stand', async (t) => {
    const way = await relay(t, await testDatabase(t));
    const records = openPostgresRecords({ url: way.url });
    t.after(() => records.close());
    await records.connect();
    const id = await begun(records);
    await records.advanceUpload(id, 0, progress(8, { part: part(1) }));
    const stood = await records.findUpload(id);
    await way.down();
    const away = unavailable('ECONNREFUSED', 'Connection terminated unexpectedly');
    const changes = { filename: 'a.pdf', size: 1, dueIn: null };
    for (const call of [
      () => records.findUpload(id),
      () => records.takeUpload(id),
      () => records.advanceUpload(id, 0, progress(16, { part: part(2) })),
      () => records.placeUpload(id, 0, placed),
      () => records.uploadParts(id),
      () => records.finishUpload(id, 0, 'available', changes, happened()),
    ])
      await assert.rejects(call, away);
    await way.up();
    assert.deepEqual(await records.findUpload(id), stood);
    assert.deepEqual(await records.uploadParts(id), [part(1)]);
    const { fence } = await records.takeUpload(id, 8);
    await records.advanceUpload(id, fence, progress(16, { part: part(2) }));
    await records.placeUpload(id, fence, placed);
    await records.finishUpload(id, fence, 'available', changes, happened());
  });

  test('connections cut or ended while idle are replaced; reads go on', async (t) => {
    const url = await testDatabase(t);
    const way = await relay(t, url);
    const records = openPostgresRecords({ url: way.url });
    t.after(() => records.close());
    await records.connect();
    const kept = await available(records);
    await Promise.all(Array.from({ length: 10 }, () => records.get(kept.id)));
    way.cut();
    // Not a turn of the event loop later: the pool still believes in its connections.
    assert.deepEqual(await records.get(kept.id), kept);
    const end =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND datname = $2';
    await query(url, end, ['strongroom', new URL(url).pathname.slice(1)]);
    assert.deepEqual(await records.get(kept.id), kept);
    await receiving(records);
  });

  test('a database that takes what is sent and says nothing is not waited for without end', async (t) => {
    const way = await relay(t, await testDatabase(t));
    const [records, late] = [openPostgresRecords({ url: way.url }), openPostgresRecords({ url: way.url })];
    t.after(() => Promise.all([records.close(), late.close()]));
    await records.connect();
    way.stall();
    const began = performance.now();
    await Promise.all([
      assert.rejects(records.ping(), unavailable('Query read timeout')),
      assert.rejects(late.connect(), unavailable('Connection terminated due to connection timeout')),
    ]);
    assert.ok(performance.now() - began < 12_000);
  });

  test('a statement ended by the server fails with what the server said', async (t) => {
    const url = await testDatabase(t);
    const records = openPostgresRecords({ url });
    t.after(() => records.close());
    await records.connect();
    const kept = await available(records);
    const blocker = new pg.Client({ connectionString: url });
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM documents WHERE id = $1 FOR UPDATE', [kept.id]);
    const held = assert.rejects(
      records.transition(kept.id, ['available'], 'archived', { dueIn: null }, happened()),
      unavailable('57P01'),
    );
    const endWaiting = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'strongroom'`;
    while ((await blocker.query(endWaiting)).rowCount === 0) await sleep(20);
    await held;
    await blocker.end();
    assert.deepEqual(await records.get(kept.id), kept);
  });

  test('a database that takes no writes is unavailable, not broken', async (t) => {
    const url = await testDatabase(t);
    const first = openPostgresRecords({ url });
    await first.connect();
    const kept = await available(first);
    await first.close();
    await query(
      url,
      `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`,
    );
    const records = openPostgresRecords({ url });
    t.after(() => records.close());
    await records.connect();
    assert.deepEqual(await records.get(kept.id), kept);
    await assert.rejects(receiving(records), unavailable('25006'));
  });

  test('what an operator must mend stops the start in one line without the password', async (t) => {
    const url = await testDatabase(t);
    const connect = async (change: (url: URL) => void) => {
      const other = new URL(url);
      change(other);
      const records = openPostgresRecords({ url: other.href });
      await records.connect().finally(() => records.close());
    };
    const stops = (pattern: RegExp) => (error: unknown) => {
      assert.doesNotMatch((error as Error).message, /s3cret/);
      return stopsStart(pattern)(error);
    };
    await assert.rejects(
      connect((to) => {
        to.pathname = '/t_not_there';
      }),
      stops(/no database "t_not_there".*createdb/),
    );
    await assert.rejects(
      connect((to) => {
        to.username = 'nobody_here';
        to.password = 's3cret';
      }),
      stops(/refuses role "nobody_here".*DATABASE_URL/),
    );
    const role = `t_${randomBytes(6).toString('hex')}`;
    await query(
      url,
      `CREATE ROLE ${role} LOGIN PASSWORD 's3cret'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    );
    t.after(() => query(process.env.STRONGROOM_TEST_DATABASE_URL ?? '', `DROP ROLE ${role}`));
    await assert.rejects(
      connect((to) => {
        to.username = role;
        to.password = 's3cret';
      }),
      stops(/may not use database .*Grant/),
    );
    assert.throws(
      () => openPostgresRecords({ url: 'postgres://u:s3cret@host:port:5/x' }),
      stops(/DATABASE_URL is not a URL/),
    );
  });

  test('a database that holds somebody else’s tables stops the start, and is left as it is', async (t) => {
    for (const theirs of ['CREATE TABLE documents (x int)', 'CREATE TABLE schema_version (version int)']) {
      const url = await testDatabase(t);
      await query(url, theirs);
      const records = openPostgresRecords({ url });
      await assert.rejects(records.connect(), stopsStart(/holds tables of something else .*of its own/));
      await records.close();
      await query(url, 'CREATE TABLE events (x int)');
    }
  });

  test('servers that start on a new database at once all find it migrated', async (t) => {
    const url = await testDatabase(t);
    const all = Array.from({ length: 6 }, () => openPostgresRecords({ url }));
    await Promise.all(all.map((one) => one.connect()));
    await Promise.all(all.map((one) => receiving(one)));
    await Promise.all(all.map((one) => one.close()));
    await query(url, 'UPDATE schema_version SET number = 999');
    const newer = openPostgresRecords({ url });
    t.after(() => newer.close());
    await assert.rejects(newer.connect(), stopsStart(/schema 999.*newer version/));
  });

  test('a migration may take longer than any other statement', async (t) => {
    const url = await testDatabase(t);
    const blocker = new pg.Client({ connectionString: url });
    blocker.on('error', () => {});
    await blocker.connect();
    t.after(() => blocker.end());
    // What migrations lock: see postgres.ts.
    await blocker.query('SELECT pg_advisory_lock(7367102255)');
    const limited = new URL(url);
    limited.searchParams.set('query_timeout', '300');
    const records = openPostgresRecords({ url: limited.href });
    t.after(() => records.close());
    const connecting = records.connect();
    const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'
      AND clock_timestamp() - query_start > interval '1 second'`;
    while ((await blocker.query(waiting)).rowCount === 0) await sleep(50);
    await blocker.query('SELECT pg_advisory_unlock(7367102255)');
    await connecting;
    const held = await receiving(records);
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM documents WHERE id = $1 FOR UPDATE', [held.id]);
    await assert.rejects(
      records.transition(held.id, ['receiving'], 'abandoned', { dueIn: 0 }, happened()),
      unavailable('Query read timeout'),
    );
  });

  test('a pooler in transaction mode may stand between', async (t) => {
    const records = openPostgresRecords({ url: await transactionPooler(t, await testDatabase(t)) });
    t.after(() => records.close());
    await records.connect();
    for (let round = 0; round < 4; round++) {
      const { id } = await available(records);
      assert.equal((await records.get(id))?.state, 'available');
      assert.equal((await records.events(id)).length, 2);
      const upload = await begun(records);
      const { fence } = await records.takeUpload(upload, 0);
      await records.advanceUpload(upload, fence, progress(8, { part: part(1) }));
      await records.finishUpload(upload, fence, 'inspecting', { filename: 'a', dueIn: 0 }, happened());
      const line = once();
      const { document } = await records.create(draft({ dueIn: 0 }), happened(), line);
      assert.equal((await records.create(draft(), happened(), line)).created, true);
      assert.equal((await records.get(document.id))?.state, 'abandoned');
    }
  });
});
