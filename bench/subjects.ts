import { join } from 'node:path';
import { type Body, form } from './body.ts';
import type { Backend, LoadCase, Peer, ReadShape, UploadShape } from './cases.ts';
import { type Child, startServer } from './child.ts';
import type { Databases } from './databases.ts';
import { type Answer, assertStored, type Sent } from './driver.ts';
import { prepareService, type Service } from './service.ts';
import { openFolder, type Sink, type Store, startSink } from './stores.ts';

/** One of the programs that are compared, ready to be asked. */
export interface Subject {
  readonly name: string;
  readonly child: Child;
  readonly origin: string;
  readonly store: Store;
  upload(shape: UploadShape, body: Body, index: number): Sent;
  /** The id of the document that an upload was answered with. Raises an Error when the answer is wrong. */
  stored(answer: Answer, body: Body): string;
  /** The request number `index` that reads; `id` is a document's. */
  read(shape: ReadShape, id: string, index: number): Sent;
}

export interface Place {
  readonly backend: Backend;
  /** An empty folder of this case. */
  readonly folder: string;
  readonly databases: Databases | null;
  /** Arguments for the service's node, before its script. */
  readonly nodeArguments: readonly string[];
}

/** Starts the service, or a peer, and its floor, each its own process, on stores of their own. All goes when `stack` is disposed of. */
export async function startSubjects(
  the: LoadCase,
  place: Place,
  stack: AsyncDisposableStack,
): Promise<{ measured: Subject; floor: Subject | null }> {
  const sink =
    place.backend === 's3+postgres' ? stack.use(await startSink(place.folder, the.tls === true)) : null;
  const measured =
    the.who === 'service'
      ? await startService(place, sink, stack)
      : await startPeer(the.who, place, sink, stack);
  const floor = the.against === 'floor' ? await startFloor(the.shape, place, sink, stack) : null;
  return { measured, floor };
}

async function startService(place: Place, sink: Sink | null, stack: AsyncDisposableStack): Promise<Subject> {
  const service = await prepareService(place, sink, stack);
  const child = stack.use(service.start());
  await service.ready(child);
  return {
    name: 'service',
    child,
    origin: service.origin,
    store: sink ?? openFolder(service.objects),
    stored: assertStored,
    upload: (shape, body, index) => uploadTo(service, shape, body, index),
    read: (shape, id, index) => readFrom(service, shape, id, index),
  };
}

function uploadTo({ authorization }: Service, shape: UploadShape, body: Body, index: number): Sent {
  const fields = { recordId: `case-${index % 64}`, type: 'other' };
  const query = new URLSearchParams({ ...fields, filename: 'scan.pdf' });
  const sent = bodyOf(shape, body, fields);
  const path = shape === 'form' ? '/v1/documents' : `/v1/documents?${query}`;
  return { ...sent, method: 'POST', path, headers: { ...sent.headers, authorization } };
}

/** The lists that people look at: a record's documents, all of them, those of a type. */
const lists = ['recordId=case-0&', '', 'type=other&'];

function readFrom({ authorization }: Service, shape: ReadShape, id: string, index: number): Sent {
  const get = (path: string): Sent => ({ method: 'GET', path, headers: { authorization } });
  switch (shape) {
    case 'get':
      return get(`/v1/documents/${id}/content`);
    case 'record':
      return get(`/v1/documents/${id}`);
    case 'list':
      return get(`/v1/documents?${lists[index % lists.length]}limit=50`);
    case 'link': {
      const headers = { authorization, 'content-type': 'application/json' };
      return {
        method: 'POST',
        path: `/v1/documents/${id}/links`,
        headers,
        body: Buffer.from('{"expiresIn":600}'),
      };
    }
  }
}

/** The floor takes every upload as a bare body: it is the floor of a form, too, and forms are not its business. */
const bare: Pick<Subject, 'name' | 'upload' | 'stored' | 'read'> = {
  name: 'floor',
  upload: (shape, body) => ({
    method: 'POST',
    path: '/',
    ...bodyOf(shape === 'chunked' ? shape : 'raw', body),
  }),
  stored: assertStored,
  read: (_shape, id) => ({ method: 'GET', path: `/${id}`, headers: {} }),
};

async function startFloor(
  shape: LoadCase['shape'],
  place: Place,
  sink: Sink | null,
  stack: AsyncDisposableStack,
): Promise<Subject> {
  const folder = join(place.folder, 'floor');
  const log = `${folder}.log`;
  if (shape === 'record') {
    const database = sink && place.databases ? stack.use(await place.databases.fresh()) : null;
    const floor = await startServer('floors/record.ts', [database?.url ?? folder], log);
    stack.use(floor.child);
    return { ...bare, ...floor, store: openFolder(folder) };
  }
  const floor = await (sink
    ? startServer('floors/s3.ts', [sink.endpoint], log, sink.trust)
    : startServer('floors/disk.ts', [folder], log));
  stack.use(floor.child);
  return { ...bare, ...floor, store: sink ?? openFolder(join(folder, 'objects')) };
}

const peers: Record<Peer, Pick<Subject, 'upload' | 'stored'>> = {
  'sdk-upload': bare,
  tus: {
    // Creation with upload: one request, where its clients send two unless they are told otherwise.
    upload: (_shape, body) => ({
      method: 'POST',
      path: '/files',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(body.size),
        'content-length': String(body.size),
        'content-type': 'application/offset+octet-stream',
      },
      body: body.small ?? body.stream(Buffer.alloc(0), Buffer.alloc(0)),
    }),
    stored: ({ status, headers }, body) => {
      if (status === 201 && headers['upload-offset'] === String(body.size)) return String(headers.location);
      throw new Error(`an upload by tus was answered ${status}, offset ${headers['upload-offset']}`);
    },
  },
};

async function startPeer(
  who: Peer,
  place: Place,
  sink: Sink | null,
  stack: AsyncDisposableStack,
): Promise<Subject> {
  if (!sink) throw new Error(`${who} needs a bucket`);
  const log = join(place.folder, 'peer.log');
  const peer = await startServer(`peers/${who}.ts`, [sink.endpoint], log, sink.trust);
  stack.use(peer.child);
  return { ...bare, ...peer, ...peers[who], name: who, store: sink };
}

/** What is sent for a document in one of the shapes. A small one goes in one write. */
function bodyOf(
  shape: UploadShape,
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
