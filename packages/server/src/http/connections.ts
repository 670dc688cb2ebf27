import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { isLingering } from './lingering-close.ts';

/** Knows what a stop has to wait for: the requests that are being answered, and the connections they came by. */
export class Connections {
  readonly #open = new Set<Socket>();
  readonly #answers = new Set<ServerResponse>();
  /** Bytes of connections that are closed. */
  readonly #closed = { received: 0, sent: 0 };
  #quiet: (() => void)[] = [];

  watch(server: Server): void {
    server.on('connection', (socket) => {
      this.#open.add(socket);
      socket.once('close', () => {
        this.#open.delete(socket);
        this.#closed.received += socket.bytesRead;
        this.#closed.sent += socket.bytesWritten;
      });
    });
  }

  /** A request has come. What a refused client still sends is none. */
  begin(response: ServerResponse): void {
    if (isLingering(response.req.socket)) return;
    this.#answers.add(response);
    response.once('close', () => {
      this.#answers.delete(response);
      if (this.#answers.size === 0) for (const resolve of this.#quiet.splice(0)) resolve();
    });
  }

  /** Requests that are being answered. */
  get requests(): number {
    return this.#answers.size;
  }

  /** Connections of the servers that are watched. */
  get open(): number {
    return this.#open.size;
  }

  /** Bytes that went over them so far, those under way too. */
  get bytes(): { readonly received: number; readonly sent: number } {
    const sum = { ...this.#closed };
    for (const socket of this.#open) {
      sum.received += socket.bytesRead;
      sum.sent += socket.bytesWritten;
    }
    return sum;
  }

  /** Resolves when no request is being answered. */
  async settled(): Promise<void> {
    if (this.#answers.size > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve));
  }

  /** Ends those on which nobody waits for an answer. Node's own way spares one that has not said a word yet. */
  endIdle(): void {
    const waiting = new Set([...this.#answers].map((response) => response.req.socket));
    for (const socket of this.#open) {
      if (!waiting.has(socket) && !isLingering(socket)) socket.destroy();
    }
  }
}
