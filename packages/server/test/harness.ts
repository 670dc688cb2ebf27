/** What tests on real engines share: a folder, a bucket, a database, a server; each removed when its test ends. */
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import pg from 'pg';
import { raceFreePort } from './engines/free-port.ts';
import { cantTrace } from './faults/strace.ts';
import { pdf } from './fixtures/make.ts';
import { keepBody, keepLog, keepSecret, keepSettings } from './secrecy/watch.ts';

export { raceFreePort };

/** Whatever can say when it is over: a test's or a suite's context, or `{ after }` of node:test. */
export interface Ending {
  after(undo: () => unknown): void;
}

/** Whether this is a run in which nothing may be skipped. */
export function inCi(): boolean {
  return !['', '0', 'false'].includes(process.env.CI ?? '');
}

/** For node:test's `skip`: false when `what` is there, else the reason. In CI the reason is raised instead. */
export function needs(what: keyof typeof absent): false | string {
  const reason = absent[what]();
  if (reason !== null && inCi()) throw new Error(`nothing may be skipped in CI: ${reason}`);
  return reason ?? false;
}

const absent = {
  s3: () => (process.env.STRONGROOM_TEST_S3_ENDPOINT ? null : 'no S3 to test on (npm test starts one)'),
  postgres: () =>
    process.env.STRONGROOM_TEST_DATABASE_URL ? null : 'no PostgreSQL to test on (npm test starts one)',
  strace: cantTrace,
  systemd: () => (spawnSync('systemd-analyze', ['--version']).error ? 'systemd is not installed' : null),
  curl: () => (spawnSync('curl', ['--version']).error ? 'curl is not installed' : null),
  chromium: () => (chromium() === null ? 'Chromium is not installed' : null),
};

/** The system's Chromium: STRONGROOM_TEST_CHROMIUM, or the first of its names that is installed; null when none is. */
export function chromium(): string | null {
  const named = process.env.STRONGROOM_TEST_CHROMIUM;
  if (named) return named;
  const folders = (process.env.PATH ?? '').split(':');
  const places = ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) =>
    folders.map((folder) => join(folder, name)),
  );
  return places.find((place) => existsSync(place)) ?? null;
}

const endings = new WeakMap<Ending, AsyncDisposableStack>();

/** When `t` is over: the last made goes first, so a server goes before its folder. */
function atEnd(t: Ending, undo: () => unknown): void {
  let stack = endings.get(t);
  if (stack === undefined) {
    stack = new AsyncDisposableStack();
    endings.set(t, stack);
    t.after(() => stack?.disposeAsync());
  }
  stack.defer(async () => void (await undo()));
}

/** A fresh folder. */
export async function testFolder(t: Ending): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-'));
  atEnd(t, () => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

/** A fresh, empty bucket on the test S3, with a client of the SDK to look into it. */
export async function testBucket(t: Ending, { objectLock = false } = {}): Promise<TestBucket> {
  const bucket = `t-${randomBytes(8).toString('hex')}`;
  const endpoint = required('STRONGROOM_TEST_S3_ENDPOINT');
  const region = process.env.STRONGROOM_TEST_S3_REGION ?? 'us-east-1';
  const accessKeyId = required('STRONGROOM_TEST_S3_ACCESS_KEY_ID');
  const secretAccessKey = required('STRONGROOM_TEST_S3_SECRET_ACCESS_KEY');
  const client = new S3Client({
    endpoint,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: objectLock }));
  atEnd(t, async () => {
    await removeBucket(client, bucket);
    client.destroy();
  });
  const environment = {
    S3_BUCKET: bucket,
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
    S3_FORCE_PATH_STYLE: 'true',
  };
  return { bucket, endpoint, region, accessKeyId, secretAccessKey, client, environment };
}

export interface TestBucket {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly client: S3Client;
  /** The settings that make a server use it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Removes a bucket with every version, delete marker and unfinished multipart upload in it. */
async function removeBucket(client: S3Client, bucket: string): Promise<void> {
  for (;;) {
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    for (const { Key, UploadId } of Uploads) {
      await client.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId }));
    }
    const page = await client.send(new ListObjectVersionsCommand({ Bucket: bucket }));
    const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    for (const { Key, VersionId } of versions) {
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key, VersionId }));
    }
    if (Uploads.length === 0 && versions.length === 0) break;
  }
  await client.send(new DeleteBucketCommand({ Bucket: bucket }));
}

