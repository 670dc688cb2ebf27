import pg from 'pg';
import { StartError, StrongroomError } from '../errors.ts';
import type { Allowance, Outlook } from './document-records.ts';
import { replay, toLine } from './idempotency.ts';
import { createSchemaTable, migrate, outlookFor, postgresTypes } from './migrations/migrations.ts';
import { postgresDialect } from './postgres-dialect.ts';
import { startError } from './postgres-faults.ts';
import { PostgresPool, type PostgresTimeouts, type RunInTransaction } from './postgres-pool.ts';
import * as sql from './postgres-statements.ts';
import * as uploads from './postgres-uploads.ts';
import type { Records } from './records.ts';
import { grantUsedUp, refusal, replacesNothing } from './refusals.ts';
import { documentWidth, type Row } from './row.ts';
import type {
  Claim,
  HeldUpdate,
  NewLine,
  NewRow,
  Progress,
  Query,
  SqlDatabase,
  Taking,
  Update,
} from './sql-database.ts';
import { SqlRecords } from './sql-records.ts';
import { updateQuery } from './update-query.ts';
import { transportOf } from './upload-row.ts';

export interface PostgresOptions {
  /** What DATABASE_URL takes. */
  readonly url: string;
  readonly timeouts?: PostgresTimeouts;
}

/** The records in a PostgreSQL database. Raises StartError when `url` is none. */
export function openPostgresRecords({ url, timeouts = defaultTimeouts }: PostgresOptions): Records {
  return new SqlRecords(new PostgresDatabase(url, timeouts));
}

const defaultTimeouts: PostgresTimeouts = { connect: 5_000, records: 10_000 };

/** Any number: what all of Strongroom's migrations, and nothing else, lock. */
const migrationLock = 7_367_102_255;

/**
 * Milliseconds for each statement of a migration, and for the wait while another server migrates. An index on millions of
 * rows takes minutes, so what is enough for any other statement would undo it each time.
 */
const migrationLimit = 6 * 3_600_000;

class PostgresDatabase implements SqlDatabase {
  readonly dialect = postgresDialect;
  readonly #pool: PostgresPool;
  readonly #at: { host: string; user: string | undefined; database: string | undefined };

  constructor(url: string, timeouts: PostgresTimeouts) {
    const { host, port, user, database } = readUrl(url);
    this.#at = { host: `${host}:${port}`, user, database };
    this.#pool = new PostgresPool(url, timeouts);
  }

  describe(): string {
    return `PostgreSQL at ${this.#at.host}/${this.#at.database}`;
  }

