import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';

export interface Recorded {
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Arrived extends Omit<Recorded, 'body'> {
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Reads the body to its end and adds the request to the record. */
  read(): Promise<Recorded>;
}

export interface Recorder {
  readonly endpoint: string;
  /** What was read whole, in order. */
  readonly requests: Recorded[];
  close(): Promise<void>;
}

/** A server that keeps what it is sent and answers as `answer` says. */
export async function recorder(answer: (arrived: Arrived) => unknown): Promise<Recorder> {
  const requests: Recorded[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const { method = '', url = '', headers, socket } = request;
    const read = async () => {
      const recorded = { method, url, headers, body: await buffer(request) };
      requests.push(recorded);
      return recorded;
    };
    request.on('error', () => {});
    Promise.resolve(answer({ method, url, headers, response, socket, read })).catch(() => socket.destroy());
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with a status, headers and an optional body. */
export function reply(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  body = '',
): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(body);
}

/** S3's XML for an error. */
export function fault(code: string, more = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>never to be shown</Message>${more}<RequestId>request-1</RequestId></Error>`;
}
