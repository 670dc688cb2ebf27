import type { FastifyRequest } from 'fastify';
import { hasCode, StrongroomError } from '../errors.ts';
import type { Doors, OpenSession } from './doors.ts';

/** By which URL the service is reached, and so what its cookie may be. */
interface Reached {
  readonly publicUrl: () => string;
}

/** How many cookies of the session's name are looked at. */
const mostCookies = 4;

/**
 * The session that the request's cookie opens (RFC 6265 §5.4); null without one. Over TLS the cookie's name begins with
 * `__Host-`, under which browsers take it only from this very host, over TLS and for all paths (RFC 6265bis §4.1.3.2): no
 * neighbour under the same domain can lay another in its place. Without TLS a neighbour at another port can add one for a
 * longer path, which browsers send first, and would shut the console for good if only that were looked at: so ours, which is
 * for the shortest, is tried first, and each of them until one opens.
 *
 * Raises `unauthenticated` where none opens, `records_unavailable`, `busy`.
 */
export async function openSession(
  request: Pick<FastifyRequest, 'raw'>,
  doors: Pick<Doors, 'sessions' | 'publicUrl'>,
): Promise<OpenSession | null> {
  const tokens = sessionTokens(request, doors);
  for (const token of tokens) {
    const session = await doors.sessions.open(token).catch(nullOfNone);
    if (session !== null) return session;
  }
  if (tokens.length > 0) throw new StrongroomError('unauthenticated', {});
  return null;
}

function nullOfNone(error: unknown): null {
  if (hasCode(error, 'unauthenticated')) return null;
  throw error;
}

/** The one for the shortest path first. */
function sessionTokens({ raw }: Pick<FastifyRequest, 'raw'>, reached: Reached): string[] {
  const name = `${nameFor(reached)}=`;
  const pairs = (raw.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const ours = pairs.filter((pair) => pair.startsWith(name)).reverse();
  return ours.slice(0, mostCookies).map((pair) => pair.slice(name.length));
}

/** The field Set-Cookie that gives a browser its session for so many seconds; 0 takes it away. */
export function sessionCookie(token: string, maxAge: number, reached: Reached): string {
  const secure = isSecure(reached) ? '; Secure' : '';
  return `${nameFor(reached)}=${token}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure}`;
}

function nameFor(reached: Reached): string {
  return isSecure(reached) ? '__Host-strongroom_session' : 'strongroom_session';
}

function isSecure({ publicUrl }: Reached): boolean {
  return publicUrl().startsWith('https:');
}
