import type { IncomingMessage } from 'node:http';

const broken = new WeakMap<IncomingMessage, Error>();

/** Tells whoever reads the request's body, now or later, that the rest of it will never come. */
export function breakOff(request: IncomingMessage, error: Error): void {
  broken.set(request, error);
  if (request.listenerCount('error') > 0) request.emit('error', error);
}

/** What broke the request off in mid-body, if anything did. */
export function brokenBy(request: IncomingMessage): Error | undefined {
  return broken.get(request);
}