/** A fresh, empty PostgreSQL database; its URL. */
export async function testDatabase(t: Ending): Promise<string> {
  const server = required('STRONGROOM_TEST_DATABASE_URL');
  const name = `t_${randomBytes(8).toString('hex')}`;
  await query(server, `CREATE DATABASE ${name}`);
  atEnd(t, () => query(server, `DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

async function query(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

/** A server as a process of its own. */
export interface TestServer {
  readonly url: string;
  /** An API key with all rights. */
  readonly key: string;
  readonly pid: number;
  /** All it has written to its standard output and error so far. */
  logs(): string;
  /** Its exit code once it has ended, null when a signal ended it. */
  readonly ended: Promise<number | null>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; its exit code, null when a signal ended it. */
  stop(): Promise<number | null>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface TestServerOptions {
  /** For node itself, before the program: `--import` of a fault, say. */
  readonly nodeOptions?: readonly string[];
  /** It may still wait for its records or its store when it is handed over. Default: it is ready then. */
  readonly waits?: boolean;
}

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const diesWithParent = new URL('./engines/dies-with-parent.ts', import.meta.url).href;

/**
 * Starts the service as its own process, with nothing in its environment but PATH, the settings of `env`, and for what
 * `env` leaves out a free port, a fresh folder and a fresh API key. Rejects with its log when it ends before it is ready: a
 * start does not hold its door shut for long, and on a busy machine SQLite and the disk can take longer than that.
 */
export async function startServer(
  t: Ending,
  env: Readonly<Record<string, string>> = {},
  { nodeOptions = [], waits = false }: TestServerOptions = {},
): Promise<TestServer> {
  const { child, key, ended, written } = await launch(t, env, nodeOptions);
  const end = (signal: NodeJS.Signals): Promise<number | null> => {
    child.kill(signal);
    return ended;
  };
  const deadline = performance.now() + 60_000;
  for (;;) {
    const found = listeningAt(written.all);
    if (found && (waits || (await isReady(found, written.all)))) {
      return {
        url: found,
        key,
        pid: child.pid as number,
        logs: () => written.all,
        ended,
        signal: (name) => void child.kill(name),
        stop: () => end('SIGTERM'),
        kill: async () => void (await end('SIGKILL')),
      };
    }
    if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
      await end('SIGKILL');
      throw new Error(`the server did not start:\n${written.all}`);
    }
    await sleep(20);
  }
}

/** Asked only where the start has said that it waits: a request shows in logs and metrics, which tests look at. */
async function isReady(url: string, log: string): Promise<boolean> {
  if (!/^ {2}Waiting /m.test(log)) return true;
  const answer = await fetch(`${url}/readyz`).catch(() => null);
  await answer?.body?.cancel();
  return answer?.ok === true;
}

/** The address that the start has told; undefined before. */
function listeningAt(log: string): string | undefined {
  const told = /"url":"(http:\/\/[^"]+)".*"msg":"started"|Listening +(http:\/\/\S+)\n/.exec(log);
  return told?.[1] ?? told?.[2];
}

export interface FailedStart {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The status of each answer, where it came to listen before it ended. */
  readonly answers: readonly number[];
}

/** What became of a start that an operator must mend. Where it listens for a while, it is asked what it has to offer. */
export async function failingStart(
  t: Ending,
  env: Readonly<Record<string, string>> = {},
  { nodeOptions = [] }: TestServerOptions = {},
): Promise<FailedStart> {
  const { key, ended, written } = await launch(t, env, nodeOptions);
  const asked = askedUntil(ended, () => listeningAt(written.all), key);
  const code = await Promise.race([ended, sleep(30_000, 'it runs', { ref: false })]);
  if (typeof code === 'string') throw new Error(`the server did start:\n${written.all}`);
  return { code, stdout: written.stdout, stderr: written.stderr, answers: await asked };
}

async function askedUntil(
  ended: Promise<unknown>,
  url: () => string | undefined,
  key: string,
): Promise<number[]> {
  const answers: number[] = [];
  let over = false;
  const end = ended.then(() => {
    over = true;
  });
  const headers = { authorization: `Bearer ${key}` };
  for (; !over; await Promise.race([sleep(100), end])) {
    const listening = url();
    if (listening === undefined) continue;
    const answer = await fetch(`${listening}/v1/document-types`, { headers }).catch(() => null);
    await answer?.body?.cancel();
    if (answer) answers.push(answer.status);
  }
  return answers;
}

async function launch(t: Ending, env: Readonly<Record<string, string>>, nodeOptions: readonly string[]) {
  const folder = env.DATA_DIR ?? (await testFolder(t));
  const key = env.STRONGROOM_API_KEY ?? randomBytes(24).toString('base64url');
  const child = spawn(process.execPath, ['--import', diesWithParent, ...nodeOptions, program], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: '0', DATA_DIR: folder, STRONGROOM_API_KEY: key, ...env },
  });
  keepSettings({ STRONGROOM_API_KEY: key, ...env });
  keepBody(pdf());
  const written = { all: '', stdout: '', stderr: '' };
  const keep = keepLog();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      keep(chunk);
      written[name] += chunk;
      written.all += chunk;
    });
  }
  const ended = once(child, 'close').then(([code]) => {
    keepOwnSecrets(folder);
    return code as number | null;
  });
  atEnd(t, () => {
    child.kill('SIGKILL');
    return ended;
  });
  return { child, key, ended, written };
}

/** What a server made for itself: its first key, and a code to sign in as it. */
function keepOwnSecrets(folder: string): void {
  for (const file of ['first-key', 'first-code'].map((name) => join(folder, name)))
    if (existsSync(file)) keepSecret('secret', readFileSync(file, 'utf8').trim());
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; start the tests by "npm test"`);
  return value;
}
