import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { raceFreePort } from './free-port.ts';

/** A real engine to test on, started for this run or named by the environment. */
export interface Engine {
  /** What tests need to know, as environment variables. Empty when it is missing. */
  readonly environment: Readonly<Record<string, string>>;
  /** Why it is not there and what to install; null when it runs. */
  readonly missing: string | null;
  /** Ends it and removes all it wrote. Rejects when it had ended by itself before. */
  stop(): Promise<void>;
}

/** Where an engine has its data, instead of a temporary folder. With a file `keep` in it at the end, it stays. */
export interface Own {
  readonly folder: string;
  /** Known to nobody else; the same for as long as the folder stays. */
  readonly secret: string;
}

/** A Ceph S3 gateway, unless STRONGROOM_TEST_S3_ENDPOINT names an S3 to use. */
export async function startS3(own: Own | null = null): Promise<Engine> {
  if (process.env.STRONGROOM_TEST_S3_ENDPOINT) return named;
  const secret = own?.secret ?? randomUUID();
  const credentials = { S3_ACCESS_KEY_ID: 'strongroom-tests', S3_SECRET_ACCESS_KEY: secret };
  return start('ceph-s3', own, 2, credentials, ([port]) => ({
    STRONGROOM_TEST_S3_ENDPOINT: `http://127.0.0.1:${port}`,
    STRONGROOM_TEST_S3_REGION: 'us-east-1',
    STRONGROOM_TEST_S3_ACCESS_KEY_ID: credentials.S3_ACCESS_KEY_ID,
    STRONGROOM_TEST_S3_SECRET_ACCESS_KEY: credentials.S3_SECRET_ACCESS_KEY,
  }));
}

/** A PostgreSQL cluster, unless STRONGROOM_TEST_DATABASE_URL names one to use. */
export async function startPostgres(own: Own | null = null): Promise<Engine> {
  if (process.env.STRONGROOM_TEST_DATABASE_URL) return named;
  const password = own?.secret ?? randomUUID();
  return start('postgres', own, 1, { PGPASSWORD: password }, ([port]) => ({
    STRONGROOM_TEST_DATABASE_URL: `postgres://strongroom:${password}@127.0.0.1:${port}/postgres`,
  }));
}

const named: Engine = { environment: {}, missing: null, stop: async () => undefined };

/** Tries again once, on other ports: another process may have taken one between our look and the engine's start. */
async function start(
  script: string,
  own: Own | null,
  portCount: number,
  secrets: Record<string, string>,
  environment: (ports: readonly number[]) => Record<string, string>,
): Promise<Engine> {
  const attempt = async () => {
    const ports = await Promise.all(Array.from({ length: portCount }, raceFreePort));
    const engine = await launch(script, own, ports, secrets);
    return engine.missing === null ? { ...engine, environment: environment(ports) } : engine;
  };
  return attempt().catch(attempt);
}

/**
 * Runs one of the scripts beside this file: they say "ready", run until their standard input ends, and clean up. The
 * pipe ends with this process however it ends, also by SIGKILL, so an engine never outlives its run. A session of its
 * own keeps Ctrl-C in a terminal from ending the engine before the tests.
 */
async function launch(
  script: string,
  own: Own | null,
  ports: readonly number[],
  secrets: Record<string, string>,
): Promise<Engine> {
  const folder = own?.folder ?? (await mkdtemp(join(tmpdir(), `strongroom-${script}-`)));
  const child = spawn(
    fileURLToPath(new URL(script, import.meta.url)),
    [folder, ...ports.map((port) => String(port))],
    { detached: true, env: { ...process.env, ...secrets } },
  );
  const exited = once(child, 'exit');
  const complaint = text(child.stderr);
  const ready = once(createInterface(child.stdout), 'line');
  const [code] = (await Promise.race([ready, exited])) as [unknown];
  if (code === 'ready') {
    return {
      environment: {},
      missing: null,
      stop: async () => {
        child.stdin.end();
        if ((await exited)[0] !== 0) throw new Error(await complaint);
      },
    };
  }
  if (own === null) await rm(folder, { recursive: true, force: true });
  if (code !== 77) throw new Error(`${script} did not start:\n${await complaint}`);
  const reason = (await complaint).trim().split('\n').at(-1) ?? '';
  return { environment: {}, missing: reason.replace(/^\S+: /, ''), stop: async () => undefined };
}
