/** What the list of documents is narrowed to. In the address these are the same names; what is not set is not there. */
export interface Filters {
  readonly q: string;
  readonly recordId: string;
  readonly type: string;
  readonly state: string;
  readonly sort: string;
}

export type FilterName = keyof Filters;

/** The states that one can choose; '' is what a list shows by default: all but the trash and what never arrived. */
export const stateChoices = ['', 'available', 'archived', 'deleted', 'all'] as const;

const names = ['q', 'recordId', 'type', 'state', 'sort'] as const;

export function filtersOf(query: URLSearchParams): Filters {
  const [q, recordId, type, state, sort] = names.map((name) => query.get(name) ?? '');
  return { q, recordId, type, state, sort: sort === newest ? '' : sort } as Filters;
}

export const newest = '-createdAt';
export type Sort = typeof newest | 'createdAt' | 'filename' | 'size';

/** The address's query for `filters`. What does not go together is left out: see `sorts`. */
export function queryOf(filters: Filters): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of names) {
    const value = filters[name].trim();
    if (value && !(name === 'sort' && !sorts(filters).includes(value as Sort))) query.set(name, value);
  }
  return query;
}

/**
 * The orders that a list can have: with `q` it has the index's own; by name and size the documents of one record can be
 * sorted.
 */
export function sorts({ q, recordId }: Pick<Filters, 'q' | 'recordId'>): readonly Sort[] {
  if (q.trim()) return [];
  return recordId.trim() ? [newest, 'createdAt', 'filename', 'size'] : [newest, 'createdAt'];
}

export function isFiltered(filters: Filters): boolean {
  return names.some((name) => name !== 'sort' && filters[name] !== '');
}
