import { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Steps } from './kill-steps.ts';

/** Makes every COMMIT of SQLite a step of each record whose rows its transaction reads or writes. */
export function watchCommits(steps: Steps): void {
  const { all } = StatementSync.prototype;
  const { exec } = DatabaseSync.prototype;
  const touched = new Set<string>();

  StatementSync.prototype.all = function (this: StatementSync, ...parameters: unknown[]) {
    const rows = all.apply(this, parameters as never) as unknown as unknown[][];
    // A document's row begins with its id and its recordId, bound and read.
    for (const [id, recordId] of [parameters, ...rows]) {
      if (steps.isWatched(recordId)) steps.note({ id: String(id), recordId });
    }
    for (const value of [...parameters, ...rows.map(([id]) => id)]) {
      const recordId = steps.ofId(value);
      if (recordId !== undefined) touched.add(recordId);
    }
    return rows as never;
  };
  DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
    if (sql.startsWith('BEGIN')) touched.clear();
    if (sql === 'COMMIT') steps.takeAtOnce(touched, 'commit', () => exec.call(this, sql));
    else exec.call(this, sql);
  };
}
