import type { JsonObject } from '../documents/document.ts';
import type { Caller } from '../documents/permissions.ts';
import { callerOf } from './caller.ts';
import { type App, answerDocument, type Doors } from './doors.ts';
import { EventsQuery, readEventsQuery } from './events-query.ts';
import { readIfMatch } from './if-match.ts';
import { ListQuery, readListQuery } from './list-query.ts';
import { page, presentDocument, presentEvent } from './present.ts';
import { Type } from './schema.ts';
import { readSearchQuery } from './search-query.ts';

/** A page of a list, or of a search where `q` says what for. */
async function listed({ documents, cursors }: Doors, caller: Caller, query: ListQuery) {
  if (query.q !== undefined) {
    const { search, page: wanted, cursorAt } = readSearchQuery({ ...query, q: query.q }, cursors);
    const { documents: found, next } = await documents.search(caller, search, wanted);
    return { found, nextCursor: next === null ? null : cursorAt(next) };
  }
  const { filter, page: wanted, cursorAt } = readListQuery(query, cursors);
  const { documents: found, next } = await documents.find(caller, filter, wanted);
  return { found, nextCursor: next === null ? null : cursorAt(next) };
}

const params = Type.Object({ id: Type.String() });

const Changes = Type.Object(
  {
    filename: Type.Optional(Type.String()),
    metadata: Type.Optional(Type.Record(Type.String(), Type.Any())),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** /v1/documents: list, one document, change, history, archive, trash. */
export function registerDocuments(app: App, doors: Doors): void {
  const { documents, cursors, pathOf } = doors;

  app.get(
    '/v1/documents',
    { config: { action: 'list' }, schema: { querystring: ListQuery } },
    async (request) => {
      const { found, nextCursor } = await listed(doors, callerOf(request), request.query);
      return page(
        found.map((document) => presentDocument(document, pathOf)),
        nextCursor,
      );
    },
  );

  app.get('/v1/documents/:id', { config: { action: 'read' }, schema: { params } }, async (request, reply) =>
    answerDocument(reply, doors, await documents.describe(callerOf(request), request.params.id)),
  );

  app.patch(
    '/v1/documents/:id',
    { config: { action: 'change' }, schema: { params, body: Changes } },
    async (request, reply) => {
      const wanted = readIfMatch(request.headers['if-match']);
      const changes = request.body as { filename?: string; metadata?: JsonObject };
      const changed = await documents.change(callerOf(request), request.params.id, wanted, changes);
      return answerDocument(reply, doors, changed);
    },
  );

  app.get(
    '/v1/documents/:id/events',
    { config: { action: 'read' }, schema: { params, querystring: EventsQuery } },
    async (request) => {
      const { part, cursorAt } = readEventsQuery(request.params.id, request.query, cursors);
      const { events, next } = await documents.events(callerOf(request), request.params.id, part);
      return page(events.map(presentEvent), next === null ? null : cursorAt(next));
    },
  );

  for (const move of ['archive', 'unarchive', 'restore'] as const) {
    const action = move === 'restore' ? 'restore' : 'archive';
    app.post(
      `/v1/documents/:id/${move}`,
      { config: { action }, schema: { params } },
      async (request, reply) =>
        answerDocument(reply, doors, await documents[move](callerOf(request), request.params.id)),
    );
  }

  app.delete(
    '/v1/documents/:id',
    { config: { action: 'delete' }, schema: { params } },
    async (request, reply) => {
      const trashed = await documents.remove(callerOf(request), request.params.id);
      if (trashed === null) return reply.code(204).send();
      reply.code(202);
      return answerDocument(reply, doors, trashed);
    },
  );
}
