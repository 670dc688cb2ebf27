import { createHash } from 'node:crypto';
import { type State, searchableStates } from '../documents/document.ts';
import type { DocumentsPort } from '../documents/documents-port.ts';
import { StrongroomError } from '../errors.ts';
import type { Cursors } from './doors.ts';
import { type ListQuery, limitOf, statesOf } from './list-query.ts';

type Search = Parameters<DocumentsPort['search']>[1];
type Page = Parameters<DocumentsPort['search']>[2];
type Position = NonNullable<Page['after']>;

export interface SearchCall {
  readonly search: Search;
  readonly page: Page;
  /** The cursor of the page after this one. */
  readonly cursorAt: (position: Position) => string;
}

/** Code points of what can be searched for. */
const longest = 100;

/** What the query of a list with `q` asks for. A search has an order of its own. Raises `invalid_input`. */
export function readSearchQuery(query: ListQuery & { readonly q: string }, cursors: Cursors): SearchCall {
  for (const name of ['sort', 'createdAfter', 'createdBefore'] as const)
    if (query[name] !== undefined) throw invalid(name, 'does not go with q, which has an order of its own');
  const search = searchOf(query);
  const listing = fingerprint(search);
  const after = query.cursor === undefined ? undefined : positionIn(cursors.unseal(query.cursor), listing);
  return {
    search,
    page: { limit: limitOf(query), ...(after === undefined ? {} : { after }) },
    cursorAt: ({ by, value, at, id }) => cursors.seal({ listing, by, value, at, id }),
  };
}

function searchOf({ q, recordId, type, state }: ListQuery & { readonly q: string }): Search {
  const length = [...q].length;
  if (length === 0 || length > longest) throw invalid('q', `takes 1 to ${longest} characters`);
  return {
    prefix: q,
    states: searchable(statesOf(state), state),
    ...(recordId === undefined ? {} : { recordId }),
    ...(type === undefined ? {} : { type }),
  };
}

function searchable(wanted: readonly State[] | undefined, asked: string | undefined): readonly State[] {
  const can: readonly State[] = searchableStates;
  if (wanted === undefined) return can;
  const other = wanted.find((state) => !can.includes(state));
  if (other === undefined) return wanted;
  throw invalid('state', `${other} does not go with q, which finds ${can.join(', ')}; asked was ${asked}`);
}

/** Binds a cursor to its search. */
function fingerprint({ prefix, states, recordId, type }: Search): string {
  const told = ['q', prefix, states, recordId ?? null, type ?? null];
  return createHash('sha256').update(JSON.stringify(told)).digest('base64url').slice(0, 22);
}

function positionIn(sealed: { readonly [name: string]: unknown }, listing: string): Position {
  if (sealed.listing !== listing)
    throw invalid('cursor', 'belongs to a list with another filter; begin again without it');
  const { by, value, at, id } = sealed as unknown as Position;
  return { by, value, at, id };
}

function invalid(field: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field, problem });
}
