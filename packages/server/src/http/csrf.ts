import type { FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors.ts';
import type { Doors, OpenSession } from './doors.ts';

/** Methods that change nothing (RFC 9110 §9.2.1). */
const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

function changesSomething({ method }: Pick<FastifyRequest, 'method'>): boolean {
  return !safe.has(method);
}

/**
 * Raises `csrf_refused` for a request that a page of another origin has its browser make. Browsers say so themselves:
 * Sec-Fetch-Site (Fetch Metadata, W3C) over TLS and on this machine, Origin (RFC 6454 §7) elsewhere. What is not a browser
 * says neither, and holds no cookie but its own.
 */
export function assertSameOrigin(request: FastifyRequest, { publicUrl }: { publicUrl: () => string }): void {
  const { 'sec-fetch-site': site, origin } = request.raw.headers;
  if (site !== undefined) {
    // `none`: somebody typed the address, or opened a bookmark.
    if (site === 'same-origin' || (site === 'none' && !changesSomething(request))) return;
    throw new StrongroomError('csrf_refused', {});
  }
  if (origin === undefined || origin === originOf(publicUrl()) || hostOf(origin) === request.host) return;
  throw new StrongroomError('csrf_refused', {});
}

/** The field in which a page proves that it is the session's own: no form and no link can send it. */
const csrfField = 'strongroom-csrf';

/** Raises `csrf_refused` unless the session's own page sends the request. */
export function assertOwnPage(
  request: FastifyRequest,
  session: OpenSession,
  doors: Pick<Doors, 'sessions' | 'publicUrl'>,
): void {
  assertSameOrigin(request, doors);
  if (!changesSomething(request)) return;
  if (!doors.sessions.proves(session, String(request.raw.headers[csrfField] ?? '')))
    throw new StrongroomError('csrf_refused', {});
}

function originOf(url: string): string {
  return new URL(url).origin;
}

/** Host and port as the field Host writes them; null for an origin that is opaque. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
