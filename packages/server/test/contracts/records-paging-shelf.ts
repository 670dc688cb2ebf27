import { listedStates, type State, searchableStates, states } from '../../src/documents/document.ts';
import { uuidv7 } from '../../src/documents/uuid.ts';
import type { Filter, Page, Search, SearchPosition } from '../../src/records/document-records.ts';
import { foldedName } from '../../src/records/folded-name.ts';
import { type Half, halvesOf } from '../../src/records/search-query.ts';

/** 100,000 rows that are unkind to an index, and every kind of list over them. */
export interface ShelfRow {
  readonly id: string;
  readonly recordId: string;
  readonly type: string;
  readonly state: State;
  readonly createdAt: number;
  readonly filename: string;
  readonly size: number;
}

export const limit = 50;

const count = 100_000;
const start = Date.UTC(2026, 0, 1);

/**
 * 60,000 rows lie in one record and 99 % of those are archived; 20,000 lie in a record with all states alike; the rest
 * in records of ten, but for 3,000 deeds in a record of their own,
 * which a planner takes for 90. One type in a thousand is rare. A thousand rows share each time, 5,000 each filename and size.
 */
export function shelf(): ShelfRow[] {
  return Array.from({ length: count }, (_, n): ShelfRow => {
    const mixed = (n * 7_919) % count;
    const recordId =
      mixed < 60_000 ? 'big' : mixed < 80_000 ? 'even' : mixed < 83_000 ? 'deeds' : `small-${mixed % 2_000}`;
    const alike = states[n % states.length] as State;
    return {
      id: uuidv7(),
      recordId,
      type: recordId === 'deeds' ? 'deed' : n % 1_000 === 7 ? 'rare' : n % 5 === 0 ? 'contract' : 'id',
      state: recordId === 'even' || recordId === 'deeds' || mixed % 100 === 0 ? alike : 'archived',
      createdAt: start + ((n * 31) % 100) * 60_000,
      filename: `name-${(n * 17) % 20}.pdf`,
      size: ((n * 13) % 20) - 1,
    };
  });
}

export interface Listing {
  readonly filter: Filter;
  readonly page: Page;
}

/** Every offered filter with every offered sort: the first page, one from a tie in the middle, one from the end. */
export function* listings(rows: readonly ShelfRow[]): Generator<Listing> {
  const stateLists = [undefined, ['available'], ['inspecting', 'available', 'archived', 'quarantined']];
  const ranges = [
    {},
    { createdAfter: new Date(start + 30 * 60_000) },
    { createdBefore: new Date(start + 60 * 60_000), createdAfter: new Date(start + 59 * 60_000 - 1) },
  ];
  for (const recordId of [undefined, 'big', 'even', 'deeds', 'small-1777', 'nobody']) {
    for (const type of [undefined, 'id', 'rare', 'deed', 'unheard of', ['id', 'rare']]) {
      const named = Array.isArray(type) ? { types: type } : type === undefined ? {} : { type };
      const scope = { ...(recordId !== undefined && { recordId }), ...named };
      const within = rows.filter(
        (row) => (recordId ?? row.recordId) === row.recordId && [type ?? row.type].flat().includes(row.type),
      );
      for (const states of stateLists as (State[] | undefined)[]) {
        const filter = { ...scope, ...(states && { states }) };
        for (const descending of [true, false]) {
          for (const range of ranges) {
            yield* pages({ ...filter, ...range }, { by: 'createdAt', descending }, within);
          }
          if (recordId === undefined) continue;
          yield* pages(filter, { by: 'filename', descending }, within);
          yield* pages(filter, { by: 'size', descending }, within);
        }
      }
    }
  }
}

export interface Searching {
  readonly half: Half;
  readonly search: Search;
  readonly after: SearchPosition | null;
  /** Rows that may be read. */
  readonly most: number;
}

/** Every offered filter with prefixes that fit nearly all rows, some, one and none: the first page, and later ones. */
export function* searches(rows: readonly ShelfRow[]): Generator<Searching> {
  const stateLists: State[][] = [[...searchableStates], [...listedStates], ['archived']];
  for (const states of stateLists) {
    for (const scope of [
      {},
      { type: 'id' },
      { type: 'rare' },
      { recordId: 'big' },
      { recordId: 'even', type: 'id' },
    ]) {
      for (const prefix of [
        'name',
        'NAME-1',
        'name-19.pdf',
        'small-1',
        'small-1777',
        'big',
        'b',
        'nobody',
        'ñame',
      ]) {
        const search: Search = { prefix, states, ...scope };
        for (const half of halvesOf(search)) {
          // Those of records are read from each state; names are merged.
          const most = half === 'record' ? (limit + 1) * states.length : limit + 1 + states.length;
          yield { half, search, after: null, most };
          const row = rows[61_803];
          if (!row) continue;
          const { id, recordId, createdAt, filename } = row;
          const after: SearchPosition =
            half === 'record'
              ? { by: 'record', value: recordId, at: createdAt, id }
              : { by: 'name', value: filename, at: null, id };
          const arms = half === 'record' ? 2 : 1;
          if (after.value.startsWith(foldedName(prefix))) yield { half, search, after, most: most * arms };
        }
      }
    }
  }
}

function* pages(filter: Filter, sort: Page['sort'], within: readonly ShelfRow[]): Generator<Listing> {
  yield { filter, page: { sort, limit } };
  for (const place of [0.5, 0.999]) {
    const row = within[Math.floor(within.length * place)];
    if (!row) continue;
    const value = row[sort.by] === -1 ? null : row[sort.by];
    yield { filter, page: { sort, limit, after: { value, id: row.id } } };
  }
}
