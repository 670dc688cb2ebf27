import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/** Makes an upload as old as it may get, in the records of a running service: waiting for it takes a minute at least. */
export async function expire(
  { DATA_DIR = '', DATABASE_URL }: Readonly<Record<string, string>>,
  id: string,
): Promise<void> {
  if (DATABASE_URL === undefined) {
    const database = new DatabaseSync(join(DATA_DIR, 'strongroom.db'), { timeout: 5_000 });
    database.prepare('UPDATE documents SET due_at = 1 WHERE id = ?').run(id);
    database.close();
    return;
  }
  const client = new pg.Client({ connectionString: DATABASE_URL });
  await client.connect();
  await client.query('UPDATE documents SET due_at = 1 WHERE id = $1', [id]);
  await client.end();
}
