import type { FastifyRequest } from 'fastify';

/** By which URL the service is reached, and so what its cookie may be. */
interface Reached {
  readonly publicUrl: () => string;
}

/**
 * The token in the session's cookie (RFC 6265 §5.4); null without one. Over TLS its name begins with `__Host-`, under which
 * browsers take a cookie only from this very host, over TLS and for all paths (RFC 6265bis §4.1.3.2): no neighbour under the
 * same domain can lay another in its place.
 */
export function sessionToken({ raw }: Pick<FastifyRequest, 'raw'>, reached: Reached): string | null {
  const { cookie } = raw.headers;
  if (cookie === undefined) return null;
  const name = `${nameFor(reached)}=`;
  const found = cookie
    .split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(name));
  return found === undefined ? null : found.slice(name.length);
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
