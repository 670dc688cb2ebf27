import { createHash } from 'node:crypto';
import type { Static } from 'typebox';
import { listedStates, type State, states } from '../documents/document.ts';
import type { DocumentsPort } from '../documents/documents-port.ts';
import { StrongroomError } from '../errors.ts';
import type { Cursors } from './doors.ts';
import { Type } from './schema.ts';

export const ListQuery = Type.Object(
  {
    q: Type.Optional(Type.String()),
    recordId: Type.Optional(Type.String()),
    type: Type.Optional(Type.String()),
    state: Type.Optional(Type.String()),
    createdAfter: Type.Optional(Type.String()),
    createdBefore: Type.Optional(Type.String()),
    sort: Type.Optional(Type.Enum(['-createdAt', 'createdAt', 'filename', 'size'])),
    limit: Type.Optional(Type.String()),
    cursor: Type.Optional(Type.String()),
  },
  { additionalProperties: false },
);
export type ListQuery = Static<typeof ListQuery>;

type Filter = Parameters<DocumentsPort['find']>[1];
type Page = Parameters<DocumentsPort['find']>[2];
type Position = NonNullable<Page['after']>;

const defaultLimit = 50;
const highestLimit = 200;

export interface ListCall {
  readonly filter: Filter;
  readonly page: Page;
  /** The cursor of the page after this one. */
  readonly cursorAt: (position: Position) => string;
}

/** What a list's query asks for. Raises `invalid_input`. */
export function readListQuery(query: ListQuery, cursors: Cursors): ListCall {
  const filter = filterOf(query);
  const sort = sortOf(query);
  const listing = fingerprint(filter, sort);
  const after = query.cursor === undefined ? undefined : positionIn(cursors.unseal(query.cursor), listing);
  return {
    filter,
    page: { sort, limit: limitOf(query), ...(after === undefined ? {} : { after }) },
    cursorAt: (position) => cursors.seal({ listing, value: position.value, id: position.id }),
  };
}

function filterOf({ recordId, type, state, createdAfter, createdBefore, sort }: ListQuery): Filter {
  if ((createdAfter ?? createdBefore) !== undefined && (sort === 'filename' || sort === 'size')) {
    const field = createdAfter === undefined ? 'createdBefore' : 'createdAfter';
    throw invalid(field, `goes with sort=createdAt and sort=-createdAt only`);
  }
  const wanted = statesOf(state);
  return {
    ...(recordId === undefined ? {} : { recordId }),
    ...(type === undefined ? {} : { type }),
    ...(wanted === undefined ? {} : { states: wanted }),
    ...(createdAfter === undefined ? {} : { createdAfter: instant('createdAfter', createdAfter) }),
    ...(createdBefore === undefined ? {} : { createdBefore: instant('createdBefore', createdBefore) }),
  };
}

/** The states that a list's query names. Undefined: every state. Raises `invalid_input`. */
export function statesOf(state: string | undefined): readonly State[] | undefined {
  if (state === undefined) return listedStates;
  if (state === 'all') return undefined;
  const wanted = state.split(',').map((name) => {
    const known = states.find((each) => each === name);
    if (known === undefined) throw invalid('state', `takes "all" or a comma list of ${states.join(', ')}`);
    return known;
  });
  return [...new Set(wanted)];
}

function sortOf({ sort = '-createdAt', recordId }: ListQuery): Page['sort'] {
  if (sort === 'createdAt' || sort === '-createdAt') {
    return { by: 'createdAt', descending: sort === '-createdAt' };
  }
  if (recordId === undefined) throw invalid('sort', `${sort} goes with recordId only`);
  return { by: sort, descending: false };
}

/** Rows on one page. Raises `invalid_input`. */
export function limitOf({ limit }: { readonly limit?: string }): number {
  if (limit === undefined) return defaultLimit;
  const number = /^\d{1,3}$/.test(limit) ? Number(limit) : 0;
  if (number < 1 || number > highestLimit)
    throw invalid('limit', `takes a whole number from 1 to ${highestLimit}`);
  return number;
}

/** An ISO 8601 instant with its offset from UTC, or a date, which begins at midnight UTC. */
function instant(field: string, text: string): Date {
  const iso = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d))?$/;
  const date = new Date(iso.test(text) ? text : Number.NaN);
  if (Number.isNaN(date.getTime())) {
    throw invalid(
      field,
      'takes an ISO 8601 time such as 2026-01-31T12:00:00Z (a + in a query is written %2B)',
    );
  }
  return date;
}

/** Binds a cursor to its list: with another filter or order its position would point anywhere. */
function fingerprint(filter: Filter, sort: Page['sort']): string {
  const told = [
    filter.recordId ?? null,
    filter.type ?? null,
    filter.states ?? null,
    filter.createdAfter?.getTime() ?? null,
    filter.createdBefore?.getTime() ?? null,
    sort.by,
    sort.descending,
  ];
  return createHash('sha256').update(JSON.stringify(told)).digest('base64url').slice(0, 22);
}

function positionIn(sealed: { readonly [name: string]: unknown }, listing: string): Position {
  if (sealed.listing !== listing) {
    throw invalid('cursor', 'belongs to a list with another filter or sort; begin again without it');
  }
  return { value: sealed.value as Position['value'], id: String(sealed.id) };
}

function invalid(field: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field, problem });
}
