import { type Caller, readingOnly } from '../documents/permissions.ts';
import { callerOf } from './caller.ts';
import { sendContent } from './content.ts';
import type { App, Doors } from './doors.ts';
import { shownAs } from './download-headers.ts';
import { Type } from './schema.ts';

const NewLink = Type.Object(
  {
    /** Seconds, at most seven days. */
    expiresIn: Type.Integer({ minimum: 1, maximum: 604_800, default: 300 }),
    disposition: Type.Enum(['attachment', 'inline'], { default: 'attachment' }),
  },
  { additionalProperties: false },
);

/** POST /v1/documents/{id}/links: a URL that opens one document without credentials. */
export function registerLinks(app: App, { documents, links, publicUrl }: Doors): void {
  app.post(
    '/v1/documents/:id/links',
    {
      config: { action: 'link' },
      schema: { params: Type.Object({ id: Type.String() }), body: NewLink },
      preValidation: async (request) => {
        // Both have defaults, which the validation fills in. A `null` that was sent is no object.
        if (request.body === undefined) request.body = {} as typeof request.body;
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { id } = await documents.assertLinkable(caller, request.params.id);
      const { disposition, expiresIn } = request.body;
      const { seconds, grant } = boundsOf(caller);
      const { token, expiresAt } = links.mint({
        documentId: id,
        disposition,
        expiresIn: Math.min(expiresIn, seconds),
        actor: caller.actor,
        grant,
      });
      reply.code(201);
      return { url: `${publicUrl()}/l/${token}`, expiresAt: expiresAt.toISOString() };
    },
  );
}

/** What a link that a grant makes does not outlive, seconds, and dies with. Nothing of the sort for others: a session's link is its key's. */
function boundsOf({ actor, key, rights }: Caller): {
  seconds: number;
  grant: { id: string; key: string } | null;
} {
  if (actor.kind !== 'grant' || key === null || rights.expiresAt === null)
    return { seconds: Number.POSITIVE_INFINITY, grant: null };
  const left = Math.floor((rights.expiresAt.getTime() - Date.now()) / 1000);
  return { seconds: Math.max(0, left), grant: { id: actor.id, key } };
}

/** GET and HEAD /l/{token}: the bytes, as long as the document can be read. */
export function registerSignedLinks(app: App, { documents, links, linkMode, limits }: Doors): void {
  // One route for both: the HEAD that Fastify derives from a GET would answer Content-Length: 0.
  app.route({
    method: ['GET', 'HEAD'],
    url: '/l/:token',
    schema: { params: Type.Object({ token: Type.String() }) },
    handler: async (request, reply) => {
      const { documentId, disposition, actor } = await links.verify(request.params.token);
      const caller: Caller = { actor, key: null, requestId: request.id, rights: readingOnly(documentId) };
      request.caller = caller;
      const readable = await documents.read(caller, documentId);
      // A presigned URL is good for GET only: its signature covers the method.
      if (linkMode === 'redirect' && request.method === 'GET') {
        const shown = shownAs(readable.document.contentType, disposition);
        const url = await documents.direct(caller, readable, shown);
        if (url !== null) return reply.redirect(url, 302);
      }
      return sendContent(request, reply, readable, { disposition, embedding: 'cross-origin', ...limits });
    },
  });
}
