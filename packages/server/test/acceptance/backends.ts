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

/** A pair of store and records that the service promises the same on. */
export interface Backend {
  readonly name: string;
  /** For node:test's `skip`. */
  readonly missing: () => false | string;
  /** A fresh store and fresh records; the settings that make a server use them, also a second one. */
  readonly prepare: (t: Ending) => Promise<Readonly<Record<string, string>>>;
}

export const diskAndSqlite: Backend = {
  name: 'disk + SQLite',
  missing: () => false,
  prepare: async (t) => ({ DATA_DIR: await testFolder(t) }),
};

export const s3AndPostgres: Backend = {
  name: 'Ceph + PostgreSQL',
  missing: () => needs('s3') || needs('postgres'),
  prepare: async (t) => ({
    DATA_DIR: await testFolder(t),
    DATABASE_URL: await testDatabase(t),
    ...(await testBucket(t)).environment,
  }),
};

export const backends: readonly Backend[] = [diskAndSqlite, s3AndPostgres];

/** A fresh service on a fresh store and fresh records. */
export async function startOn(
  t: Ending,
  backend: Backend,
  env: Readonly<Record<string, string>> = {},
  options: TestServerOptions = {},
): Promise<TestServer> {
  return startServer(t, { ...(await backend.prepare(t)), ...env }, options);
}
