import type { Dialect } from './sql-database.ts';

export const sqliteDialect: Dialect = {
  clock: "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
  /** Fails where the index can't serve, instead of silently reading more. */
  from: (index) => `documents INDEXED BY ${index}`,
  /** SQLite runs the arms as co-routines, each in the order of its index, and merges them row by row. */
  arm: (select) => select,
  limit: (parameter) => `LIMIT ${parameter}`,
  isAmong: (parameter) => `IN (SELECT value FROM json_each(${parameter}))`,
  isAmongLocked: (parameter) => `IN (SELECT value FROM json_each(${parameter}))`,
  list: (ids) => JSON.stringify(ids),
};