  async connect(): Promise<void> {
    try {
      await this.#assertUtf8();
      if (migrate(await this.#schema(), postgresTypes, this.describe()).length === 0) return;
      await this.#pool.transaction((run) => this.#migrate(run), migrationLimit);
    } catch (error) {
      throw startError((error as Error).cause ?? error, this.#at) ?? error;
    }
  }

  async outlook(): Promise<Outlook> {
    try {
      return outlookFor(await this.#schema(), postgresTypes, this.describe());
    } catch (error) {
      throw startError((error as Error).cause ?? error, this.#at) ?? error;
    }
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  read({ sql, parameters, planEachTime }: Query): Promise<Row[]> {
    return planEachTime
      ? this.#pool.read(sql, parameters, planEachTime)
      : this.#pool.readTogether(sql, parameters);
  }

  write({ sql, parameters }: Query): Promise<Row[]> {
    return this.#pool.write(sql, parameters);
  }

  async create(row: NewRow): Promise<Row | null> {
    const { document, idempotency } = row;
    const replaces = document[15] !== null;
    if (row.allowance) return this.#createCounted(row, row.allowance);
    if (idempotency) return this.#createOnce(row, idempotency);
    const statement = creation(replaces ? sql.createReplacing : sql.create, row);
    const written = await this.#pool.writeTogether(document[0] as string, ...statement);
    if (written.length === 0) throw replacesNothing();
    return null;
  }

  async update({ id, query, event, wanted, abandons, revision }: Update): Promise<Row> {
    const told = [...query.parameters, ...event];
    const next = query.parameters.length + 1;
    // What gives a place back locks the grant too, in an order that no group keeps: it goes by itself.
    const [row] = abandons
      ? await this.#pool.write(sql.abandoning(query.sql, next), told)
      : await this.#pool.writeTogether(id, sql.withEvent(query.sql, next), told);
    // Asked again, in a second round trip that only a refusal pays: the update's own snapshot shows the loser of a
    // race the state before it.
    return row ?? this.#refuse(id, wanted, revision);
  }

  async claim({ states, limit, lease }: Claim): Promise<Row[]> {
    const rows = await this.#pool.write(sql.claim, [`{${states.join(',')}}`, limit, lease]);
    const due = (row: Row) => row[documentWidth + 1] as number;
    return rows.sort((a, b) => due(a) - due(b));
  }

  async forget(id: string): Promise<void> {
    const gone = await this.#pool.write(sql.forget, [id]);
    if (gone.length > 0) return;
    const [found] = await this.#pool.read(sql.look, [id]);
    if (found) throw refusal(id, found, 'forgotten', null);
  }

  takeUpload(taking: Taking): Promise<Row> {
    return uploads.takeUpload(this.#pool, taking);
  }

  advanceUpload(progress: Progress): Promise<void> {
    return uploads.advanceUpload(this.#pool, progress);
  }

  updateUpload(update: HeldUpdate): Promise<Row> {
    return uploads.updateUpload(this.#pool, update);
  }

  async #refuse(id: string, wanted: string, revision: number | null): Promise<never> {
    const [found] = await this.#pool.readTogether(sql.look, [id]);
    throw refusal(id, found, wanted, revision);
  }

  /** One round trip for a fresh key; a transaction when an unexpired line is there. */
  async #createOnce(row: NewRow, line: NewLine): Promise<Row | null> {
    const { scope, key, fingerprint, keptFor } = line;
    const statement = creation(sql.createOnce, row, [scope, key, fingerprint, keptFor]);
    for (let left = 3; left > 0; left--) {
      const written = await this.#pool.write(...statement);
      if (written.length > 0) return null;
      const settled = await this.#pool.transaction((run) => settle(run, row, line));
      if (settled !== 'lost' && settled !== 'free') return settled;
    }
    throw new StrongroomError('idempotency_in_progress', {});
  }

  /** A transaction: a place of the grant's is taken only for a document that is written. */
  async #createCounted(row: NewRow, allowance: Allowance): Promise<Row | null> {
    for (let left = 3; left > 0; left--) {
      const settled = await this.#pool.transaction((run) => createCounted(run, row, allowance));
      if (settled !== 'lost') return settled;
    }
    throw new StrongroomError('idempotency_in_progress', {});
  }

  async #assertUtf8(): Promise<void> {
    const [row] = await this.#pool.read('SHOW server_encoding', []);
    if (row?.[0] === 'UTF8') return;
    throw new StartError(
      `Database "${this.#at.database}" at ${this.#at.host} is encoded in ${row?.[0]}, which can't hold every name. Make it with ENCODING 'UTF8'.`,
    );
  }

  /** The schema's number; 0 in a database without one. */
  async #schema(): Promise<number> {
    const [table] = await this.#pool.read(`SELECT to_regclass('schema_version')::text`, []);
    if (table?.[0] === null) return 0;
    const [row] = await this.#pool.read('SELECT number FROM schema_version', []);
    return (row?.[0] as number | undefined) ?? 0;
  }

  async #migrate(run: RunInTransaction): Promise<void> {
    await run('SELECT pg_advisory_xact_lock(?1)::text', [migrationLock]);
    await run(createSchemaTable, []);
    const [row] = await run('SELECT number FROM schema_version', []);
    const from = (row?.[0] as number | undefined) ?? 0;
    for (const statement of migrate(from, postgresTypes, this.describe())) await run(statement, []);
  }
}

/** A document that a grant brings. Raises `grant_used_up`, and `idempotency_in_progress` when its line is there only now. */
async function createCounted(
  run: RunInTransaction,
  row: NewRow,
  allowance: Allowance,
): Promise<Row | null | 'lost'> {
  const { document, idempotency: line } = row;
  const settled = line ? await settle(run, row, line) : 'free';
  if (settled !== 'free') return settled;
  await assertReplaceable(run, document);
  await takePlace(run, allowance);
  await run(...creation(sql.create, row));
  if (line === null) return null;
  const { scope, key, fingerprint, keptFor } = line;
  const kept = await run(sql.keepLine, [scope, key, fingerprint, document[0] ?? null, keptFor]);
  if (kept.length === 0) throw new StrongroomError('idempotency_in_progress', {});
  return null;
}

async function takePlace(run: RunInTransaction, allowance: Allowance): Promise<void> {
  const { grant, keptFor, files } = allowance;
  const [taken] = await run(sql.takePlace, [grant, keptFor, files]);
  if (!taken) throw grantUsedUp(allowance);
  if (taken[0] === 1) await run(sql.sweepUses, []);
}

async function assertReplaceable(run: RunInTransaction, document: Row): Promise<void> {
  const replaces = document[15] ?? null;
  if (replaces === null || (await run(sql.replaced, [replaces, document[1] ?? null])).length > 0) return;
  throw replacesNothing();
}

/**
 * A second upload with a key that is in use: takes the line over, or answers. 'free': it is in use no more. 'lost': the
 * line changed hands meanwhile, so begin again. Locks go from document to line to grant; a forget goes so too.
 */
async function settle(
  run: RunInTransaction,
  row: NewRow,
  line: NewLine,
): Promise<Row | null | 'free' | 'lost'> {
  const { document, allowance } = row;
  const { scope, key, fingerprint, keptFor, abandoned } = line;
  await assertReplaceable(run, document);
  const [found] = await run(sql.lockLine, [scope, key]);
  if (!found) return 'free';
  const { line: was, document: old } = toLine(found);
  const next = replay(was, fingerprint, transportOf(row.upload));
  if (next === 'answer') return old;

  const oldId = old[0] as string;
  if ((await run(sql.holdLine, [scope, key, oldId])).length === 0) return 'lost';
  if (next === 'abandon') await run(...abandonment(oldId, abandoned));
  if (allowance) await takePlace(run, allowance);
  await run(...creation(sql.create, row));
  await run(sql.handOver, [scope, key, fingerprint, document[0] ?? null, keptFor]);
  return null;
}

type Statement = [sql: string, parameters: Row];

function abandonment(id: string, event: Row): Statement {
  const changes = { state: 'abandoned', dueIn: 0, updatedAt: new Date(event[1] as number) } as const;
  const query = updateQuery({ id, from: ['receiving'] }, changes, postgresDialect.clock);
  return [sql.abandoning(query.sql, query.parameters.length + 1), [...query.parameters, ...event]];
}

/** One of the statements that create, with what it takes: `line` follows the event, and the upload follows both. */
function creation(text: string, row: NewRow, line: Row = []): Statement {
  const { document, dueIn, event, upload } = row;
  const told = [...document, dueIn, ...event, ...line];
  return upload ? [sql.withUpload(text, told.length + 1), [...told, ...upload]] : [text, told];
}

/** As node-postgres will read it when it connects. */
function readUrl(url: string): pg.Client {
  try {
    return new pg.Client({ connectionString: url });
  } catch {
    // No cause: it would show the URL, password and all.
    throw new StartError('DATABASE_URL is not a URL such as postgres://user:password@host:5432/database.');
  }
}
