import type { Dialect } from './sql-database.ts';

export const postgresDialect: Dialect = {
  /** The statement's start: a moving clock can't be compared by an index. */
  clock: '(extract(epoch FROM now()) * 1000)::bigint',
  from: () => 'documents',
  /** Ordered arms are merged lazily (Merge Append); the limit in each has it planned for its first rows. */
  arm: (select, order, limit) => `(${select} ${order} ${limit})`,
  /**
   * Of a limit that it can't see, the planner expects a tenth of the rows, so it reads an index in order. Where it sees
   * one and believes in fewer rows than that, it would rather gather them all and sort.
   */
  limit: (parameter) => `LIMIT (SELECT ${parameter}::bigint)`,
  isAmong: (parameter) => `= ANY (${parameter}::uuid[])`,
  isAmongLocked: (parameter) =>
    `IN (SELECT id FROM documents WHERE id = ANY (${parameter}::uuid[]) ORDER BY id FOR UPDATE)`,
  list: (ids) => `{${ids.join(',')}}`,
};

/** PostgreSQL numbers its parameters with a dollar. */
export function numbered(sql: string): string {
  return sql.replaceAll(/\?(\d+)/g, '$$$1');
}
