import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** The client's own X-Request-Id where it is sane, else a new one: it goes into logs, events and the answer's headers. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && /^[!-~]{1,128}$/.test(given) ? given : randomUUID();
}
