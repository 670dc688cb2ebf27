import type { FastifyReply, FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors.ts';
import { assertOwnPage, assertSameOrigin } from './csrf.ts';
import type { App, Doors, OpenSession } from './doors.ts';
import type { Session } from './openapi/schemas.ts';
import { Type } from './schema.ts';
import { openSession, sessionCookie } from './session-cookie.ts';

const SignIn = Type.Object(
  { key: Type.Optional(Type.String()), code: Type.Optional(Type.String()) },
  { additionalProperties: false },
);

type SessionDoors = Pick<Doors, 'sessions' | 'publicUrl' | 'environment'>;

/**
 * /v1/session: a browser signs in with an API key or a one-time code, asks who it is, and signs out. Whoever asks needs no
 * credentials yet, so these stand outside of the doors that do; no page of another origin may sign a browser in or out.
 */
export function registerSession(app: App, doors: SessionDoors): void {
  const { sessions } = doors;

  app.post(
    '/v1/session',
    {
      schema: { body: SignIn },
      onRequest: async (request) => assertSameOrigin(request, doors),
    },
    async (request, reply) => {
      const { token, session } = await sessions.begin(credentialsIn(request.body));
      request.caller = { ...session.identity, requestId: request.id };
      reply.code(201);
      return answer(reply, token, session);
    },
  );

  app.get('/v1/session', async (request): Promise<Session> => {
    assertSameOrigin(request, doors);
    const session = await openSession(request, doors);
    if (session === null) throw new StrongroomError('unauthenticated', {});
    request.caller = { ...session.identity, requestId: request.id };
    return presented(session);
  });

  app.delete('/v1/session', async (request, reply) => {
    await signOut(request);
    reply.header('set-cookie', sessionCookie('', 0, doors));
    return reply.code(204).send();
  });

  /** What has ended already needs no proof to be taken away. */
  async function signOut(request: FastifyRequest): Promise<void> {
    const session = await openSession(request, doors).catch((error: unknown) => {
      if (error instanceof StrongroomError && error.code === 'unauthenticated') return null;
      throw error;
    });
    if (session === null) return;
    request.caller = { ...session.identity, requestId: request.id };
    assertOwnPage(request, session, doors);
    await sessions.end(session);
  }

  function answer(reply: FastifyReply, token: string, session: OpenSession): Session {
    const seconds = Math.max(1, Math.floor((session.expiresAt.getTime() - Date.now()) / 1000));
    reply.header('set-cookie', sessionCookie(token, seconds, doors));
    return presented(session);
  }

  function presented({ identity, expiresAt, csrfToken }: OpenSession): Session {
    const { actor, rights } = identity;
    return {
      actor,
      actions: [...rights.actions],
      scopes: rights.scopes === null ? null : [...rights.scopes],
      recordPrefix: rights.recordPrefix,
      expiresAt: expiresAt.toISOString(),
      csrfToken,
      environment: doors.environment,
    };
  }
}

function credentialsIn({ key, code }: { key?: string; code?: string }): { key: string } | { code: string } {
  if (key !== undefined && code === undefined) return { key };
  if (code !== undefined && key === undefined) return { code };
  throw new StrongroomError('invalid_input', { field: 'body', problem: 'takes either a key or a code' });
}
