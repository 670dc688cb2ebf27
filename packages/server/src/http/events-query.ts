import type { Static } from 'typebox';
import type { DocumentsPort } from '../documents/documents-port.ts';
import { StrongroomError } from '../errors.ts';
import type { Cursors } from './doors.ts';
import { limitOf } from './list-query.ts';
import { Type } from './schema.ts';

export const EventsQuery = Type.Object(
  { limit: Type.Optional(Type.String()), cursor: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

type Part = Parameters<DocumentsPort['events']>[2];
type Position = NonNullable<Part['after']>;

export interface EventsCall {
  readonly part: Part;
  /** The cursor of the page after this one. */
  readonly cursorAt: (position: Position) => string;
}

/** Which part of the document's history a query asks for. Raises `invalid_input`. */
export function readEventsQuery(id: string, query: Static<typeof EventsQuery>, cursors: Cursors): EventsCall {
  const listing = `events/${id}`;
  return {
    part: {
      limit: limitOf(query),
      ...(query.cursor !== undefined && { after: positionIn(cursors.unseal(query.cursor), listing) }),
    },
    cursorAt: ({ revision, id }) => cursors.seal({ listing, value: revision, id }),
  };
}

function positionIn(sealed: { readonly [name: string]: unknown }, listing: string): Position {
  if (sealed.listing !== listing) {
    const problem = 'belongs to another list; begin again without it';
    throw new StrongroomError('invalid_input', { field: 'cursor', problem });
  }
  return { revision: Number(sealed.value), id: String(sealed.id) };
}
