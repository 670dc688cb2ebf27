import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { StrongroomError } from '../errors.ts';
import { breakOff } from './broken-requests.ts';
import type { Doors } from './doors.ts';
import { type LingeringLimits, linger } from './lingering-close.ts';
import { problemOf } from './problems.ts';

/** A socket as Node's HTTP server keeps it: the answer that is being written on it, if any. */
type HttpSocket = Socket & { _httpMessage?: ServerResponse | null };

interface Limits {
  readonly lingering: LingeringLimits;
  /** Bytes per second. */
  readonly minimumRate: number;
  /** Bytes that the head of a request may have. */
  readonly headSize: number;
}

/**
 * Answers what Node's parser can't read, in words (Node's own answer is an empty 400 and a reset). An answer that is
 * still on its way goes out first: bytes after a document's declared length must not cost its sender the 201.
 */
export function answerClientErrors(
  server: Server,
  limits: Limits,
  { log, observer }: Pick<Doors, 'log' | 'observer'>,
): void {
  const latest = new WeakMap<Socket, IncomingMessage>();
  const broken = new WeakSet<Socket>();

  server.prependListener('request', (request: IncomingMessage) => latest.set(request.socket, request));

  server.on('clientError', (error: NodeJS.ErrnoException, stream) => {
    const socket = stream as HttpSocket;
    // Once the parser has stopped, every further chunk comes here: it is discarded, and the close lingers.
    if (broken.has(socket)) return;
    broken.add(socket);
    if (!socket.writable || isGone(error)) {
      socket.destroy();
      return;
    }
    const request = latest.get(socket);
    if (request && !request.complete) {
      // Whoever handles it answers, and closes the connection. An app that does not expect this has to see its request
      // end as it always does.
      if (!breakOff(request, error)) endAsNodeDoes(socket, error);
      return;
    }
    afterAnswers(socket, () => {
      if (!socket.writable) return;
      const requestId = randomUUID();
      const refusal = explained(error, limits);
      const facts = {
        requestId,
        status: problemOf(refusal).status,
        parser: error.code,
        client: socket.remoteAddress,
      };
      observer?.refused(refusal.code);
      log.info(facts, 'no request could be read');
      socket.write(rawAnswer(refusal, requestId));
      linger(socket, limits.lingering);
    });
  });
}

/** What a server without this does: 400 unless an answer has begun, and the connection is destroyed. */
function endAsNodeDoes(socket: HttpSocket, error: Error): void {
  if (!socket._httpMessage?.headersSent)
    socket.write('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
  socket.destroy(error);
}

function isGone({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ETIMEDOUT';
}

function afterAnswers(socket: HttpSocket, act: () => void): void {
  const answer = socket._httpMessage;
  if (answer) answer.once('close', () => afterAnswers(socket, act));
  else act();
}

function explained(error: NodeJS.ErrnoException, { minimumRate, headSize }: Limits): StrongroomError {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new StrongroomError('too_slow', { minimumRate });
    case 'HPE_HEADER_OVERFLOW':
      return new StrongroomError('invalid_request', {
        problem: `The URL and the headers are too long. Send at most ${headSize} bytes of them; long metadata goes in a form.`,
      });
    case 'HPE_INVALID_URL':
      return new StrongroomError('invalid_request', {
        problem:
          'The URL holds a character that must be percent-encoded, such as a letter outside ASCII. Encode it as RFC 3986 §2.1 says.',
      });
    case 'HPE_INVALID_EOF_STATE':
      return new StrongroomError('invalid_request', {
        problem: 'The request ends in the middle of its head.',
      });
    default:
      return new StrongroomError('invalid_request', {
        problem:
          'What arrived is not an HTTP request (RFC 9112). Bytes after a body’s declared length are read as the next request.',
      });
  }
}

function rawAnswer(error: StrongroomError, requestId: string): Buffer {
  const { status, headers, body } = problemOf(error);
  const lines = Object.entries({
    ...headers,
    'content-length': body.length,
    'x-request-id': requestId,
    date: new Date().toUTCString(),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const reason = status === 408 ? 'Request Timeout' : 'Bad Request';
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status} ${reason}\r\n${lines.join('')}\r\n`), body]);
}
