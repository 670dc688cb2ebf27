import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { type Dispatcher, request } from 'undici';
import type { presentDocument, presentEvent } from '../../src/http/present.ts';
import { keepBytes, keepSecret, keepWire } from '../secrecy/watch.ts';

/** A document as the API tells it. */
export type ApiDocument = ReturnType<typeof presentDocument>;
export type ApiEvent = ReturnType<typeof presentEvent>;

export interface Answer<T = ApiDocument> {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly body: T;
}

/** Bytes to send: how many there are, and the pieces. */
export interface Payload {
  readonly size: number;
  readonly body: Buffer | AsyncIterable<Buffer>;
}

export interface Claims {
  readonly recordId: string;
  readonly type: string;
  readonly filename?: string;
  readonly contentType?: string;
  readonly metadata?: object;
  readonly replaces?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The ways in. */
export const ways = ['raw', 'chunked', 'form'] as const;
export type Way = (typeof ways)[number];

/** What the acceptance tests say to a service; as plain as the wire, so that a test can say anything. */
export class ApiClient {
  readonly url: string;
  readonly key: string;

  constructor({ url, key }: { url: string; key: string }) {
    this.url = url;
    this.key = key;
  }

  async send<T = ApiDocument>(
    method: Dispatcher.HttpMethod,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: object | Payload } = {},
  ): Promise<Answer<T>> {
    const payload: Payload | null = body === undefined ? null : isPayload(body) ? body : asJson(body);
    keepWire(path);
    for (const field of Object.values(headers)) keepWire(field);
    if (Buffer.isBuffer(payload?.body)) keepBytes(payload.body);
    const answer = await request(`${this.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.key}`,
        ...(payload && !isPayload(body) ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body:
        payload === null ? null : Buffer.isBuffer(payload.body) ? payload.body : Readable.from(payload.body),
      headersTimeout: 120_000,
      bodyTimeout: 120_000,
    });
    const text = await answer.body.text();
    keepWire(text);
    return {
      status: answer.statusCode,
      headers: answer.headers,
      body: (text === '' ? null : JSON.parse(text)) as T,
    };
  }

  /** POST /v1/documents by one of its ways. */
  async upload(way: Way, claims: Claims, payload: Payload): Promise<Answer> {
    const { headers = {} } = claims;
    keepSecret('filename', claims.filename);
    if (way === 'form') return this.send('POST', '/v1/documents', asForm(claims, payload));
    const query = new URLSearchParams({
      recordId: claims.recordId,
      type: claims.type,
      ...(claims.filename === undefined ? {} : { filename: claims.filename }),
      ...(claims.metadata === undefined ? {} : { metadata: JSON.stringify(claims.metadata) }),
      ...(claims.replaces === undefined ? {} : { replaces: claims.replaces }),
    });
    return this.send('POST', `/v1/documents?${query}`, {
      headers: {
        ...(claims.contentType === undefined ? {} : { 'content-type': claims.contentType }),
        ...(way === 'raw' ? { 'content-length': String(payload.size) } : {}),
        ...headers,
      },
      // An iterable without a length is sent in chunks.
      body: { size: payload.size, body: way === 'chunked' ? pieces(payload.body) : payload.body },
    });
  }

  /** GET …/content as far as it matters here: status, headers, length and digest. */
  content(id: string, headers: Record<string, string> = {}) {
    return contentAt(`${this.url}/v1/documents/${id}/content`, {
      authorization: `Bearer ${this.key}`,
      ...headers,
    });
  }
}

/** What a GET of this URL, a signed link's say, answers: status, headers, length and digest. */
export async function contentAt(url: string, headers: Record<string, string> = {}) {
  const answer = await request(url, { headers, bodyTimeout: 120_000 });
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of answer.body) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { status: answer.statusCode, headers: answer.headers, size, sha256: hash.digest('hex') };
}

function isPayload(body: object | Payload | undefined): body is Payload {
  return body !== undefined && 'size' in body && 'body' in body;
}

function asJson(body: object): Payload {
  const bytes = Buffer.from(JSON.stringify(body));
  return { size: bytes.length, body: bytes };
}

async function* pieces(body: Payload['body']): AsyncGenerator<Buffer> {
  if (!Buffer.isBuffer(body)) yield* body;
  else for (let at = 0; at < body.length; at += 60_000) yield body.subarray(at, at + 60_000);
}

/** A form as browsers write it (WHATWG: multipart/form-data encoding algorithm), with its Content-Length, streamed. */
function asForm(claims: Claims, payload: Payload): { headers: Record<string, string>; body: Payload } {
  const boundary = `----form${randomBytes(12).toString('hex')}`;
  const field = (name: string, value: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const escaped = (claims.filename ?? '')
    .replaceAll('"', '%22')
    .replaceAll('\r', '%0D')
    .replaceAll('\n', '%0A');
  const head = Buffer.from(
    field('recordId', claims.recordId) +
      field('type', claims.type) +
      (claims.metadata === undefined ? '' : field('metadata', JSON.stringify(claims.metadata))) +
      (claims.replaces === undefined ? '' : field('replaces', claims.replaces)) +
      `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${escaped}"\r\n` +
      `Content-Type: ${claims.contentType ?? 'application/octet-stream'}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const size = head.length + payload.size + tail.length;
  const body = Buffer.isBuffer(payload.body)
    ? Buffer.concat([head, payload.body, tail])
    : (async function* (middle: AsyncIterable<Buffer>) {
        yield head;
        yield* middle;
        yield tail;
      })(payload.body);
  return {
    headers: {
      ...claims.headers,
      'content-type': `multipart/form-data; boundary=${boundary}`,
      'content-length': String(size),
    },
    body: { size, body },
  };
}

/** Lower-case hex. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
