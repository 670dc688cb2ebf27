import type { State } from '../documents/document.ts';
import type { Changes } from './document-records.ts';
import { foldedName } from './folded-name.ts';
import { documentColumns, type Value } from './row.ts';
import type { Query } from './sql-database.ts';

/** The row that is to change: in one of `from`, at `revision` where that matters. */
export interface Target {
  readonly id: string;
  readonly from: readonly State[];
  readonly revision?: number;
}

/** `dueIn` is absent where the due time stays. */
export type Assignments = Omit<Changes, 'dueIn'> & {
  readonly state?: State;
  readonly dueIn?: number | null;
  readonly updatedAt: Date;
};

/**
 * One UPDATE that changes what is named, counts the revision up and answers the document; no row when the target is
 * not there. `clock` is the database's epoch milliseconds. Another state begins its looks at zero.
 */
export function updateQuery(target: Target, changes: Assignments, clock: string): Query {
  const parameters: Value[] = [];
  const bind = (value: Value) => `?${parameters.push(value)}`;
  const set = ['revision = revision + 1', `updated_at = ${bind(changes.updatedAt.getTime())}`];
  if (changes.state !== undefined) set.push(`state = ${bind(changes.state)}`, 'looks = 0');
  if (changes.dueIn === null) set.push('due_at = NULL');
  else if (changes.dueIn !== undefined) set.push(`due_at = ${clock} + ${bind(changes.dueIn)}`);
  for (const [column, value] of named(changes)) {
    if (value !== undefined) set.push(`${column} = ${bind(value)}`);
  }
  const where = [`id = ${bind(target.id)}`, `state IN (${target.from.map(bind).join(', ')})`];
  if (target.revision !== undefined) where.push(`revision = ${bind(target.revision)}`);
  const sql = `UPDATE documents SET ${set.join(', ')} WHERE ${where.join(' AND ')} RETURNING ${documentColumns}`;
  return { sql, parameters };
}

/** What is left of a purged document is found by no name. */
function foldedOf({ filename, state }: Assignments): Value | undefined {
  return filename === undefined ? undefined : state === 'purged' ? null : foldedName(filename);
}

/** Columns and their new values; undefined: not named. */
function named(changes: Assignments): [string, Value | undefined][] {
  const time = (date: Date | null | undefined) => (date ? date.getTime() : date);
  return [
    ['filename', changes.filename],
    ['folded_name', foldedOf(changes)],
    ['metadata', changes.metadata && JSON.stringify(changes.metadata)],
    ['size', changes.size],
    ['sha256', changes.sha256],
    ['version_id', changes.versionId],
    ['state_before', changes.stateBefore],
    ['archived_at', time(changes.archivedAt)],
    ['deleted_at', time(changes.deletedAt)],
    ['purge_after', time(changes.purgeAfter)],
  ];
}
