import type { IncomingMessage } from 'node:http';

const ours = new WeakSet<IncomingMessage>();
const broken = new WeakMap<IncomingMessage, Error>();

/** Says that the doors answer this request, also when it breaks off: on an app's own server, not every one is theirs. */
export function takeOn(request: IncomingMessage): void {
  ours.add(request);
}

/**
 * Tells whoever reads the request's body, now or later, that the rest of it will never come. False: it is not ours, and
 * nobody was told.
 */
export function breakOff(request: IncomingMessage, error: Error): boolean {
  if (!ours.has(request)) return false;
  broken.set(request, error);
  if (request.listenerCount('error') > 0) request.emit('error', error);
  return true;
}

/** What broke the request off in mid-body, if anything did. */
export function brokenBy(request: IncomingMessage): Error | undefined {
  return broken.get(request);
}
