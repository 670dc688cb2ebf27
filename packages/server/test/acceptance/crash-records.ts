import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import type { State } from '../../src/documents/document.ts';

/** A document's row, looked at past the service. */
export interface Row {
  readonly id: string;
  readonly recordId: string;
  readonly type: string;
  readonly state: State;
  readonly key: string;
}

/** The records of a test, past the service. Both calls work while it runs and while it doesn't. */
export interface RecordsLook {
  rows(): Promise<Row[]>;
  /**
   * Lets two hours pass for the chores: for documents of these records, or for all. Every due time moves back, so what
   * waits for the death of an upload, a lease, a second look or the end of the trash is due.
   */
  passTime(recordIds?: readonly string[]): Promise<void>;
}

const twoHours = 7_200_000;
const rows = `SELECT id, record_id AS "recordId", type, state, key FROM documents ORDER BY key`;
const passing = `UPDATE documents SET due_at = due_at - ${twoHours} WHERE due_at IS NOT NULL`;

/**
 * Opens the database for each look: a connection that stays would keep SQLite from cleaning up after a dead server.
 * @param settings as `Backend.prepare` answers them
 */
export function lookAtRecords(settings: Readonly<Record<string, string>>): RecordsLook {
  return settings.DATABASE_URL === undefined
    ? sqliteLook(join(settings.DATA_DIR ?? '', 'strongroom.db'))
    : postgresLook(settings.DATABASE_URL);
}

function sqliteLook(file: string): RecordsLook {
  const look = <T>(work: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(file, { timeout: 10_000 });
    try {
      return work(db);
    } finally {
      db.close();
    }
  };
  return {
    rows: async () => look((db) => db.prepare(rows).all() as unknown as Row[]),
    passTime: async (recordIds) =>
      look((db) => {
        const among = '(?1 IS NULL OR record_id IN (SELECT value FROM json_each(?1)))';
        db.prepare(`${passing} AND ${among}`).run(recordIds ? JSON.stringify(recordIds) : null);
      }),
  };
}

function postgresLook(connectionString: string): RecordsLook {
  const look = async <T extends pg.QueryResultRow>(sql: string, values: unknown[]): Promise<T[]> => {
    const client = new pg.Client({ connectionString });
    await client.connect();
    return client
      .query<T>(sql, values)
      .then(({ rows }) => rows)
      .finally(() => client.end());
  };
  return {
    rows: () => look<Row>(rows, []),
    passTime: async (recordIds) => {
      await look(`${passing} AND ($1::text[] IS NULL OR record_id = ANY ($1))`, [recordIds ?? null]);
    },
  };
}
