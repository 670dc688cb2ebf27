import { setTimeout as wait } from 'node:timers/promises';
import { type Body, form, slice } from './body.ts';
import type { UploadShape } from './cases.ts';
import { type Answer, assertStored, type Send, type Sent } from './driver.ts';
import type { Meter } from './meter.ts';

/** Who carries an upload's requests, and whose CPU is counted meanwhile. */
export interface Way {
  readonly send: Send;
  readonly meter: Meter;
}

/** The service that uploads go to. */
export interface Target {
  readonly authorization: string;
}

const MiB = 1024 ** 2;
const chunk = 8 * MiB;

/** Brings a document to the service in one of the shapes; answers its id. Raises an Error when an answer is wrong. */
export async function bring(
  { authorization }: Target,
  shape: UploadShape,
  body: Body,
  index: number,
  { send, meter }: Way,
): Promise<string> {
  const fields = { recordId: `case-${index % 64}`, type: 'other' };
  const claims = { ...fields, filename: 'scan.pdf' };
  const asking: Send = (sent) => send({ ...sent, headers: { ...sent.headers, authorization } });
  switch (shape) {
    case 'tus':
    case 'tus-patch':
    case 'tus-8m':
      return byTus(asking, claims, body, shape);
    case 'direct': {
      const id = await sendParts(asking, send, claims, body);
      return meter.aside(() => complete(asking, id));
    }
    case 'verify': {
      const id = await meter.aside(() => sendParts(asking, send, claims, body));
      return complete(asking, id);
    }
    default: {
      const path = shape === 'form' ? '/v1/documents' : `/v1/documents?${new URLSearchParams(claims)}`;
      return assertStored(await asking({ method: 'POST', path, ...bodyOf(shape, body, fields) }), body);
    }
  }
}

/** Raises an Error unless the service tells of this document what was sent. */
export async function assertKept(
  { authorization }: Target,
  id: string,
  body: Body,
  send: Send,
): Promise<void> {
  const document = await look((sent) => send({ ...sent, headers: { authorization } }), id);
  if (document.state === 'available' && document.sha256 === body.sha256 && document.size === body.size)
    return;
  throw new Error(
    `an upload of ${body.size} bytes with SHA-256 ${body.sha256} is ${JSON.stringify(document)}`,
  );
}

/** tus 1.0: creation with upload; or creation, and then PATCH requests. */
async function byTus(
  send: Send,
  claims: Record<string, string>,
  body: Body,
  shape: 'tus' | 'tus-patch' | 'tus-8m',
): Promise<string> {
  const tus = { 'tus-resumable': '1.0.0' };
  const bytes = (from: number, to: number): Pick<Sent, 'headers' | 'body'> => ({
    headers: {
      ...tus,
      'content-type': 'application/offset+octet-stream',
      'content-length': String(to - from),
    },
    body: body.small ?? slice(from, to),
  });
  const first = shape === 'tus' ? bytes(0, body.size) : { headers: { ...tus, 'content-length': '0' } };
  const metadata = Object.entries(claims).map(([name, value]) => `${name} ${btoa(value)}`);
  const made = await send({
    method: 'POST',
    path: '/v1/uploads',
    ...first,
    headers: {
      ...first.headers,
      'upload-length': String(body.size),
      'upload-metadata': metadata.join(','),
    },
  });
  const id = String(made.headers.location).split('/').at(-1) ?? '';
  if (shape === 'tus') {
    assertOffset(made, 201, body.size);
    return id;
  }
  if (made.status !== 201) throw new Error(`a creation by tus was answered ${told(made)}`);
  const step = shape === 'tus-8m' ? chunk : body.size;
  for (let at = 0; at < body.size; at += step) {
    const to = Math.min(at + step, body.size);
    const part = bytes(at, to);
    const headers = { ...part.headers, 'upload-offset': String(at) };
    assertOffset(await send({ method: 'PATCH', path: `/v1/uploads/${id}`, ...part, headers }), 204, to);
  }
  return id;
}

function assertOffset(answer: Answer, status: number, offset: number): void {
  if (answer.status === status && answer.headers['upload-offset'] === String(offset)) return;
  throw new Error(`an upload by tus was answered ${told(answer)}, offset ${answer.headers['upload-offset']}`);
}

interface Parts {
  readonly id: string;
  readonly parts: readonly {
    readonly number: number;
    readonly offset: number;
    readonly size: number;
    readonly url: string;
  }[];
}

/** Begins a direct upload and puts its parts into the store, a batch of URLs after the other. Answers the document's id. */
async function sendParts(
  service: Send,
  store: Send,
  claims: Record<string, string>,
  body: Body,
): Promise<string> {
  const ask = (path: string, wish: object) => json<Parts>(service, 'POST', `/v1/direct-uploads${path}`, wish);
  const begun = await ask('', { ...claims, contentType: 'application/pdf', size: body.size });
  const { id } = begun;
  for (let { parts } = begun; parts.length > 0; { parts } = await ask(`/${id}/parts`, {})) {
    for (const { offset, size, url } of parts) {
      const { origin, pathname, search } = new URL(url);
      const answer = await store({
        method: 'PUT',
        origin,
        path: pathname + search,
        headers: { 'content-length': String(size) },
        body: slice(offset, offset + size),
      });
      if (answer.status !== 200) throw new Error(`a part was answered ${told(answer)}`);
    }
  }
  return id;
}

/** Completes a direct upload, and resolves when the service has read it back. */
async function complete(send: Send, id: string): Promise<string> {
  let document = await json<Looked>(send, 'POST', `/v1/direct-uploads/${id}/complete`);
  for (; document.state === 'inspecting'; await wait(100)) document = await look(send, id);
  if (document.state !== 'available') throw new Error(`a direct upload ended as ${JSON.stringify(document)}`);
  return id;
}

interface Looked {
  readonly state: string;
  readonly size: number;
  readonly sha256: string;
}

function look(send: Send, id: string): Promise<Looked> {
  return json(send, 'GET', `/v1/documents/${id}`);
}

async function json<T>(send: Send, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const answer = await send({
    method,
    path,
    headers: body ? { 'content-type': 'application/json' } : {},
    ...(body && { body: Buffer.from(JSON.stringify(body)) }),
  });
  if (answer.status >= 300) throw new Error(`${method} ${path} was answered ${told(answer)}`);
  return JSON.parse(answer.body.toString()) as T;
}

function told({ status, body }: Answer): string {
  return `${status} ${body}`;
}

/** What is sent for a document in one request. A small one goes in one write. */
export function bodyOf(
  shape: 'raw' | 'form' | 'chunked',
  body: Body,
  fields: Record<string, string> = {},
): Pick<Sent, 'headers' | 'body'> {
  const { before, after, contentType } =
    shape === 'form'
      ? form(fields)
      : { before: Buffer.alloc(0), after: Buffer.alloc(0), contentType: 'application/pdf' };
  const length = before.length + body.size + after.length;
  return {
    headers: {
      'content-type': contentType,
      ...(shape !== 'chunked' && { 'content-length': String(length) }),
    },
    body: body.small ? Buffer.concat([before, body.small, after]) : body.stream(before, after),
  };
}
