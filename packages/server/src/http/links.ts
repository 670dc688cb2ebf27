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
      const { token, expiresAt } = links.mint({
        documentId: id,
        disposition,
        expiresIn: Math.min(expiresIn, secondsLeft(caller)),
        actor: caller.actor,
        grant: grantOf(caller),
      });
      reply.code(201);
      return { url: `${publicUrl()}/l/${token}`, expiresAt: expiresAt.toISOString() };
    },
  );
}

/** A link made with a grant does not outlive it. */
function secondsLeft({ rights }: Caller): number {
  if (rights.expiresAt === null) return Number.POSITIVE_INFINITY;
  return Math.max(0, Math.floor((rights.expiresAt.getTime() - Date.now()) / 1000));
}

function grantOf({ actor, key }: Caller): { id: string; key: string } | null {
  return actor.kind === 'grant' && key !== null ? { id: actor.id, key } : null;
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
