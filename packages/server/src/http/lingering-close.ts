import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Lingering close, as nginx has it: a refusal must reach a client that is still sending. Were the connection closed with
 * bytes of the request unread, the kernel would reset it and the client might never see the answer (RFC 9112 §9.6).
 * So: answer, close our side, go on reading and discarding for a while, then close.
 */
export interface LingeringLimits {
  /** Milliseconds in all. */
  readonly total: number;
  /** Milliseconds without a byte. */
  readonly silence: number;
}

const lingering = new WeakSet<Socket>();

/** True once the connection only waits for its client to fall silent: nothing more is answered on it. */
export function isLingering(socket: Socket): boolean {
  return lingering.has(socket);
}

/** True while bytes of the request's body are still to come. */
export function bodyIsUnread({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/** Makes the connection of `request` linger once its answer, which must say `Connection: close`, is out. */
export function lingerAfterAnswer(request: IncomingMessage, limits: LingeringLimits): void {
  const { socket } = request;
  const closeAtOnce = socket.destroySoon;
  // Node calls this when the last answer of a connection is written; what it does itself is to destroy the socket.
  socket.destroySoon = () => {
    if (request.complete || socket.readableEnded) return closeAtOnce.call(socket);
    request.once('end', () => closeAtOnce.call(socket));
    request.resume();
    linger(socket, limits);
  };
}

/** Closes our side, lets what still comes be read and discarded within the limits, then destroys the socket. */
export function linger(socket: Socket, { total, silence }: LingeringLimits): void {
  lingering.add(socket);
  socket.end();
  const until = Date.now() + total;
  let heard = socket.bytesRead;
  let heardAt = Date.now();
  const watch = setInterval(() => {
    const now = Date.now();
    if (socket.bytesRead !== heard) {
      heard = socket.bytesRead;
      heardAt = now;
    }
    if (now >= until || now - heardAt >= silence) socket.destroy();
  }, silence / 5);
  socket.once('close', () => clearInterval(watch));
}
