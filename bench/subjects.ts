import { join } from 'node:path';
import type { Body } from './body.ts';
import type { Backend, LoadCase, Peer, ReadShape, UploadShape } from './cases.ts';
import { type Child, startServer } from './child.ts';
import type { Databases } from './databases.ts';
import { assertStored, type Send, type Sent } from './driver.ts';
import { prepareService, type Service } from './service.ts';
import { openFolder, type Sink, type Store, startSink } from './stores.ts';
import { assertKept, bodyOf, bring, type Way } from './uploads.ts';

/** One of the programs that are compared, ready to be asked. */
export interface Subject {
  readonly name: string;
  readonly child: Child;
  readonly origin: string;
  readonly store: Store;
  /** Brings the document number `index`; answers its id. Raises an Error when an answer is wrong. */
  upload(shape: UploadShape, body: Body, index: number, way: Way): Promise<string>;
  /** Raises an Error unless what came so is whole, where the answer to its upload has not said it. */
  assertKept(shape: UploadShape, id: string, body: Body, send: Send): Promise<void>;
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
      ? await startService(place, sink, the.settings ?? {}, stack)
      : await startPeer(the.who, place, sink, stack);
  const floor = the.against === 'floor' ? await startFloor(the.shape, place, sink, stack) : null;
  return { measured, floor };
}

async function startService(
  place: Place,
  sink: Sink | null,
  settings: Readonly<Record<string, string>>,
  stack: AsyncDisposableStack,
): Promise<Subject> {
  const service = await prepareService(place, sink, stack, settings);
  const child = stack.use(service.start());
  await service.ready(child);
  return {
    name: 'service',
    child,
    origin: service.origin,
    store: sink ?? openFolder(service.objects),
    upload: (shape, body, index, way) => bring(service, shape, body, index, way),
    assertKept: async (shape, id, body, send) => {
      if (!saysWhatItKept.has(shape)) await assertKept(service, id, body, send);
    },
    read: (shape, id, index) => readFrom(service, shape, id, index),
  };
}

const saysWhatItKept = new Set<UploadShape>(['raw', 'form', 'chunked']);

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
const bare: Pick<Subject, 'name' | 'upload' | 'assertKept' | 'read'> = {
  name: 'floor',
  upload: async (shape, body, _index, { send }) => {
    const sent = bodyOf(shape === 'chunked' ? shape : 'raw', body);
    return assertStored(await send({ method: 'POST', path: '/', ...sent }), body);
  },
  assertKept: async () => {},
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
  if (shape === 'verify') {
    if (!sink) throw new Error('what is verified lies in a bucket');
    const floor = await startServer('floors/read.ts', [sink.endpoint], log, sink.trust);
    stack.use(floor.child);
    return { ...bare, ...floor, store: sink, upload: readingBack(sink.endpoint) };
  }
  const floor = await (sink
    ? startServer('floors/s3.ts', [sink.endpoint], log, sink.trust)
    : startServer('floors/disk.ts', [folder], log));
  stack.use(floor.child);
  return { ...bare, ...floor, store: sink ?? openFolder(join(folder, 'objects')) };
}

/** Puts an object into the store by itself, and has the floor read it: only that counts. */
function readingBack(endpoint: string): Subject['upload'] {
  return async (_shape, body, index, { send, meter }) => {
    const key = `object-${index}`;
    const sent = bodyOf('raw', body);
    await meter.aside(() => send({ method: 'PUT', origin: endpoint, path: `/floor/${key}`, ...sent }));
    const answer = await send({ method: 'GET', path: `/${key}`, headers: {} });
    const { sha256, size } = JSON.parse(answer.body.toString()) as { sha256: string; size: number };
    if (sha256 === body.sha256 && size === body.size) return key;
    throw new Error(`an object of ${body.size} bytes was read as ${answer.body}`);
  };
}

const peers: Record<Peer, Subject['upload']> = {
  'sdk-upload': bare.upload,
  // Creation with upload: one request, where its clients send two unless they are told otherwise.
  'tus-server': async (_shape, body, _index, { send }) => {
    const { headers, status } = await send({
      method: 'POST',
      path: '/files',
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': String(body.size),
        'content-length': String(body.size),
        'content-type': 'application/offset+octet-stream',
      },
      body: body.small ?? body.stream(Buffer.alloc(0), Buffer.alloc(0)),
    });
    if (status === 201 && headers['upload-offset'] === String(body.size)) return String(headers.location);
    throw new Error(`an upload by tus was answered ${status}, offset ${headers['upload-offset']}`);
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
  return { ...bare, ...peer, upload: peers[who], name: who, store: sink };
}
