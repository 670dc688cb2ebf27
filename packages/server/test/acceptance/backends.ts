import type { By } from '../faults/round-robin.ts';
import {
  type Ending,
  needs,
  startServer,
  type TestServer,
  type TestServerOptions,
  testBucket,
  testDatabase,
  testFolder,
} from '../harness.ts';
import { startTwoNodes } from './two-nodes.ts';

/** A pair of store and records that the service promises the same on. */
export interface Backend {
  readonly name: string;
  /** For node:test's `skip`. */
  readonly missing: () => false | string;
  /** A fresh store and fresh records; the settings that make a server use them, also a second one. */
  readonly prepare: (t: Ending) => Promise<Readonly<Record<string, string>>>;
  /** Starts the service on what was prepared, and waits until it is ready. `by`: how several servers share what comes, where there are several. */
  readonly start: (
    t: Ending,
    settings: Readonly<Record<string, string>>,
    options?: TestServerOptions,
    by?: By,
  ) => Promise<TestServer>;
}

export const diskAndSqlite: Backend = {
  name: 'disk + SQLite',
  missing: () => false,
  prepare: async (t) => ({ DATA_DIR: await testFolder(t) }),
  start: startServer,
};

export const s3AndPostgres: Backend = {
  name: 'Ceph + PostgreSQL',
  missing: () => needs('s3') || needs('postgres'),
  prepare: async (t) => ({
    DATA_DIR: await testFolder(t),
    DATABASE_URL: await testDatabase(t),
    ...(await testBucket(t)).environment,
  }),
  start: startServer,
};

/** The same with two servers, of which each takes every other request. */
export const twoNodes: Backend = {
  ...s3AndPostgres,
  name: 'two servers on Ceph + PostgreSQL',
  start: (t, settings, options = {}, by = 'request') => startTwoNodes(t, settings, options, by),
};

/** `npm run test:nodes` is for two servers alone. */
export const backends: readonly Backend[] =
  process.env.STRONGROOM_TEST_NODES === '2' ? [twoNodes] : [diskAndSqlite, s3AndPostgres];

/** A fresh service on a fresh store and fresh records. */
export async function startOn(
  t: Ending,
  backend: Backend,
  env: Readonly<Record<string, string>> = {},
  options: TestServerOptions = {},
): Promise<TestServer> {
  return backend.start(t, { ...(await backend.prepare(t)), ...env }, options);
}
