import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { answerClientErrors } from './client-errors.ts';
import { continueWhenRead } from './continue.ts';
import { type Doors, defaultLimits } from './doors.ts';

/** Bytes of a request's head: 8 KiB of metadata in the query are three times as many once they are percent-encoded. */
const headSize = 32 * 1024;

/**
 * Teaches a server, before it listens, what uploads need. Its requests must go to the handler by themselves.
 * Nothing here depends on whose request it is, so an app's own routes on the same server go on working.
 */
export function attach(
  server: Server,
  { uploadMinRate, limits, log, observer }: Pick<Doors, 'uploadMinRate' | 'limits' | 'log' | 'observer'>,
): void {
  const { headers, keepAlive, lingering } = { ...defaultLimits, ...limits };
  // A long upload is no fault; a slow one is, and the intake ends it.
  server.requestTimeout = 0;
  server.headersTimeout = headers;
  server.keepAliveTimeout = keepAlive;
  // How often Node looks for heads that are late; read when the server begins to listen.
  Object.assign(server, { connectionsCheckingInterval: Math.min(5_000, headers) });
  // A client that has said all it will say, and closed its side, still waits for the answer.
  Object.assign(server, { httpAllowHalfOpen: true });
  Object.assign(server, { maxHeaderSize: headSize });
  answerClientErrors(server, { lingering, headSize, minimumRate: uploadMinRate }, { log, observer });
  server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
    continueWhenRead(request, response);
    server.emit('request', request, response);
  });
  // Any other expectation may be ignored (RFC 9110 §10.1.1).
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}
