import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StrongroomError } from '../errors.ts';

/** Requests of one connection that may wait for their answers at once. */
const mostUnanswered = 16;

const unanswered = new WeakMap<Socket, number>();

/**
 * Bounds what one connection can ask for without waiting for answers (RFC 9112 §9.3.2 calls it pipelining; browsers and
 * proxies don't do it). Node answers in order but begins at once: a few KiB of requests for one large document would
 * open it thousands of times. Raises `busy` for each one too many; the connection is closed after that answer.
 */
export function countUnanswered(request: FastifyRequest, reply: FastifyReply): void {
  const { socket } = request.raw;
  const count = (unanswered.get(socket) ?? 0) + 1;
  unanswered.set(socket, count);
  reply.raw.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
  if (count <= mostUnanswered) return;
  reply.header('connection', 'close');
  throw new StrongroomError('busy', {});
}
