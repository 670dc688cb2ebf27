import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { raceFreePort } from '../packages/server/test/engines/free-port.ts';
import { type Body, form } from './body.ts';
import type { Backend, Case } from './cases.ts';
import { Child, startServer } from './child.ts';
import type { Databases } from './databases.ts';
import type { Sent } from './driver.ts';
import { credentials } from './floors/sign.ts';
import { openFolder, type Store, startSink } from './stores.ts';

type Shape = Exclude<Case['shape'], 'get'>;

/** One of the two programs that are compared, ready to be asked. */
export interface Subject {
  readonly name: 'service' | 'floor';
  readonly child: Child;
  readonly origin: string;
  readonly store: Store;
  upload(shape: Shape, body: Body, index: number): Sent;
  content(id: string): Sent;
}

export interface Place {
  readonly backend: Backend;
  /** An empty folder of this case. */
  readonly folder: string;
  readonly databases: Databases | null;
  /** Arguments for the service's node, before its script. */
  readonly nodeArguments: readonly string[];
}

/** As a user starts it, but for the shell between. */
const command = new URL('../packages/server/bin/strongroom', import.meta.url).pathname;

/** Starts the service and its floor, each its own process, on stores of their own. All goes when `stack` is disposed of. */
export async function startSubjects(place: Place, stack: AsyncDisposableStack): Promise<[Subject, Subject]> {
  const sink = place.backend === 's3+postgres' ? stack.use(await startSink(place.folder)) : null;
  const floorFolder = join(place.folder, 'floor');
  const dataFolder = join(place.folder, 'data');
  await mkdir(dataFolder);
  const service = await startService(place, dataFolder, sink?.endpoint ?? null, stack);
  const floor = await (sink
    ? startServer('floors/s3.ts', [sink.endpoint], `${floorFolder}.log`)
    : startServer('floors/disk.ts', [floorFolder], `${floorFolder}.log`));
  stack.use(floor.child);
  return [
    { ...service, name: 'service', store: sink ?? openFolder(join(dataFolder, 'objects')) },
    { ...floor, name: 'floor', store: sink ?? openFolder(join(floorFolder, 'objects')), ...bare },
  ];
}

/** The floor takes every upload as a bare body: it is the floor of a form, too, and forms are not its business. */
const bare: Pick<Subject, 'upload' | 'content'> = {
  upload: (shape, body) => ({
    method: 'POST',
    path: '/',
    ...bodyOf(shape === 'chunked' ? shape : 'raw', body),
  }),
  content: (id) => ({ method: 'GET', path: `/${id}`, headers: {} }),
};

async function startService(
  place: Place,
  data: string,
  endpoint: string | null,
  stack: AsyncDisposableStack,
) {
  const port = await raceFreePort();
  const key = randomBytes(24).toString('base64url');
  const database = endpoint ? await place.databases?.fresh() : undefined;
  if (database) stack.use(database);
  const child = Child.start('the service', [...itsFlags(), ...place.nodeArguments, command, 'serve'], {
    log: join(place.folder, 'service.log'),
    // Nothing else of the caller's environment: the service runs with its defaults.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: String(port),
      DATA_DIR: data,
      STRONGROOM_API_KEY: key,
      STRONGROOM_SECRET: randomBytes(32).toString('base64url'),
      ...(endpoint && { ...s3Settings(endpoint), DATABASE_URL: database?.url }),
    },
    ipc: false,
  });
  stack.use(child);
  const origin = `http://127.0.0.1:${port}`;
  await child.until((signal) => ready(`${origin}/readyz`, signal));
  const authorization = `Bearer ${key}`;
  return {
    child,
    origin,
    upload: (shape: Shape, body: Body, index: number): Sent => {
      const fields = { recordId: `case-${index % 64}`, type: 'other' };
      const query = new URLSearchParams({ ...fields, filename: 'scan.pdf' });
      const sent = bodyOf(shape, body, fields);
      const path = shape === 'form' ? '/v1/documents' : `/v1/documents?${query}`;
      return { ...sent, method: 'POST', path, headers: { ...sent.headers, authorization } };
    },
    content: (id: string): Sent => ({
      method: 'GET',
      path: `/v1/documents/${id}/content`,
      headers: { authorization },
    }),
  };
}

/** The flags that the command gives to node. */
function itsFlags(): string[] {
  const [, flags] = /\bexec node (.*) "\$0"/.exec(readFileSync(command, 'utf8')) ?? [];
  return flags?.split(' ') ?? [];
}

function s3Settings(endpoint: string): NodeJS.ProcessEnv {
  return {
    S3_BUCKET: 'bench',
    S3_REGION: 'us-east-1',
    S3_ENDPOINT: endpoint,
    S3_FORCE_PATH_STYLE: 'true',
    S3_ACCESS_KEY_ID: credentials.accessKeyId,
    S3_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
}

/** What is sent for a document in one of the shapes. A small one goes in one write. */
function bodyOf(
  shape: Shape,
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

async function ready(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await fetch(url, { signal }).catch(() => null);
    if (answer?.ok) return;
    await wait(50);
  }
}
