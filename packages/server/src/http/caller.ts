import type { FastifyRequest } from 'fastify';
import { type Action, assertAllowed, type Caller, type Identity } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until somebody is let in. */
    caller: Caller | null;
  }
  interface FastifyContextConfig {
    /** What whoever calls must be allowed to do, asked before anything else is looked at; `any`: whoever is known may. */
    action?: Action | 'any';
  }
}

/**
 * Lets whoever has credentials in, where they allow what the route does. Raises `unauthenticated`, `not_allowed`,
 * `records_unavailable`.
 */
export async function letIn(
  request: FastifyRequest,
  authenticate: (authorization: string | undefined) => Promise<Identity>,
): Promise<void> {
  const { actor, key, rights } = await authenticate(request.raw.headers.authorization);
  request.caller = { actor, key, rights, requestId: request.id };
  // Where nothing answers, there is no route to say it.
  const { action = 'any' } = request.routeOptions.config ?? {};
  if (action !== 'any') assertAllowed(request.caller, action);
}

/** Who calls. Raises `unauthenticated` where nobody was let in. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new StrongroomError('unauthenticated', {});
  return request.caller;
}
