import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorCode } from '../errors.ts';
import type { Doors } from './doors.ts';

/** Bytes of each connection that earlier requests account for. */
const counted = new WeakMap<Socket, { read: number; written: number }>();

/** Requests whose answer the service itself could not go on with, and why. */
const brokenOff = new WeakMap<IncomingMessage, ErrorCode>();

/** The answer to `request` ends in the middle, by this problem and not because of the client. */
export function breaksOff(request: IncomingMessage, problem: ErrorCode): void {
  brokenOff.set(request, problem);
}

/**
 * Writes one line when the answer is out, or when the client is gone before. The line names the route's pattern, never
 * the URL: a URL may hold a link's token. `in` and `out` are the bytes of the connection since its request before.
 */
export function logWhenDone(
  { log, observer }: Pick<Doors, 'log' | 'observer'>,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const began = performance.now();
  const { socket } = request.raw;
  reply.raw.once('close', () => {
    const before = counted.get(socket);
    const now = { read: socket.bytesRead, written: socket.bytesWritten };
    counted.set(socket, now);
    const answered = reply.raw.writableFinished;
    const facts = {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url ?? null,
      status: answered ? reply.raw.statusCode : null,
      ms: Math.round((performance.now() - began) * 10) / 10,
      in: now.read - (before?.read ?? 0),
      out: now.written - (before?.written ?? 0),
      actor: request.caller?.actor.id ?? null,
      client: request.ip,
    };
    const brokenOffBy = brokenOff.get(request.raw);
    observer?.answered(brokenOffBy === undefined ? facts : { ...facts, brokenOffBy }, request.raw);
    const traceId = observer?.traceOf?.(request.raw);
    log.info(
      traceId === undefined ? facts : { ...facts, traceId },
      answered ? 'request' : brokenOffBy ? 'the answer broke off' : 'the client went away',
    );
  });
}
