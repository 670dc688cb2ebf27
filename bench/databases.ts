import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { startPostgres } from '../packages/server/test/engines/engines.ts';

/** A PostgreSQL, and empty databases on it. */
export interface Databases extends AsyncDisposable {
  /** The URL of a new, empty database; it goes when this is disposed of. */
  fresh(): Promise<{ url: string } & AsyncDisposable>;
}

/**
 * Takes the PostgreSQL that `STRONGROOM_TEST_DATABASE_URL` names, or starts a private one as the tests do.
 * Raises an Error that says what to install when there is none.
 */
export async function startDatabases(): Promise<Databases> {
  const engine = await startPostgres();
  if (engine.missing !== null) throw new Error(engine.missing);
  const name = 'STRONGROOM_TEST_DATABASE_URL';
  const url = engine.environment[name] ?? process.env[name] ?? '';
  return { fresh: () => fresh(url), [Symbol.asyncDispose]: () => engine.stop() };
}

async function fresh(url: string): Promise<{ url: string } & AsyncDisposable> {
  const name = `strongroom_bench_${randomBytes(6).toString('hex')}`;
  const own = new URL(url);
  own.pathname = `/${name}`;
  await run(url, `CREATE DATABASE ${name}`);
  return { url: own.href, [Symbol.asyncDispose]: () => run(url, `DROP DATABASE ${name} WITH (FORCE)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
