import { readFileSync } from 'node:fs';
import pg from 'pg';
import { findQuery } from '../../packages/server/src/records/find-query.ts';
import { openPostgresRecords } from '../../packages/server/src/records/postgres.ts';
import { numbered, postgresDialect } from '../../packages/server/src/records/postgres-dialect.ts';
import { documentColumns } from '../../packages/server/src/records/row.ts';
import { searchQuery } from '../../packages/server/src/records/search-query.ts';
import { type Databases, startDatabases } from '../databases.ts';
import type { Listing } from './listings.ts';
import { row } from './rows.ts';
import type { Table } from './tables.ts';

const columns = `${documentColumns}, due_at, looks, folded_name`;
const inBatch = 5_000;

let databases: Promise<Databases> | null = null;

/** A database of `count` documents. It and, with the last, its PostgreSQL go when `stack` is disposed of. */
export async function openPostgres(count: number, stack: AsyncDisposableStack): Promise<Table> {
  databases ??= startDatabases().then((started) => stack.use(started));
  const { url } = stack.use(await (await databases).fresh());
  const records = openPostgresRecords({ url });
  stack.defer(() => records.close());
  await records.connect();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  stack.defer(() => client.end());
  await fill(client, count);
  return {
    records,
    prepare: async () => {
      await client.query('ANALYZE documents');
    },
    examined: (listing) => examined(client, listing),
    cpu: async () => {
      const { rows } = await client.query(
        'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
      );
      return rows.reduce((sum, { pid }) => sum + onCpu(pid), 0);
    },
  };
}

/** Rows first, then the indexes: as they would be, sooner. No statistics are taken by themselves. */
async function fill(client: pg.Client, count: number): Promise<void> {
  await client.query('ALTER TABLE documents SET (autovacuum_enabled = off)');
  const { rows } = await client.query(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'documents' AND indexname <> 'documents_pkey'`,
  );
  for (const { indexname } of rows) await client.query(`DROP INDEX ${indexname}`);
  const types = await client.query(`SELECT ${columns} FROM documents LIMIT 0`);
  const elements = types.fields.map((_, index) => `(r->>${index})`);
  const casts = types.fields.map(
    ({ dataTypeID }, index) => `${elements[index]}::${typeNames[dataTypeID] ?? 'text'}`,
  );
  for (let first = 0; first < count; first += inBatch) {
    const batch = Array.from({ length: Math.min(inBatch, count - first) }, (_, n) => row(first + n, count));
    const text = `INSERT INTO documents (${columns}) SELECT ${casts} FROM json_array_elements($1::json) AS r`;
    await client.query(text, [JSON.stringify(batch)]);
  }
  for (const { indexdef } of rows) await client.query(indexdef);
  // What a busy table's autovacuum does, but for the statistics.
  await client.query('VACUUM documents');
}

const typeNames: Readonly<Record<number, string>> = { 20: 'bigint', 2950: 'uuid' };

async function examined(client: pg.Client, listing: Listing): Promise<{ rows: number; pages: number }> {
  const query = queryOf(listing);
  if (!query) throw new Error('the list is empty by its filter');
  const explain = `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${numbered(query.sql)}`;
  const { rows } = await client.query(explain, query.parameters);
  const { Plan: plan } = rows[0]['QUERY PLAN'][0] as { Plan: Plan };
  return { rows: scanned(plan), pages: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
}

function queryOf({ filter, page, search }: Listing) {
  if (search === undefined) return findQuery(filter, page, postgresDialect);
  const { half, wanted, after } = search;
  return searchQuery(half, wanted, { limit: page.limit + 1, after }, postgresDialect);
}

/** A node of a plan, as far as it is read here. */
interface Plan {
  readonly Plans?: readonly Plan[];
  readonly 'Relation Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

/** The rows that the nodes of the plan read from tables, kept or not. */
function scanned(plan: Plan): number {
  const below = (plan.Plans ?? []).reduce((sum, node) => sum + scanned(node), 0);
  if (plan['Relation Name'] === undefined) return below;
  return below + (plan['Actual Rows'] + (plan['Rows Removed by Filter'] ?? 0)) * plan['Actual Loops'];
}

/** Milliseconds that the process was on a CPU, from the kernel's scheduler. */
function onCpu(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
}
