import type { State } from '../documents/document.ts';
import { StrongroomError } from '../errors.ts';
import type { Search, SearchPosition } from './document-records.ts';
import { shelves, typesOf } from './find-query.ts';
import { afterPrefix, foldedName } from './folded-name.ts';
import { documentColumns, isId, type Row, storable, type Value } from './row.ts';
import type { Dialect, Query } from './sql-database.ts';

/** What a search looks through, one after the other. In a record, only names. */
export type Half = SearchPosition['by'];

export function halvesOf({ recordId }: Search): readonly Half[] {
  return recordId === undefined ? ['record', 'name'] : ['name'];
}

/**
 * The query of one half of a search: at most `limit` rows after `after`. Null: nothing can match. At most limit + arms rows
 * are examined, of records twice the limit for each arm; an arm is a state, and a type where there are several.
 */
export function searchQuery(
  half: Half,
  search: Search,
  { limit, after }: { limit: number; after: SearchPosition | null },
  dialect: Dialect,
): Query | null {
  const types = typesOf(search);
  if (search.states.length === 0 || types.length === 0 || !storable(search.prefix)) return null;
  if (!storable(search.recordId ?? '')) return null;
  assertPosition(half, after);
  const arms = types.flatMap((type) => search.states.map((state) => ({ type, state })));
  return half === 'name'
    ? byName(search, arms, limit, after, dialect)
    : byRecord(search, arms, limit, after, dialect);
}

interface Arm {
  readonly state: State;
  readonly type: string | undefined;
}

/** A list by the folded name, from the prefix to its end: the arms are merged as those of `find` are. */
function byName(
  search: Search,
  arms: readonly Arm[],
  limit: number,
  after: SearchPosition | null,
  dialect: Dialect,
) {
  const prefix = foldedName(search.prefix);
  if (prefix === '') return null;
  const { bind, parameters } = binding();
  const { index, shelf, name } = shelves(search, 'folded_name');
  const from =
    after === null
      ? `folded_name >= ${bind(prefix)}`
      : `(folded_name, id) > (${bind(after.value)}, ${bind(after.id)})`;
  const until = bounded('folded_name', prefix, bind);
  const order = 'ORDER BY folded_name, id';
  const limited = dialect.limit(bind(limit));
  const selects = arms.map(
    ({ state, type }) =>
      `SELECT ${documentColumns}, folded_name FROM ${dialect.from(index)} WHERE ${shelf} = ${bind(name(state, type))} AND ${from}${until}`,
  );
  const rows =
    selects.length === 1
      ? selects[0]
      : selects.map((select) => dialect.arm(select, order, limited)).join(' UNION ALL ');
  return { sql: `${rows} ${order} ${limited}`, parameters, planEachTime: true };
}

/**
 * The records whose id begins so lie side by side on the shelves of lists by time, whose names end with the record's id: a
 * range of those names is read from each, and before it what is left of the record that the page before ended in. An
 * arm's order is not that of the column, so each is limited before they are sorted.
 */
function byRecord(
  search: Search,
  arms: readonly Arm[],
  limit: number,
  after: SearchPosition | null,
  dialect: Dialect,
) {
  const { bind, parameters } = binding();
  const { index, shelf, name } = shelves({ ...search, recordId: '' }, 'created_at');
  const limited = dialect.limit(bind(limit));
  const read = (where: string, order: string) =>
    `SELECT * FROM (SELECT ${documentColumns}, folded_name FROM ${dialect.from(index)} WHERE ${where} ORDER BY ${order} ${limited}) AS arm`;
  const selects = arms.flatMap(({ state, type }) => {
    const first = name(state, type) + search.prefix;
    const until = bounded(shelf, first, bind);
    const order = `${shelf}, created_at, id`;
    if (after === null) return [read(`${shelf} >= ${bind(first)}${until}`, order)];
    const last = bind(name(state, type) + after.value);
    const place = `(created_at, id) > (${bind(after.at)}, ${bind(after.id)})`;
    return [
      read(`${shelf} = ${last} AND ${place}`, 'created_at, id'),
      read(`${shelf} > ${last}${until}`, order),
    ];
  });
  const sql = `${selects.join(' UNION ALL ')} ORDER BY record_id, created_at, id ${limited}`;
  return { sql, parameters, planEachTime: true };
}

/** Where the row lies in its half; `foldedName` is the row's last column. */
export function positionOf(half: Half, row: Row): SearchPosition {
  const id = row[0] as string;
  return half === 'name'
    ? { by: 'name', value: row.at(-1) as string, at: null, id }
    : { by: 'record', value: row[1] as string, at: row[16] as number, id };
}

function binding() {
  const parameters: Value[] = [];
  return { parameters, bind: (value: Value) => `?${parameters.push(value)}` };
}

function bounded(column: string, prefix: string, bind: (value: Value) => string): string {
  const end = afterPrefix(prefix);
  return end === null ? '' : ` AND ${column} < ${bind(end)}`;
}

function assertPosition(half: Half, after: SearchPosition | null): void {
  if (after === null) return;
  const { by, value, at, id } = after;
  const fits = by === half && typeof value === 'string' && (half === 'name' || typeof at === 'number');
  if (!fits || !isId(id))
    throw new StrongroomError('invalid_input', { field: 'cursor', problem: 'it belongs to another list' });
}
