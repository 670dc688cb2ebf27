import type { FastifyRequest } from 'fastify';
import { type Action, assertAllowed, type Caller, type Identity } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import { assertOwnPage } from './csrf.ts';
import type { Doors } from './doors.ts';
import { openSession } from './session-cookie.ts';

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
 * Lets whoever has credentials in, where they allow what the route does: by a bearer token in the field Authorization or,
 * without one, by the cookie of a session, where the doors take that. Raises `unauthenticated`, `csrf_refused`, `not_allowed`,
 * `records_unavailable`.
 */
export async function letIn(request: FastifyRequest, doors: Ways): Promise<void> {
  const { actor, key, rights } =
    (await bySession(request, doors)) ?? (await doors.authenticate(request.raw.headers.authorization));
  request.caller = { actor, key, rights, requestId: request.id };
  // Where nothing answers, there is no route to say it.
  const { action = 'any' } = request.routeOptions.config ?? {};
  if (action !== 'any') assertAllowed(request.caller, action);
}

type Ways = Pick<Doors, 'authenticate'> & Partial<Pick<Doors, 'sessions' | 'publicUrl'>>;

/**
 * Null: it has no session, or says by other means who calls. Another scheme than ours says nothing to us: where a proxy in
 * front asks for a password (Basic), the browser sends that along with every request.
 */
async function bySession(request: FastifyRequest, { sessions, publicUrl }: Ways): Promise<Identity | null> {
  if (isBearer(request.raw.headers.authorization) || !sessions || !publicUrl) return null;
  const session = await openSession(request, { sessions, publicUrl });
  if (session === null) return null;
  assertOwnPage(request, session, { sessions, publicUrl });
  return session.identity;
}

/** RFC 6750 §2.1; the scheme's name in any case (RFC 9110 §11.1). */
function isBearer(authorization = ''): boolean {
  return /^bearer(?: |$)/i.test(authorization);
}

/** Who calls. Raises `unauthenticated` where nobody was let in. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new StrongroomError('unauthenticated', {});
  return request.caller;
}
