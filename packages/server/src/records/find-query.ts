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
 * Every index begins with what the filter names, then the state, then the sort. A branch per state reads its range
 * from the first row wanted, so the rows examined are limit + 1 + states, however they are distributed.
 */
export function findQuery(filter: Filter, page: Page, dialect: Dialect): Query | null {
  assertOffered(filter, page);
  const wanted = [...new Set(filter.states ?? states)];
  if (wanted.length === 0 || ![filter.recordId ?? '', filter.type ?? ''].every(storable)) return null;

  const parameters: Value[] = [];
  const bind = (value: Value) => `?${parameters.push(value)}`;
  const column = columns[page.sort.by];
  const same: string[] = [];
  if (filter.recordId !== undefined) same.push(`record_id = ${bind(filter.recordId)}`);
  if (filter.type !== undefined) same.push(`type = ${bind(filter.type)}`);
  same.push(...range(filter, page, column, bind));

  const direction = page.sort.descending ? 'DESC' : 'ASC';
  const order = `ORDER BY ${column} ${direction}, id ${direction}`;
  const limit = `LIMIT ${bind(page.limit + 1)}`;
  const from = dialect.from(indexFor(filter, column));
  const branch = (state: State) => {
    const where = [`state = ${bind(state)}`, ...same].join(' AND ');
    return dialect.arm(`SELECT ${documentColumns} FROM ${from} WHERE ${where}`, order, limit);
  };
  return {
    sql: `${wanted.map(branch).join(' UNION ALL ')} ${order} ${limit}`,
    parameters,
    planEachTime: true,
  };
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

function indexFor(filter: Filter, column: string): string {
  const scope = [filter.recordId !== undefined && 'record', filter.type !== undefined && 'type'];
  return ['documents', ...scope.filter(Boolean), 'by', column].join('_');
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
