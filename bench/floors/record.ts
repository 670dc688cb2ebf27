import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { collect, created, serve } from './serve.ts';

/**
 * The floor of reading one record: a row by its id, answered as JSON. It keeps the facts of what is posted to it, not
 * the bytes; it checks nothing and knows no caller. Called with the URL of a PostgreSQL database, or a folder for SQLite.
 */

const columns =
  'id, record_id, type, filename, content_type, size, sha256, state, store, bucket, key, metadata, created_at, ' +
  'created_by, updated_at, revision';
const table = `CREATE TABLE floor (${columns
  .split(', ')
  .map((name) => `${name} TEXT${name === 'id' ? ' PRIMARY KEY' : ''}`)})`;
const insert = (parameter: (n: number) => string) =>
  `INSERT INTO floor VALUES (${columns.split(',').map((_, index) => parameter(index + 1))})`;

interface Rows {
  keep(row: string[]): Promise<unknown>;
  read(id: string): Promise<unknown>;
}

const where = process.argv[2] ?? '';
const rows = /^postgres/.test(where) ? await inPostgres(where) : inSqlite(where);

serve(async (request, response) => {
  if (request.method === 'GET') {
    const body = JSON.stringify(await rows.read((request.url ?? '').slice(1)));
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
    return;
  }
  const body = await collect(request);
  const sha256 = createHash('sha256').update(body).digest('hex');
  const [id, now] = [randomUUID(), new Date().toISOString()];
  const facts = ['scan.pdf', 'application/pdf', String(body.length), sha256, 'available', 's3', 'floor'];
  await rows.keep([id, 'case-1', 'other', ...facts, `case-1/other/${id}.pdf`, '{}', now, 'key', now, '2']);
  created(response, { id, sha256, size: body.length });
});

async function inPostgres(connectionString: string): Promise<Rows> {
  const pool = new pg.Pool({ connectionString, max: 10 });
  await pool.query(table);
  return {
    keep: (row) =>
      pool.query(
        insert((n) => `$${n}`),
        row,
      ),
    read: async (id) => {
      const text = `SELECT ${columns} FROM floor WHERE id = $1`;
      return (await pool.query({ name: 'read', text, values: [id] })).rows[0];
    },
  };
}

function inSqlite(folder: string): Rows {
  mkdirSync(folder);
  const database = new DatabaseSync(join(folder, 'floor.db'));
  database.exec('PRAGMA journal_mode = WAL');
  database.exec(table);
  const keep = database.prepare(insert((n) => `?${n}`));
  const read = database.prepare(`SELECT ${columns} FROM floor WHERE id = ?`);
  return { keep: async (row) => keep.run(...row), read: async (id) => read.get(id) };
}
