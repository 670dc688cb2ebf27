import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from '../errors.ts';
import type { Settings } from '../settings.ts';
import { Connections } from './connections.ts';
import type { HttpServer } from './server.ts';

/** Imported, node:http brings Node's fetch and WebSocket along, which are among its exports: 25 ms and 13 MiB. */
const { createServer } = process.getBuiltinModule('node:http');

/** The service's own server, and the requests that are being answered, also those that an app's own server hands over. */
export class Listener {
  readonly connections = new Connections();
  #server: Server | null = null;
  #url: string | null = null;

  /** Where it listens; null when it does not. */
  get url(): string | null {
    return this.#url;
  }

  /** Raises StartError when the address or the port can't be had. */
  async listen(
    { host, port }: Pick<Settings, 'host' | 'port'>,
    { handler, attach }: Pick<HttpServer, 'handler' | 'attach'>,
  ): Promise<void> {
    const server = createServer(handler);
    attach(server);
    this.connections.watch(server);
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(new StartError(listenProblem(error, host, port))),
      );
      server.listen(port, host, resolve);
    });
    const address = server.address() as AddressInfo;
    const at = address.family === 'IPv6' ? `[${address.address}]` : address.address;
    this.#url = `http://${at}:${address.port}`;
  }

  /** Takes no new connection, and ends those on which nobody waits for an answer. Resolves when the last one is gone. */
  close(): Promise<void> {
    const server = this.#server;
    const closed = server ? new Promise<void>((resolve) => server.close(() => resolve())) : Promise.resolve();
    this.connections.endIdle();
    return closed;
  }

  /** Ends every connection of its own, also those at work. */
  endAll(): void {
    this.#server?.closeAllConnections();
  }
}

function listenProblem(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === 'EADDRINUSE')
    return `PORT ${port} on ${host} is taken: set PORT to a free one, or stop what listens there.`;
  if (error.code === 'EACCES')
    return `PORT ${port} on ${host} is not allowed: choose one above 1023, or give the process that right.`;
  return `can't listen on HOST ${host}, PORT ${port}: ${error.code ?? error.message}.`;
}
