import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { Pool } from 'undici';
import { collect, created, serve } from './serve.ts';
import { sign } from './sign.ts';

/**
 * The floor on S3: the least that a server in Node can do to a document on its way to a bucket. It receives, hashes
 * and hands on by a bare signed undici PUT; it keeps no record, checks nothing and knows no caller.
 * Called with the S3 endpoint.
 */

const endpoint = process.argv[2] ?? '';
const host = new URL(endpoint).host;
const pool = new Pool(endpoint, { connections: 64, headersTimeout: 0, bodyTimeout: 0 });
const small = 1024 ** 2;
const partSize = 8 * 1024 ** 2;

serve(async (request, response) => {
  if (request.method === 'GET') return read(request.url ?? '', response);
  const id = randomUUID();
  const length = request.headers['content-length'];
  const receive = length === undefined ? parts : Number(length) <= small ? whole : straight;
  const { sha256, size } = await receive(request, `/floor/${id}`);
  created(response, { id, sha256, size });
});

interface Received {
  readonly sha256: string;
  readonly size: number;
}

/** A small body in one piece, its digest in the signature. */
async function whole(request: IncomingMessage, path: string): Promise<Received> {
  const body = await collect(request);
  const sha256 = createHash('sha256').update(body).digest('hex');
  await call('PUT', path, '', body, body.length, sha256);
  return { sha256, size: body.length };
}

/** A large body of known length: hashed as it passes, with no stream between the two sockets. */
async function straight(request: IncomingMessage, path: string): Promise<Received> {
  const hash = createHash('sha256');
  const size = Number(request.headers['content-length']);
  // Paused, so that nothing flows before undici listens, too; it resumes the request when it sends.
  request.pause().on('data', (chunk: Buffer) => hash.update(chunk));
  await call('PUT', path, '', request, size, 'UNSIGNED-PAYLOAD');
  return { sha256: hash.digest('hex'), size };
}

/** A body of unknown length: collected into parts, each sent when it is full. */
async function parts(request: IncomingMessage, path: string): Promise<Received> {
  const hash = createHash('sha256');
  const upload = /<UploadId>(.+)<\/UploadId>/.exec(await call('POST', path, 'uploads=', '', 0))?.[1];
  const tags: string[] = [];
  const part = Buffer.allocUnsafeSlow(partSize);
  let size = 0;
  let held = 0;
  const send = async () => {
    const query = `partNumber=${tags.length + 1}&uploadId=${upload}`;
    tags.push(`<Part><PartNumber>${tags.length + 1}</PartNumber><ETag>${held}</ETag></Part>`);
    await call('PUT', path, query, part.subarray(0, held), held, 'UNSIGNED-PAYLOAD');
    held = 0;
  };
  for await (const chunk of request as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
    const fits = chunk.copy(part, held);
    held += fits;
    if (held < partSize) continue;
    await send();
    held = chunk.copy(part, 0, fits);
  }
  if (held > 0) await send();
  const list = `<CompleteMultipartUpload>${tags.join('')}</CompleteMultipartUpload>`;
  await call('POST', path, `uploadId=${upload}`, list, Buffer.byteLength(list));
  return { sha256: hash.digest('hex'), size };
}

/** A download: the bytes go from socket to socket. */
async function read(id: string, response: ServerResponse): Promise<void> {
  const path = `/floor${id}`;
  const headers = sign('GET', { host, path, query: '' }, 'UNSIGNED-PAYLOAD');
  const answer = await pool.request({ method: 'GET', path, headers });
  response.writeHead(answer.statusCode, { 'content-length': String(answer.headers['content-length']) });
  answer.body.pipe(response);
}

/** One signed call; answers the body. Raises an Error unless it is 200. */
async function call(
  method: 'PUT' | 'POST',
  path: string,
  query: string,
  body: Buffer | Readable | string,
  length: number,
  payload = 'UNSIGNED-PAYLOAD',
): Promise<string> {
  const headers = {
    ...sign(method, { host, path, query }, payload),
    'content-type': 'application/pdf',
    'content-length': String(length),
  };
  const answer = await pool.request({ method, path: query ? `${path}?${query}` : path, headers, body });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
  return text;
}
