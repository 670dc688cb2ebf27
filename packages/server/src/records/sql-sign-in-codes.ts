import type { SignInRecords } from '../access/sign-in-records.ts';
import type { Row } from './row.ts';
import type { SqlDatabase } from './sql-database.ts';

/** The codes that sign a browser in once. */
export function signInCodes(database: Pick<SqlDatabase, 'read' | 'write'>): SignInRecords {
  return {
    async createCode({ hash, key, expiresAt }) {
      const unused = 'DELETE FROM sign_in_codes WHERE used_at IS NULL AND expires_at <= ?1';
      await database.write({ sql: unused, parameters: [Date.now()] });
      const sql = 'INSERT INTO sign_in_codes (hash, key, expires_at) VALUES (?1, ?2, ?3)';
      await database.write({ sql, parameters: [hash, key, expiresAt.getTime()] });
    },

    async useCode(hash, at) {
      const sql =
        'UPDATE sign_in_codes SET used_at = ?2 WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2 RETURNING hash, key, expires_at';
      const [row] = await database.write({ sql, parameters: [hash, at.getTime()] });
      return row ? toCode(row) : null;
    },

    async findCode(hash) {
      const sql = 'SELECT hash, key, expires_at, used_at FROM sign_in_codes WHERE hash = ?1';
      const [row] = await database.read({ sql, parameters: [hash] });
      if (row === undefined) return null;
      return { ...toCode(row), usedAt: row[3] === null ? null : new Date(row[3] as number) };
    },

    async hasUsedCode(key) {
      const sql = 'SELECT 1 FROM sign_in_codes WHERE key = ?1 AND used_at IS NOT NULL LIMIT 1';
      return (await database.read({ sql, parameters: [key] })).length > 0;
    },
  };
}

function toCode([hash, key, expiresAt]: Row) {
  return { hash: hash as string, key: key as string, expiresAt: new Date(expiresAt as number) };
}
