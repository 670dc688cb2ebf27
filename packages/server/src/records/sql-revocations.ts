import type { Revocation, RevocationRecords } from '../access/revocation-records.ts';
import type { SqlDatabase } from './sql-database.ts';

/** What was revoked before its time. */
export function revocations(database: Pick<SqlDatabase, 'read' | 'write' | 'dialect'>): RevocationRecords {
  const { clock } = database.dialect;
  return {
    async revoke(id, keptFor) {
      // Never before what was revoked already, wherever the clock was set back to: nobody looks there again.
      const now = `(SELECT max(at) FROM (SELECT ${clock} AS at UNION ALL SELECT max(revoked_at) FROM revocations) AS times)`;
      const kept = `INSERT INTO revocations (id, revoked_at, expires_at) VALUES (?1, ${now}, ${clock} + ?2)
        ON CONFLICT (id) DO UPDATE SET revoked_at = excluded.revoked_at, expires_at = excluded.expires_at`;
      await database.write({ sql: kept, parameters: [id, keptFor] });
      const swept = `DELETE FROM revocations WHERE id IN
        (SELECT id FROM revocations WHERE expires_at <= ${clock} ORDER BY expires_at LIMIT 2)`;
      await database.write({ sql: swept, parameters: [] });
    },

    async revocations(after, limit) {
      const sql = `SELECT id, revoked_at, expires_at FROM revocations
        WHERE (revoked_at, id) > (?1, ?2) AND expires_at > ${clock} ORDER BY revoked_at, id LIMIT ?3`;
      const parameters = [after?.revokedAt ?? 0, after?.id ?? '', limit];
      const rows = await database.read({ sql, parameters });
      return rows.map(([id, revokedAt, expiresAt]) => ({ id, revokedAt, expiresAt }) as Revocation);
    },
  };
}
