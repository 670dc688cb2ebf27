import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { slice } from './body.ts';
import { answering, listen, serve } from './floors/serve.ts';

/**
 * An S3 that costs next to nothing, so that what is measured is the server in front of it. It believes every
 * signature, counts large bodies and drops them, and keeps small ones until 64 MiB are kept. Path-style addresses
 * only; any bucket exists. It is no S3 to test against. Asked for what it dropped, it gives the bytes of the bench's own
 * documents, which are all alike.
 * Called with a certificate and its key, it speaks TLS.
 * `GET /` answers what was stored since the last such call, so that the bench can tell whether the bytes really came, and
 * in how many calls.
 */

interface Stored {
  readonly size: number;
  readonly etag: string;
  readonly headers: Record<string, string>;
  /** Null when it was dropped. */
  readonly body: Buffer | null;
}

const small = 1024 ** 2;
/** Kept always: what a peer notes beside its documents and reads again. */
const tiny = 4 * 1024;
const mostKept = 64 * 1024 ** 2;
const objects = new Map<string, Stored>();
interface Unfinished {
  readonly headers: IncomingHttpHeaders;
  /** Bytes by part number. */
  readonly parts: Map<number, number>;
}

const uploads = new Map<string, Unfinished>();
let kept = 0;
let serial = 0;
let stored = { objects: 0, bytes: 0, calls: 0 };

const [certificate, privateKey] = process.argv.slice(2);
if (certificate && privateKey) {
  const pem = { cert: readFileSync(certificate), key: readFileSync(privateKey) };
  listen(createSecureServer({ ...pem, requestTimeout: 0 }, answering(respond)));
} else serve(respond);

async function respond(request: IncomingMessage, response: ServerResponse): Promise<ServerResponse> {
  const url = new URL(request.url ?? '/', 'http://sink');
  const [, bucket, ...rest] = url.pathname.split('/');
  const key = rest.join('/');
  const call = { request, response, bucket: bucket ?? '', key, query: url.searchParams };
  if (!bucket) return report(response);
  stored.calls += 1;
  if (!key) return ofBucket(call);
  if (request.method === 'PUT') return call.query.has('partNumber') ? putPart(call) : putObject(call);
  if (request.method === 'POST') return call.query.has('uploads') ? begin(call) : complete(call);
  if (request.method === 'DELETE') return call.query.has('uploadId') ? abort(call) : remove(call);
  return call.query.has('uploadId') ? listParts(call) : getObject(call);
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
}

const nameOf = (call: Call) => `${call.bucket}/${call.key}`;

function report(response: ServerResponse): ServerResponse {
  const since = JSON.stringify(stored);
  stored = { objects: 0, bytes: 0, calls: 0 };
  return response.end(since);
}

async function putObject(call: Call): Promise<ServerResponse> {
  const { size, body } = await receive(call.request);
  if (call.request.headers['if-none-match'] === '*' && objects.has(nameOf(call))) {
    return refuse(call.response, 412, 'PreconditionFailed');
  }
  const etag = keep(nameOf(call), size, body, call.request.headers);
  return call.response.writeHead(200, { etag, 'content-length': 0 }).end();
}

/** Reads a body to its end, holding on to it only while it is small. */
async function receive(request: IncomingMessage): Promise<{ size: number; body: Buffer | null }> {
  const framed = request.headers['x-amz-decoded-content-length'];
  const hold = Number(framed ?? request.headers['content-length']) <= small;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (hold) chunks.push(chunk);
  }
  const body = hold ? Buffer.concat(chunks) : null;
  return framed === undefined ? { size, body } : { size: Number(framed), body: body && unframed(body) };
}

/** The bytes of an `aws-chunked` body: each chunk's length in hex and a signature stand before it, trailers at the end. */
function unframed(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(length > 0)) return Buffer.concat(chunks);
    chunks.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

function keep(name: string, size: number, body: Buffer | null, headers: IncomingHttpHeaders): string {
  serial += 1;
  const etag = `"${serial.toString(16).padStart(32, '0')}"`;
  const room = body !== null && (size <= tiny || kept + size <= mostKept);
  if (room) kept += size;
  const told = Object.entries(headers).filter(
    ([name]) => name === 'content-type' || name.startsWith('x-amz-meta-'),
  );
  objects.set(name, {
    size,
    etag,
    headers: Object.fromEntries(told.map(([name, value]) => [name, String(value)])),
    body: room ? body : null,
  });
  stored = { ...stored, objects: stored.objects + 1, bytes: stored.bytes + size };
  return etag;
}

