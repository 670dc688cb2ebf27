import type { FastifyRequest } from 'fastify';
import type { Actor } from '../documents/document.ts';
import type { Caller } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until somebody is let in. */
    caller: Caller | null;
  }
}

/** Lets the holder of an API key in, with all rights. Raises `unauthenticated`, `records_unavailable`. */
export async function letIn(
  request: FastifyRequest,
  authenticate: (authorization: string | undefined) => Promise<{ actor: Actor }>,
): Promise<void> {
  const { actor } = await authenticate(request.raw.headers.authorization);
  request.caller = { actor, requestId: request.id, rights: 'everything' };
}

/** Who calls. Raises `unauthenticated` where nobody was let in. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new StrongroomError('unauthenticated', {});
  return request.caller;
}
