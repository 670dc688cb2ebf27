import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { findQuery } from '../../src/records/find-query.ts';
import { documents } from '../../src/records/migrations/0001-documents.ts';
import { createSchemaTable, postgresTypes } from '../../src/records/migrations/migrations.ts';
import { openPostgresRecords } from '../../src/records/postgres.ts';
import { numbered, postgresDialect } from '../../src/records/postgres-dialect.ts';
import { searchQuery } from '../../src/records/search-query.ts';
import { unfolded } from '../../src/records/sql-search.ts';
import { type Ending, needs, testDatabase } from '../harness.ts';
import { limit, listings, type ShelfRow, searches, shelf } from './records-paging-shelf.ts';

/** What EXPLAIN (ANALYZE, FORMAT JSON) tells of a node. */
interface Plan {
  readonly 'Node Type': string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Plan[];
}

describe('lists over 100,000 rows in PostgreSQL', { skip: needs('postgres') }, () => {
  const undo: (() => unknown)[] = [];
  const rows = shelf();
  let client: pg.Client;

  before(async () => {
    const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };
    const url = await testDatabase(ending);
    const records = openPostgresRecords({ url });
    await records.connect();
    await records.close();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    undo.unshift(() => client.end());
    await fill(client, rows);
  });
  after(async () => {
    for (const last of undo) await last();
  });

  const explain = async (sql: string, parameters: unknown[]): Promise<Plan> => {
    const text = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`;
    const { rows } = await client.query(text, parameters);
    return rows[0]['QUERY PLAN'][0].Plan as Plan;
  };

  test('every offered list examines at most 4 rows for one that it may show, and sorts none', async () => {
    let worst = 0;
    for (const { filter, page } of listings(rows)) {
      const query = findQuery(filter, page, postgresDialect);
      assert.ok(query);
      const plan = await explain(numbered(query.sql), query.parameters);
      const nodes = [...walk(plan)];
      const what = JSON.stringify({ filter, page });
      assert.deepEqual(
        nodes.filter((node) => node['Node Type'].includes('Sort')),
        [],
        what,
      );
      const examined = nodes.reduce((sum, node) => sum + rowsExamined(node), 0);
      assert.ok(examined <= 4 * limit, `${examined} rows examined for ${what}`);
      worst = Math.max(worst, examined);
    }
    assert.ok(worst > limit, 'no list was long enough to tell');
  });

  test('every offered search examines no more than the rows of its page for each arm', async () => {
    let worst = 0;
    for (const { half, search, after, most } of searches(rows)) {
      const query = searchQuery(half, search, { limit: limit + 1, after }, postgresDialect);
      assert.ok(query);
      const nodes = [...walk(await explain(numbered(query.sql), query.parameters))];
      const examined = nodes.reduce((sum, node) => sum + rowsExamined(node), 0);
      const what = JSON.stringify({ half, search, after });
      assert.ok(examined <= most, `${examined} rows examined, ${most} may be, for ${what}`);
      if (half === 'name')
        assert.deepEqual(
          nodes.filter((node) => node['Node Type'].includes('Sort')),
          [],
          what,
        );
      worst = Math.max(worst, examined);
    }
    assert.ok(worst > limit, 'no search was long enough to tell');
  });

  test('the measure sees a plan that reads too much', async () => {
    const plan = await explain(
      `SELECT id FROM documents WHERE filename = 'name-3.pdf' AND record_id || '' = $1 LIMIT ${limit}`,
      ['nobody'],
    );
    assert.ok([...walk(plan)].reduce((sum, node) => sum + rowsExamined(node), 0) > 4 * limit);
  });
});

test('names that an earlier version wrote are come to without reading all of them', {
  skip: needs('postgres'),
}, async (t) => {
  const url = await testDatabase(t);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(createSchemaTable);
    await client.query('INSERT INTO schema_version VALUES (1)');
    for (const statement of documents(postgresTypes)) await client.query(statement);
    await client.query(`INSERT INTO documents (id, record_id, type, state, created_at, filename, size, content_type, store, key,
        metadata, created_by_kind, created_by_id, updated_at, revision, looks)
      SELECT gen_random_uuid(), 'r', 'id', 'available', n, 'name', 1, 'application/pdf', 'disk', n::text, '{}', 'key', 'k', 0, 1, 0
      FROM generate_series(1, 20000) AS n`);
    await client.query('ANALYZE documents');
    const records = openPostgresRecords({ url });
    await records.connect();
    await records.close();
    const { sql, parameters } = unfolded(100, postgresDialect);
    const plan = await client.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${numbered(sql)}`, parameters);
    const nodes = [...walk(plan.rows[0]['QUERY PLAN'][0].Plan)];
    assert.equal(
      nodes.reduce((sum, node) => sum + rowsExamined(node), 0),
      100,
    );
  } finally {
    await client.end();
  }
});

async function fill(client: pg.Client, rows: readonly ShelfRow[]): Promise<void> {
  const column = <K extends keyof ShelfRow>(name: K) => rows.map((row) => row[name]);
  await client.query(
    `INSERT INTO documents (id, record_id, type, state, created_at, filename, size, content_type, store, key,
      metadata, created_by_kind, created_by_id, updated_at, revision, looks, folded_name)
    SELECT id, record_id, type, state, created_at, filename, size, 'application/pdf', 'disk', id::text, '{}', 'key', 'k', 0, 1, 0, filename
    FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::bigint[])
      AS row (id, record_id, type, state, created_at, filename, size)`,
    [
      column('id'),
      column('recordId'),
      column('type'),
      column('state'),
      column('createdAt'),
      column('filename'),
      column('size'),
    ],
  );
  await client.query('VACUUM ANALYZE documents');
}

function* walk(plan: Plan): Generator<Plan> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* walk(child);
}

function rowsExamined(node: Plan): number {
  const scans = node['Node Type'].endsWith('Scan') && node['Node Type'] !== 'Subquery Scan';
  if (!scans) return 0;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return (node['Actual Rows'] + removed) * node['Actual Loops'];
}