function getObject(call: Call): ServerResponse {
  const object = objects.get(nameOf(call));
  if (!object) return refuse(call.response, 404, 'NoSuchKey');
  const range = /^bytes=(\d+)-(\d*)$/.exec(call.request.headers.range ?? '');
  const first = range ? Number(range[1]) : 0;
  const last = Math.min(range?.[2] ? Number(range[2]) : object.size - 1, object.size - 1);
  call.response.writeHead(range ? 206 : 200, {
    ...object.headers,
    etag: object.etag,
    'accept-ranges': 'bytes',
    'content-length': last - first + 1,
    ...(range && { 'content-range': `bytes ${first}-${last}/${object.size}` }),
  });
  if (call.request.method === 'HEAD') return call.response.end();
  if (!object.body) return slice(first, last + 1).pipe(call.response);
  return call.response.end(object.body.subarray(first, last + 1));
}

function remove(call: Call): ServerResponse {
  const object = objects.get(nameOf(call));
  if (object?.body) kept -= object.size;
  objects.delete(nameOf(call));
  return call.response.writeHead(204).end();
}

function begin(call: Call): ServerResponse {
  serial += 1;
  uploads.set(String(serial), { headers: call.request.headers, parts: new Map() });
  return answer(call.response, 'InitiateMultipartUploadResult', `<UploadId>${serial}</UploadId>`);
}

async function putPart(call: Call): Promise<ServerResponse> {
  const { size } = await receive(call.request);
  const upload = uploads.get(call.query.get('uploadId') ?? '');
  if (!upload) return refuse(call.response, 404, 'NoSuchUpload');
  upload.parts.set(Number(call.query.get('partNumber')), size);
  return call.response.writeHead(200, { etag: `"part-${size}"`, 'content-length': 0 }).end();
}

function listParts(call: Call): ServerResponse {
  const upload = uploads.get(call.query.get('uploadId') ?? '');
  if (!upload) return refuse(call.response, 404, 'NoSuchUpload');
  const parts = [...upload.parts].map(
    ([number, size]) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>"part-${size}"</ETag><Size>${size}</Size></Part>`,
  );
  return answer(call.response, 'ListPartsResult', `<IsTruncated>false</IsTruncated>${parts.join('')}`);
}

async function complete(call: Call): Promise<ServerResponse> {
  await receive(call.request);
  const id = call.query.get('uploadId') ?? '';
  const upload = uploads.get(id);
  if (!upload) return refuse(call.response, 404, 'NoSuchUpload');
  if (call.request.headers['if-none-match'] === '*' && objects.has(nameOf(call))) {
    return refuse(call.response, 412, 'PreconditionFailed');
  }
  uploads.delete(id);
  const size = [...upload.parts.values()].reduce((sum, part) => sum + part, 0);
  const etag = keep(nameOf(call), size, null, upload.headers);
  return answer(call.response, 'CompleteMultipartUploadResult', `<Key>${call.key}</Key><ETag>${etag}</ETag>`);
}

function abort(call: Call): ServerResponse {
  const known = uploads.delete(call.query.get('uploadId') ?? '');
  if (!known) return refuse(call.response, 404, 'NoSuchUpload');
  return call.response.writeHead(204).end();
}

/** HeadBucket, and the lists that a start or a sweep asks for. */
function ofBucket(call: Call): ServerResponse {
  if (call.request.method === 'HEAD') return call.response.writeHead(200).end();
  if (call.query.has('versioning')) return answer(call.response, 'VersioningConfiguration', '');
  if (call.query.has('uploads')) return answer(call.response, 'ListMultipartUploadsResult', '');
  if (call.query.get('list-type') !== '2') return refuse(call.response, 501, 'NotImplemented');
  const begin = `${call.bucket}/${call.query.get('prefix') ?? ''}`;
  const after = `${call.bucket}/${call.query.get('continuation-token') ?? call.query.get('start-after') ?? ''}`;
  const names = [...objects.keys()].filter((name) => name.startsWith(begin) && name > after).sort();
  const most = Number(call.query.get('max-keys') ?? 1000);
  const page = names.slice(0, most).map((name) => name.slice(call.bucket.length + 1));
  const items = page.map(
    (key) =>
      `<Contents><Key>${key}</Key><Size>${objects.get(`${call.bucket}/${key}`)?.size}</Size></Contents>`,
  );
  const more = names.length > most ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return answer(
    call.response,
    'ListBucketResult',
    `<KeyCount>${page.length}</KeyCount><IsTruncated>${names.length > most}</IsTruncated>${more}${items.join('')}`,
  );
}

function answer(response: ServerResponse, root: string, inner: string): ServerResponse {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${inner}</${root}>`;
  return response
    .writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) })
    .end(xml);
}

function refuse(response: ServerResponse, status: number, code: string): ServerResponse {
  const xml = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return response
    .writeHead(status, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(xml) })
    .end(xml);
}
