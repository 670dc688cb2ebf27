import type { Dialect } from './sql-database.ts';

export const postgresDialect: Dialect = {
  /** The statement's start: a moving clock can't be compared by an index. */
  clock: '(extract(epoch FROM now()) * 1000)::bigint',
  from: () => 'documents',
  /** A LIMIT in each ordered arm makes the planner read them for their first rows and merge them (Merge Append). */
  arm: (select, order, limit) => `(${select} ${order} ${limit})`,
  isAmong: (parameter) => `= ANY (${parameter}::uuid[])`,
  list: (ids) => `{${ids.join(',')}}`,
};

/** PostgreSQL numbers its parameters with a dollar. */
export function numbered(sql: string): string {
  return sql.replaceAll(/\?(\d+)/g, '$$$1');
}
