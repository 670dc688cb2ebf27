import type { Socket } from 'node:net';

/**
 * Resets a connection (RST). While an end is being sent, libuv refuses to (uv_tcp_close_reset answers EINVAL), and Node
 * takes the handle for closed all the same: it stays open, and the process never gets through its exit.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded && !socket.writableFinished) socket.destroy();
  else socket.resetAndDestroy();
}
