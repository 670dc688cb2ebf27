import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<unknown> | unknown;

/** A bare node:http server. */
export function serve(answer: Answer): void {
  listen(createServer({ requestTimeout: 0 }, answering(answer)));
}

/** Says what went wrong, and answers 500. */
export function answering(answer: Answer) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      await answer(request, response);
    } catch (error) {
      process.stderr.write(`${request.method} ${request.url}: ${String(error)}\n`);
      if (!response.headersSent) response.writeHead(500, { connection: 'close' });
      response.end();
    }
  };
}

/**
 * Listens on a free loopback port and tells it to the process that started this one, whose end is this one's.
 * Connections stay for good: one that ended while the other subject had its turn could fail a request of the next round.
 */
export function listen(server: Server): void {
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
  process.once('SIGTERM', () => process.exit());
  process.once('disconnect', () => process.exit());
}

/** The whole body in memory: for small ones only. */
export async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

/** 201 with what a client needs to go on. */
export function created(response: ServerResponse, facts: { id: string; sha256: string; size: number }): void {
  const body = JSON.stringify(facts);
  response.writeHead(201, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
