import { type Document, searchableStates } from '../documents/document.ts';
import type { Search, SearchPage, SearchPosition } from './document-records.ts';
import { foldedName } from './folded-name.ts';
import { type Row, toDocument } from './row.ts';
import { type Half, halvesOf, positionOf, searchQuery } from './search-query.ts';
import type { Dialect, Query, SqlDatabase } from './sql-database.ts';

/** Queries of one call: it answers what it has by then, and its cursor says where to go on. */
const mostQueries = 6;

/**
 * One page of a search: what records match, then what names match and was not among the first. A page that meets many of both
 * is short, or empty, though more follow: what is read is bounded, not what is shown.
 */
export async function search(
  database: Pick<SqlDatabase, 'read' | 'dialect'>,
  wanted: Search,
  { limit, after }: SearchPage,
): Promise<{ documents: Document[]; next: SearchPosition | null }> {
  const halves = halvesOf(wanted);
  const found: Row[] = [];
  let half = halves.find((each) => each === after?.by) ?? (halves[0] as Half);
  // Before the first row of its half, or at the last that was read.
  let from = after === undefined || after.id === '' ? null : after;
  for (let queries = 0; queries < mostQueries; queries += 1) {
    const room = limit - found.length;
    const query = searchQuery(half, wanted, { limit: room + 1, after: from }, database.dialect);
    const rows = query === null ? [] : await database.read(query);
    const read = rows.slice(0, room);
    found.push(...read.filter((row) => half === 'record' || !isOfRecord(wanted, row)));
    from = read.length === 0 ? from : positionOf(half, read.at(-1) as Row);
    const more = rows.length > room;
    if (more && found.length === limit) break;
    if (more) continue;
    const following = halves[halves.indexOf(half) + 1];
    if (following === undefined) return { documents: found.map(toDocument), next: null };
    [half, from] = [following, null];
  }
  return { documents: found.map(toDocument), next: from ?? { by: half, value: '', at: null, id: '' } };
}

/** It was shown among the records. */
function isOfRecord({ prefix, recordId }: Search, row: Row): boolean {
  return recordId === undefined && (row[1] as string).startsWith(prefix);
}

/**
 * Names that were written without their folding, in the order of the index that holds them alone. Without an order PostgreSQL,
 * which knows nothing of the new column yet, gathers all of them for the few that are wanted.
 */
export function unfolded(limit: number, dialect: Dialect): Query {
  const states = searchableStates.map((state) => `'${state}'`).join(', ');
  const sql = `SELECT id, filename FROM ${dialect.from('documents_unfolded')}
    WHERE folded_name IS NULL AND state IN (${states}) ORDER BY id ${dialect.limit('?1')}`;
  return { sql, parameters: [limit] };
}

/** Folds at most `limit` of them; answers how many there were. */
export async function foldNames(
  database: Pick<SqlDatabase, 'read' | 'write' | 'dialect'>,
  limit: number,
): Promise<number> {
  const rows = await database.read(unfolded(limit, database.dialect));
  // A name that was changed meanwhile was folded then.
  const update =
    'UPDATE documents SET folded_name = ?3 WHERE id = ?1 AND filename = ?2 AND folded_name IS NULL';
  await Promise.all(
    rows.map(([id = null, filename = null]) =>
      database.write({ sql: update, parameters: [id, filename, foldedName(String(filename))] }),
    ),
  );
  return rows.length;
}
