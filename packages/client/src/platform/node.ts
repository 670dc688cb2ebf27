import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { fileUnreadable } from '../error.ts';
import type { FileSource } from '../file-source.ts';
import type { UploadPlaces } from '../places/upload-places.ts';
import type { Sendable, Sender, Sending, Sent } from './send.ts';

/** Bytes. */
const pieceSize = 64 * 1024;
const readSize = 256 * 1024;

/**
 * Sends a body by node:http. Node's fetch takes a stream only without a length, and does not read an answer before
 * it has sent everything; here a refusal is heard in the middle.
 */
export const sender: Sender = (body, sent) => async (sending) => {
  const request = begin(sending, body);
  const answered = answerOf(request);
  // Looked at below; until then a failure is no unhandled one.
  answered.catch(() => {});
  try {
    if (body.repeatable || (await mayGoOn(request, answered))) await write(request, body, sent, answered);
    const message = await answered;
    // A refusal in the middle: the service waits for us to hear it and to go.
    if (!request.writableEnded) message.once('close', () => request.destroy());
    return responseOf(message);
  } catch (error) {
    request.destroy();
    throw error;
  }
};

/**
 * The file at `path`, opened anew for each attempt and each part. Raises what `stat` does; what is read raises an Error once the
 * file is another than it was.
 */
export async function openFile(path: string | URL): Promise<FileSource> {
  const file = path instanceof URL ? fileURLToPath(path) : path;
  const { size, mtimeMs } = await stat(file);
  const chunks = () => createReadStream(file, { highWaterMark: readSize });
  async function* range(from: number, to: number): AsyncGenerator<Uint8Array> {
    const now = await stat(file);
    if (now.size !== size || now.mtimeMs !== mtimeMs) throw new Error('it was changed');
    if (from < to) yield* createReadStream(file, { highWaterMark: readSize, start: from, end: to - 1 });
  }
  return { name: basename(file), size, lastModified: Math.round(mtimeMs), chunks, range };
}

/** A program says where, if it wants to go on after a restart. */
export async function defaultPlaces(): Promise<UploadPlaces | null> {
  return null;
}

/** A minute in a row without a byte gained: a service starts again in less. */
export const uploadRetries = 8;

function begin(
  { method, url, headers, signal, timeout }: Sending,
  { size, repeatable }: Sendable,
): ClientRequest {
  const fields = {
    ...Object.fromEntries(headers),
    ...(size === null ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(size) }),
    // What can be read once is not begun before the service says that it will have it (RFC 9110 §10.1.1).
    ...(repeatable ? {} : { expect: '100-continue' }),
  };
  const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, {
    method,
    headers: fields,
    ...(signal ? { signal } : {}),
  });
  request.setTimeout(timeout, () => request.destroy(new Error(`silent for ${timeout} ms`)));
  if (!repeatable) request.flushHeaders();
  return request;
}

function answerOf(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    // Not once: what becomes of the rest of the body after an answer does not matter, but would be thrown if unheard.
    request.on('error', reject);
  });
}

/** Whether the service wants the body. What never says so, nor refuses, gets it after a second. */
async function mayGoOn(request: ClientRequest, answered: Promise<IncomingMessage>): Promise<boolean> {
  const waited = new AbortController();
  const { signal } = waited;
  const wait = new Promise<true>((resolve) => {
    const timer = setTimeout(resolve, 1_000, true);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });
  const told = once(request, 'continue', { signal }).then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([told, wait, answered.then(() => false)]);
  } finally {
    waited.abort();
  }
}

/** Writes until all is written or the answer is there, whichever comes first. */
async function write(
  request: ClientRequest,
  body: Sendable,
  sent: Sent,
  answered: Promise<IncomingMessage>,
): Promise<void> {
  let over = false;
  const end = () => {
    over = true;
  };
  const settled = answered.then(end, end);
  let left = 0;
  for await (const chunk of read(body)) {
    if (over) return;
    const taken = new Promise<void>((resolve) => {
      const room = request.write(chunk, (error) => {
        if (error || over) return;
        left += chunk.byteLength;
        sent(left);
      });
      if (room) resolve();
      else request.once('drain', resolve);
    });
    await Promise.race([taken, settled]);
  }
  if (!over) request.end();
}

/**
 * Its pieces, small enough for progress to move. Where they turn out to be more or fewer than was announced, the last is
 * held back: the service must not take a part for the whole, nor the rest for another request.
 */
async function* read(body: Sendable): AsyncGenerator<Uint8Array> {
  const { size } = body;
  let bytes = 0;
  let last: Uint8Array = new Uint8Array();
  try {
    for await (const chunk of body.chunks()) {
      for (let at = 0; at < chunk.byteLength; at += pieceSize) {
        const piece = chunk.subarray(at, at + pieceSize);
        bytes += piece.byteLength;
        if (size !== null && bytes > size) throw new Error(`it has more than ${size} bytes now`);
        if (last.byteLength > 0) yield last;
        last = piece;
      }
    }
    if (size !== null && bytes < size) throw new Error(`it has ${bytes} bytes, and had ${size}`);
  } catch (cause) {
    throw fileUnreadable(cause);
  }
  yield last;
}

function responseOf(message: IncomingMessage): Response {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const status = message.statusCode ?? 502;
  if ([204, 205, 304].includes(status)) message.resume();
  const body = [204, 205, 304].includes(status)
    ? null
    : (Readable.toWeb(message) as ReadableStream<Uint8Array>);
  return new Response(body as BodyInit | null, { status, headers });
}
