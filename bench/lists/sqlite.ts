import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { documentColumns } from '../../packages/server/src/records/row.ts';
import { openSqliteRecords } from '../../packages/server/src/records/sqlite.ts';
import { row } from './rows.ts';
import type { Table } from './tables.ts';

/** A file of `count` documents in `folder`. The thread that reads it belongs to this process, and so does its CPU. */
export async function openSqlite(folder: string, count: number, stack: AsyncDisposableStack): Promise<Table> {
  const own = join(folder, String(count));
  await mkdir(own);
  const made = openSqliteRecords({ folder: own });
  await made.connect();
  await made.close();
  fill(join(own, 'strongroom.db'), count);
  const records = openSqliteRecords({ folder: own });
  stack.defer(() => records.close());
  await records.connect();
  return { records, prepare: null, examined: null, cpu: null };
}

/** Rows first, then the indexes: as they would be, sooner. */
function fill(file: string, count: number): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -200000; BEGIN');
  const indexes = database
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'documents' AND sql IS NOT NULL`,
    )
    .all();
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
  const columns = `${documentColumns}, due_at, looks, folded_name`;
  const insert = database.prepare(
    `INSERT INTO documents (${columns}) VALUES (${columns.replaceAll(/\w+/g, '?')})`,
  );
  for (let n = 0; n < count; n += 1) insert.run(...row(n, count));
  for (const { sql } of indexes) database.exec(String(sql));
  database.exec('COMMIT; PRAGMA wal_checkpoint(TRUNCATE)');
  database.close();
}
