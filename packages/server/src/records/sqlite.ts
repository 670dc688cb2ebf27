import { existsSync } from 'node:fs';
import { StartError, StrongroomError } from '../errors.ts';
import type { Outlook } from './document-records.ts';
import { outlookFor, sqliteTypes } from './migrations/migrations.ts';
import type { Records } from './records.ts';
import type { Row } from './row.ts';
import type {
  Claim,
  HeldUpdate,
  NewRow,
  Progress,
  Query,
  SqlDatabase,
  Taking,
  Update,
} from './sql-database.ts';
import { SqlRecords } from './sql-records.ts';
import type { OperationName } from './sqlite-calls.ts';
import { sqliteDialect } from './sqlite-dialect.ts';
import { databaseFile, schemaIn } from './sqlite-folder.ts';
import { SqliteThread } from './sqlite-thread.ts';

export interface SqliteOptions {
  readonly folder: string;
  /** A server holds its folder against a second server; a local command beside it does not (false). Default true. */
  readonly serving?: boolean;
}

/** The records in a SQLite file in `folder`, on a thread of their own. */
export function openSqliteRecords(options: SqliteOptions): Records {
  return new SqlRecords(new SqliteDatabase(options));
}

class SqliteDatabase implements SqlDatabase {
  readonly dialect = sqliteDialect;
  readonly #options: Required<SqliteOptions>;
  #thread: SqliteThread | null = null;
  #starting: Promise<SqliteThread> | null = null;
  #closed = false;

  constructor({ folder, serving = true }: SqliteOptions) {
    this.#options = { folder, serving };
  }

  async connect(): Promise<void> {
    await this.#start();
  }

  async outlook(): Promise<Outlook> {
    const file = databaseFile(this.#options.folder);
    if (!existsSync(file)) return 'make';
    try {
      return outlookFor(schemaIn(file), sqliteTypes, this.describe());
    } catch (error) {
      if (error instanceof StartError) throw error;
      throw new StrongroomError('records_unavailable', {}, { cause: error });
    }
  }

  describe(): string {
    return `SQLite in ${databaseFile(this.#options.folder)}`;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#starting?.catch(() => {});
    await this.#thread?.close();
  }

  read(query: Query): Promise<Row[]> {
    return this.#call('read', query);
  }

  write(query: Query): Promise<Row[]> {
    return this.#call('run', query);
  }

  create(row: NewRow): Promise<Row | null> {
    return this.#call('create', row);
  }

  update(update: Update): Promise<Row> {
    return this.#call('update', update);
  }

  claim(claim: Claim): Promise<Row[]> {
    return this.#call('claim', claim);
  }

  forget(id: string): Promise<void> {
    return this.#call('forget', id);
  }

  takeUpload(taking: Taking): Promise<Row> {
    return this.#call('takeUpload', taking);
  }

  advanceUpload(progress: Progress): Promise<void> {
    return this.#call('advanceUpload', progress);
  }

  updateUpload(update: HeldUpdate): Promise<Row> {
    return this.#call('updateUpload', update);
  }

  /** A thread that died is replaced by the next call. */
  async #call<T>(operation: OperationName, argument: unknown): Promise<T> {
    const thread = this.#thread?.dead === false ? this.#thread : await this.#start();
    return thread.call(operation, argument);
  }

  #start(): Promise<SqliteThread> {
    if (this.#closed) {
      throw new StrongroomError('records_unavailable', {}, { cause: new Error('The records are closed.') });
    }
    if (this.#thread?.dead === false) return Promise.resolve(this.#thread);
    this.#starting ??= SqliteThread.start(this.#options)
      .then((thread) => {
        this.#thread = thread;
        return thread;
      })
      .finally(() => {
        this.#starting = null;
      });
    return this.#starting;
  }
}
