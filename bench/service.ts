import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { request } from 'undici';
import { raceFreePort } from '../packages/server/test/engines/free-port.ts';
import { Child } from './child.ts';
import { credentials } from './floors/sign.ts';
import { type Sink, startSink } from './stores.ts';
import type { Place } from './subjects.ts';

/** A service on stores of its own, which can be started again and again. */
export interface Service {
  /** `Bearer` and its key. */
  readonly authorization: string;
  readonly origin: string;
  /** Where its documents lie on a disk. */
  readonly objects: string;
  start(): Child;
  /** Resolves when it is ready to serve; asks every `pause` milliseconds. */
  ready(child: Child, pause?: number): Promise<void>;
}

/** As a user starts it, but for the shell between. */
const command = new URL('../packages/server/bin/strongroom', import.meta.url).pathname;

/** An empty data folder and, with a sink, an empty database; `settings` beside the defaults. The database goes when `stack` is disposed of. */
export async function prepareService(
  place: Place,
  sink: Sink | null,
  stack: AsyncDisposableStack,
  settings: Readonly<Record<string, string>> = {},
): Promise<Service> {
  const data = join(place.folder, 'data');
  await mkdir(data);
  const database = sink && place.databases ? stack.use(await place.databases.fresh()) : null;
  const port = await raceFreePort();
  const key = randomBytes(24).toString('base64url');
  const args = [...itsFlags(), ...place.nodeArguments, command, 'serve'];
  // Nothing else of the caller's environment: the service runs with its defaults.
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    PORT: String(port),
    DATA_DIR: data,
    STRONGROOM_API_KEY: key,
    STRONGROOM_SECRET: randomBytes(32).toString('base64url'),
    ...(sink && { ...s3Settings(sink.endpoint), ...sink.trust }),
    ...(database && { DATABASE_URL: database.url }),
    ...settings,
  };
  const origin = `http://127.0.0.1:${port}`;
  return {
    authorization: `Bearer ${key}`,
    origin,
    objects: join(data, 'objects'),
    start: () =>
      Child.start('the service', args, { log: join(place.folder, 'service.log'), env, ipc: false }),
    ready: (child, pause = 50) => child.until((signal) => answersReady(`${origin}/readyz`, pause, signal)),
  };
}

/**
 * A service that was ready once and has ended: its data folder, its schema and its compile cache are made, and its files
 * are in the page cache. With S3, its sink is a process of its own. All goes when `stack` is disposed of.
 */
export async function prepareSettledService(place: Place, stack: AsyncDisposableStack): Promise<Service> {
  const sink = place.backend === 's3+postgres' ? stack.use(await startSink(place.folder, false)) : null;
  const service = await prepareService(place, sink, stack);
  await using first = service.start();
  await service.ready(first);
  return service;
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

async function answersReady(url: string, pause: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const answer = await request(url, { signal }).catch(() => null);
    await answer?.body.dump();
    if (answer?.statusCode === 200) return;
    await wait(pause);
  }
}
