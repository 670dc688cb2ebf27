import { type State, states } from '../documents/document.ts';
import { StrongroomError } from '../errors.ts';
import type { Filter, Page, Position } from './document-records.ts';
import { documentColumns, isId, type Row, storable, unknownSize, type Value } from './row.ts';
import type { Dialect, Query } from './sql-database.ts';

const columns = { createdAt: 'created_at', filename: 'filename', size: 'size' } as const;

/**
 * The query of `find`: one more row than the page holds, so that its end is seen. Null: nothing can match.
 * Raises `invalid_input` for what is not offered.
 *
 * One arm for each state (and type, where there are several) reads its shelf in order from the first row wanted, and the arms are merged: at most
 * limit + 1 + arms rows are examined, however the rows are distributed.
 */
export function findQuery(filter: Filter, page: Page, dialect: Dialect): Query | null {
  assertOffered(filter, page);
  const wanted = [...new Set(filter.states ?? states)];
  const { recordId = '' } = filter;
  const types = typesOf(filter);
  if (wanted.length === 0 || types.length === 0 || !storable(recordId)) return null;

  const parameters: Value[] = [];
  const bind = (value: Value) => `?${parameters.push(value)}`;
  const column = columns[page.sort.by];
  const bounds = range(filter, page, column, bind).map((bound) => ` AND ${bound}`);
  const direction = page.sort.descending ? 'DESC' : 'ASC';
  const order = `ORDER BY ${column} ${direction}, id ${direction}`;
  const limit = dialect.limit(bind(page.limit + 1));
  const { index, shelf, name } = shelves(filter, column);
  const select = (state: State, type?: string) =>
    `SELECT ${documentColumns} FROM ${dialect.from(index)} WHERE ${shelf} = ${bind(name(state, type))}${bounds.join('')}`;
  const [only, ...more] = types.flatMap((type) => wanted.map((state) => select(state, type)));
  const rows =
    more.length === 0
      ? only
      : [only, ...more].map((arm) => dialect.arm(arm ?? '', order, limit)).join(' UNION ALL ');
  return { sql: `${rows} ${order} ${limit}`, parameters, planEachTime: true };
}

/** Cuts the surplus row off and says where the next page begins. */
export function paged(rows: Row[], page: Page): { rows: Row[]; next: Position | null } {
  if (rows.length <= page.limit) return { rows, next: null };
  const kept = rows.slice(0, page.limit);
  const last = kept.at(-1);
  if (last === undefined) return { rows: kept, next: null };
  const value = { createdAt: last[16], filename: last[3], size: last[5] === unknownSize ? null : last[5] };
  return { rows: kept, next: { value: value[page.sort.by] ?? null, id: last[0] as string } };
}

/**
 * A shelf is the rows that one range of one index holds in order: those of one state, and of the record and type that
 * the filter names. The index's first column is the shelf's name, an expression that no other index has, sort included:
 * so a planner has one index to choose, however wrong its estimates are. A type's id holds no slash and the record
 * comes last: no two shelves of an index have one name.
 */
export function shelves({ recordId, type, types }: Filter, column: string) {
  const typed = (type ?? types) !== undefined;
  const columns = ['state', typed && 'type', recordId !== undefined && 'record_id'];
  const scope = [recordId !== undefined && 'record', typed && 'type'];
  return {
    index: ['documents', ...scope.filter(Boolean), 'by', column].join('_'),
    shelf: `('${column}/' || ${columns.filter(Boolean).join(" || '/' || ")})`,
    name: (state: State, type?: string) =>
      [column, state, type, recordId].filter((value) => value !== undefined).join('/'),
  };
}

/** The types to read, undefined for any; of those that no document can have, none. */
export function typesOf({ type, types }: Filter): (string | undefined)[] {
  const wanted = type === undefined ? types : [type];
  if (wanted === undefined) return [undefined];
  return [...new Set(wanted)].filter((each) => storable(each) && !each.includes('/'));
}

/**
 * At most one bound at each end: PostgreSQL begins to read at one bound only, and reads what another would cut off.
 * The position is the tighter one unless it lies outside of the times asked for.
 */
function range(filter: Filter, page: Page, column: string, bind: (value: Value) => string): string[] {
  const { after, sort } = page;
  const [near, far] = sort.descending ? ['<', '>'] : ['>', '<'];
  const times = { '>': filter.createdAfter?.getTime(), '<': filter.createdBefore?.getTime() } as const;
  const start = times[near as '<' | '>'];
  const end = times[far as '<' | '>'];
  const bounds: string[] = [];
  if (after !== undefined && !passes(start, after, sort.descending)) {
    bounds.push(`(${column}, id) ${near} (${bind(after.value ?? unknownSize)}, ${bind(after.id)})`);
  } else if (start !== undefined) {
    bounds.push(`${column} ${near} ${bind(start)}`);
  }
  if (end !== undefined) bounds.push(`${column} ${far} ${bind(end)}`);
  return bounds;
}

/** Whether the time bound begins further on than the position. */
function passes(start: number | undefined, after: Position, descending: boolean): boolean {
  if (start === undefined) return false;
  return descending ? start <= (after.value as number) : start >= (after.value as number);
}

function assertOffered(filter: Filter, page: Page): void {
  const { by } = page.sort;
  const refuse = (field: string, problem: string) => new StrongroomError('invalid_input', { field, problem });
  if (by !== 'createdAt') {
    if (filter.recordId === undefined) throw refuse('sort', `${by} can be sorted by only with a recordId`);
    if (filter.createdAfter || filter.createdBefore)
      throw refuse('sort', `createdAfter and createdBefore go only with a sort by createdAt, not ${by}`);
  }
  const kind = by === 'filename' ? 'string' : 'number';
  const { after } = page;
  if (after && !(isId(after.id) && (typeof after.value === kind || (by === 'size' && after.value === null))))
    throw refuse('cursor', 'it belongs to another list');
}
