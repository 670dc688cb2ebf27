import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { openPostgresRecords } from '../../src/records/postgres.ts';
import { numbered, postgresDialect } from '../../src/records/postgres-dialect.ts';
import type { PostgresPool } from '../../src/records/postgres-pool.ts';
import * as onPostgres from '../../src/records/postgres-uploads.ts';
import type { Row, Value } from '../../src/records/row.ts';
import type { SqlDatabase } from '../../src/records/sql-database.ts';
import { uploads } from '../../src/records/sql-uploads.ts';
import { sqliteDialect } from '../../src/records/sqlite-dialect.ts';
import { openDatabase } from '../../src/records/sqlite-folder.ts';
import * as onSqlite from '../../src/records/sqlite-uploads.ts';
import type { UploadRecords } from '../../src/records/upload-records.ts';
import { type Ending, needs, testDatabase, testFolder } from '../harness.ts';
import { happened, sha256 } from './document-records-samples.ts';
import { part, placed, progress } from './document-records-uploads.ts';

/** Uploads and parts of each among which one is looked for. */
const [many, partsOfEach] = [2_000, 10];
const idOf = (number: number) => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const rows = {
  documents: `INSERT INTO documents (id, record_id, type, filename, content_type, size, state, store, key, metadata, created_at,
      created_by_kind, created_by_id, updated_at, revision, due_at, looks)
    SELECT id, 'r', 'id', 'a', 'text/plain', -1, 'receiving', 's3', '', '{}', 0, 'key', 'k', 0, 1, 0, 0 FROM ids`,
  uploads: `INSERT INTO uploads (document_id, transport, length, durable, fence, state, claims)
    SELECT id, 'tus', 100, 0, 0, '{}', '{}' FROM ids`,
  parts: `INSERT INTO upload_parts (document_id, number, size, etag)
    SELECT id, p.n, 8, 'e' FROM ids CROSS JOIN numbers AS p WHERE p.n <= ${partsOfEach}`,
};

/** The life of one of them. */
async function live(records: UploadRecords): Promise<void> {
  const id = idOf(many / 2);
  await records.findUpload(id);
  await records.takeUpload(id);
  await records.takeUpload(id, 0);
  await records.advanceUpload(id, 2, progress(8));
  await records.advanceUpload(id, 2, progress(16, { part: part(partsOfEach - 1) }));
  await records.placeUpload(id, 2, placed);
  await assert.rejects(records.advanceUpload(id, 1, progress(24)));
  assert.equal((await records.uploadParts(id)).length, partsOfEach - 1);
  const changes = { filename: 'a', size: 1, sha256, dueIn: null };
  await records.finishUpload(id, 2, 'available', changes, happened());
}

/** What `live` asks of a database that runs no more than single statements. */
function uploadsOn(database: Pick<SqlDatabase, 'dialect' | 'read'> & Partial<SqlDatabase>): UploadRecords {
  return uploads(database as SqlDatabase);
}

function ending(undo: (() => unknown)[]): Ending {
  return { after: (last) => void undo.push(last as () => unknown) };
}

test(`SQLite reads none of ${many} uploads but the one that is meant`, async (t) => {
  const db = await openDatabase(await testFolder(t));
  try {
    const numbers = `numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${many})`;
    const ids = `ids AS (SELECT '00000000-0000-7000-8000-' || printf('%012d', n) AS id FROM numbers)`;
    for (const insert of Object.values(rows))
      db.exec(insert.replace('SELECT', `WITH RECURSIVE ${numbers}, ${ids} SELECT`));
    db.exec('ANALYZE');
    const steps: string[] = [];
    const all = (sql: string, ...parameters: Value[]): Row[] => {
      const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
      steps.push(...plan.map(({ detail }) => `${detail} of ${sql}`));
      const statement = db.prepare(sql);
      statement.setReturnArrays(true);
      return statement.all(...parameters) as unknown as Row[];
    };
    const records = uploadsOn({
      dialect: sqliteDialect,
      read: async ({ sql, parameters }) => all(sql, ...parameters),
      takeUpload: async (taking) => onSqlite.takeUpload(all, taking),
      advanceUpload: async (noted) => onSqlite.advanceUpload(all, noted),
      updateUpload: async (update) => onSqlite.updateUpload(all, update),
    });
    await live(records);
    assert.ok(steps.length > 20, `${steps.length} steps`);
    assert.deepEqual(
      steps.filter((step) => !/^SEARCH /.test(step)),
      [],
    );
  } finally {
    db.close();
  }
});

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly Plan[];
}

describe('PostgreSQL', { skip: needs('postgres') }, () => {
  const undo: (() => unknown)[] = [];
  let client: pg.Client;
  before(async () => {
    const url = await testDatabase(ending(undo));
    const records = openPostgresRecords({ url });
    await records.connect();
    await records.close();
    client = new pg.Client({ connectionString: url });
    await client.connect();
    undo.unshift(() => client.end());
    const ids = `numbers AS (SELECT n FROM generate_series(1, ${many}) AS n),
      ids AS (SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid AS id FROM numbers)`;
    for (const insert of Object.values(rows))
      await client.query(insert.replace('SELECT', `WITH ${ids} SELECT`));
    await client.query('VACUUM ANALYZE documents, uploads, upload_parts');
    // As a statement that was prepared once runs from its sixth time on.
    await client.query('SET plan_cache_mode = force_generic_plan');
  });
  after(async () => {
    for (const last of undo) await last();
  });

  test(`reads none of ${many} uploads but the one that is meant`, async () => {
    const nodes: string[] = [];
    const all = async (sql: string, parameters: readonly Value[]): Promise<Row[]> => {
      const text = numbered(sql);
      const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, [...parameters]);
      for (const node of walk(rows[0]['QUERY PLAN'][0].Plan))
        if (node['Relation Name'] !== undefined)
          nodes.push(`${node['Node Type']} on ${node['Relation Name']}`);
      const answer = await client.query<Row>({ text, values: [...parameters], rowMode: 'array' });
      const integers = answer.fields.map(({ dataTypeID }) => dataTypeID === 20);
      return answer.rows.map((row) =>
        row.map((value, at) => (integers[at] && value !== null ? Number(value) : value)),
      );
    };
    const pool = {
      writeTogether: (_: string, sql: string, parameters: readonly Value[]) => all(sql, parameters),
      readTogether: all,
    } as unknown as PostgresPool;
    await live(
      uploadsOn({
        dialect: postgresDialect,
        read: ({ sql, parameters }) => all(sql, parameters),
        takeUpload: (taking) => onPostgres.takeUpload(pool, taking),
        advanceUpload: (noted) => onPostgres.advanceUpload(pool, noted),
        updateUpload: (update) => onPostgres.updateUpload(pool, update),
      }),
    );
    const scans = nodes.filter((node) => !node.startsWith('ModifyTable'));
    assert.ok(scans.length > 20, `${scans.length} scans`);
    assert.deepEqual(
      scans.filter((scan) => !/^(Index|Index Only|Bitmap Heap) Scan /.test(scan)),
      [],
    );
  });
});

function* walk(plan: Plan): Generator<Plan> {
  yield plan;
  for (const child of plan.Plans ?? []) yield* walk(child);
}
