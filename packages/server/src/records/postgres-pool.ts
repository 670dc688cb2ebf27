import { createHash } from 'node:crypto';
import pg from 'pg';
import { StrongroomError } from '../errors.ts';
import { numbered } from './postgres-dialect.ts';
import { connectionBroke, nothingHappened, raise, rolledBack, statementLost } from './postgres-faults.ts';
import { type Call, PostgresGroups } from './postgres-groups.ts';
import { type Bound, type Prepared, Run } from './postgres-statement.ts';
import type { Row, Value } from './row.ts';

/** Milliseconds. */
export interface PostgresTimeouts {
  /** Until a connection is made. */
  readonly connect: number;
  /** Until a statement is answered. */
  readonly records: number;
  /** Until a group gives up a row that another transaction holds: an operator's, mostly. Default 1 s. */
  readonly locks?: number;
}

export type RunInTransaction = (sql: string, parameters: readonly Value[]) => Promise<Row[]>;

/** Until the transaction ends, also where a pooler stands between. SET LOCAL would warn outside of BEGIN. */
const limitLocks: Prepared = {
  name: undefined,
  text: "SELECT set_config('lock_timeout', $1, true)",
  integers: [false],
};

/**
 * Connections to PostgreSQL. A pooler in transaction mode may stand between: no settings and no session locks outlive
 * a transaction. Prepared statements do, which halves PostgreSQL's own work; where the pooler loses them, it is noticed
 * before anything ran, and from then on statements go without a name.
 */
export class PostgresPool {
  readonly #pool: pg.Pool;
  readonly #statements = new Map<string, Prepared>();
  readonly #reads: PostgresGroups;
  readonly #writes: PostgresGroups;
  readonly #locks: number;
  #names = true;

  constructor(url: string, timeouts: PostgresTimeouts) {
    this.#pool = new pg.Pool({
      connectionString: url,
      application_name: 'strongroom',
      max: 10,
      connectionTimeoutMillis: timeouts.connect,
      query_timeout: timeouts.records,
      keepAlive: true,
    });
    // An idle connection that breaks is dropped and replaced by the next call, which tells if it can't be.
    this.#pool.on('error', () => {});
    this.#locks = timeouts.locks ?? 1_000;
    const together = (calls: readonly Call[]) => this.#together(calls);
    this.#reads = new PostgresGroups({
      together,
      alone: ({ sql, parameters }) => this.read(sql, parameters),
      mayRunAlone: (error) => nothingHappened(error) || connectionBroke(error),
      raise,
    });
    this.#writes = new PostgresGroups({
      together: (calls) => this.#togetherUnlessLocked(calls),
      alone: ({ sql, parameters }) => this.write(sql, parameters),
      mayRunAlone: nothingHappened,
      raise,
    });
  }

  /** A SELECT, tried again when the connection broke under it. Raises `records_unavailable`. */
  read(sql: string, parameters: readonly Value[], planEachTime = false): Promise<Row[]> {
    const statement = () => (planEachTime ? unprepared(sql) : this.#prepared(sql));
    return this.#attempt(() => run(this.#pool, statement(), parameters), connectionBroke);
  }

  /** Any one statement. Whether it ran is unknown when its connection breaks, so it is not repeated then. */
  write(sql: string, parameters: readonly Value[]): Promise<Row[]> {
    return this.#attempt(() => run(this.#pool, this.#prepared(sql), parameters), rolledBack);
  }

  /** Short reads that come at once: a `read`, in a round trip that others share. */
  readTogether(sql: string, parameters: readonly Value[]): Promise<Row[]> {
    return this.#reads.run({ sql, parameters, order: '' });
  }

  /**
   * Writes that come at once: a `write`, in a round trip and a transaction that others share, each as if it were alone.
   * `order` is what it locks: two groups that lock the same rows take them in the same order.
   */
  writeTogether(order: string, sql: string, parameters: readonly Value[]): Promise<Row[]> {
    return this.#writes.run({ sql, parameters, order });
  }

  /** Several statements, all or none. `work` may run more than once. `timeLimit` in milliseconds for each; default 10 s. */
  transaction<T>(work: (run: RunInTransaction) => Promise<T>, timeLimit?: number): Promise<T> {
    return this.#attempt(() => this.#transaction(work, timeLimit), rolledBack);
  }

  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #attempt<T>(work: () => Promise<T>, again: (error: unknown) => boolean): Promise<T> {
    for (let left = 2; ; left--) {
      try {
        return await work();
      } catch (error) {
        if (statementLost(error)) this.#names = false;
        else if (!again(error)) raise(error);
        if (left === 0) raise(error);
      }
    }
  }

  #together(calls: readonly Call[]): Promise<Row[][]> {
    return runAll(this.#pool, this.#bound(calls));
  }

  /** The same; a row that somebody else holds ends the group soon, before it has held up the other calls. */
  async #togetherUnlessLocked(calls: readonly Call[]): Promise<Row[][]> {
    const limit = { statement: limitLocks, parameters: [this.#locks] };
    const [, ...rows] = await runAll(this.#pool, [limit, ...this.#bound(calls)]);
    return rows;
  }

  #bound(calls: readonly Call[]): Bound[] {
    return calls.map(({ sql, parameters }) => ({ statement: this.#prepared(sql), parameters }));
  }

  async #transaction<T>(work: (run: RunInTransaction) => Promise<T>, timeLimit?: number): Promise<T> {
    const client = await this.#pool.connect();
    // The statement under way fails with the same error.
    const ignore = () => {};
    client.on('error', ignore);
    try {
      const runs: RunInTransaction = (sql, parameters) => run(client, unprepared(sql), parameters, timeLimit);
      await runs('BEGIN', []);
      const result = await work(runs);
      await runs('COMMIT', []);
      client.release();
      return result;
    } catch (error) {
      // A refusal leaves the connection whole. What else failed may not have: the server rolls back what its client leaves.
      const whole = error instanceof StrongroomError && (await rollback(client));
      client.release(!whole);
      throw error;
    } finally {
      client.off('error', ignore);
    }
  }

  /** Named by its content: whoever else's statement a pooler puts in our way under that name is the same one. */
  #prepared(sql: string): Prepared {
    let statement = this.#statements.get(sql);
    if (!statement) {
      const text = numbered(sql);
      const name = `strongroom_${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
      statement = { name, text, integers: null };
      this.#statements.set(sql, statement);
    }
    return this.#names ? statement : unprepared(sql);
  }
}

function unprepared(sql: string): Prepared {
  return { name: undefined, text: numbered(sql), integers: null };
}

/** Whether it worked. */
async function rollback(client: pg.PoolClient): Promise<boolean> {
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

async function run(
  on: pg.Pool | pg.PoolClient,
  statement: Prepared,
  parameters: readonly Value[],
  timeLimit?: number,
): Promise<Row[]> {
  const [rows] = await runAll(on, [{ statement, parameters }], timeLimit);
  return rows ?? [];
}

function runAll(
  on: pg.Pool | pg.PoolClient,
  statements: readonly Bound[],
  timeLimit?: number,
): Promise<Row[][]> {
  return new Promise((resolve, reject) => {
    const all = new Run(statements, timeLimit);
    const done = (error: Error | null, rows?: Row[][]) => (error ? reject(error) : resolve(rows ?? []));
    // As pg-query-stream and pg-cursor are run; node-postgres's types know it without the callback.
    (on.query as (run: Run, values: undefined, done: Run['callback']) => void).call(on, all, undefined, done);
  });
}
