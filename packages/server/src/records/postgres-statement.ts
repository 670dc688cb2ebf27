import type pg from 'pg';
import type { Row, Value } from './row.ts';

/** One statement of this program: its columns, once PostgreSQL has told them, are those of every run. */
export interface Prepared {
  /** Undefined: it is planned for each run. */
  readonly name: string | undefined;
  readonly text: string;
  /** Which columns are integers; null until the first answer. */
  integers: readonly boolean[] | null;
}

/** bigint, integer and smallint. Epoch milliseconds and sizes are exact in a double. */
const integerTypes = new Set([20, 21, 23]);

/** A statement and what it is run with. */
export interface Bound {
  readonly statement: Prepared;
  readonly parameters: readonly Value[];
}

/** What node-postgres's connection takes; its types don't name all of it. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Record<string, string>;
  parse(message: { name: string | undefined; text: string }): void;
  bind(message: { statement: string | undefined; values: readonly (string | null)[] }): void;
  describe(message: { type: 'P'; name: '' }): void;
  execute(message: null): void;
  sync(): void;
}

/**
 * One round trip, as node-postgres takes it from outside (a "Submittable"): one statement, or several that PostgreSQL runs
 * in turn as one transaction, since no Sync stands between them (PostgreSQL manual, chapter 55.2.4). node-postgres's own Query
 * asks for the columns and builds a result around them at every run, which for a document's two dozen cost more than the
 * rest of the call. Integers are numbers, all else is the text that it is.
 * After an error the connection is to be closed: what of it was prepared is not known.
 */
export class Run implements pg.Submittable {
  /** Set by node-postgres, unless it is set. Gets the rows of each statement. */
  callback: ((error: Error | null, rows?: Row[][]) => void) | undefined = undefined;
  /** Milliseconds, read by node-postgres; undefined: the pool's limit. Its name for it. */
  readonly query_timeout: number | undefined;
  readonly #statements: readonly Bound[];
  readonly #rows: Row[][] = [];
  #current: Row[] = [];
  #parsed: Prepared[] = [];

  constructor(statements: readonly Bound[], timeLimit?: number) {
    this.#statements = statements;
    this.query_timeout = timeLimit;
  }

  submit(to: unknown): void {
    const connection = to as Connection;
    connection.stream.cork();
    try {
      for (const one of this.#statements) this.#submit(one, connection);
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  #submit({ statement, parameters }: Bound, connection: Connection): void {
    const { name, text } = statement;
    const known =
      name !== undefined &&
      (connection.parsedStatements[name] !== undefined || this.#parsed.includes(statement));
    if (!known) {
      connection.parse({ name, text });
      if (name !== undefined) this.#parsed.push(statement);
    }
    const values = parameters.map((value) => (value === null ? null : String(value)));
    connection.bind({ statement: name, values });
    if (statement.integers === null) connection.describe({ type: 'P', name: '' });
    connection.execute(null);
  }

  handleRowDescription({ fields }: { fields: readonly { dataTypeID: number }[] }): void {
    const now = this.#statements[this.#rows.length];
    if (now) now.statement.integers = fields.map(({ dataTypeID }) => integerTypes.has(dataTypeID));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const integers = this.#statements[this.#rows.length]?.statement.integers;
    this.#current.push(
      fields.map((value, column) => (value !== null && integers?.[column] ? Number(value) : value)),
    );
  }

  handleCommandComplete(): void {
    this.#rows.push(this.#current);
    this.#current = [];
  }

  handleReadyForQuery(connection: unknown): void {
    const { parsedStatements } = connection as Connection;
    for (const { name, text } of this.#parsed) if (name !== undefined) parsedStatements[name] = text;
    const [sent, answered] = [this.#statements.length, this.#rows.length];
    if (answered === sent) this.callback?.(null, this.#rows);
    else this.callback?.(unanswered(sent - answered, sent));
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }

  handleEmptyQuery(): void {}
}

/**
 * A pooler that hands a connection on too early may bring another's ReadyForQuery. It must not pass for "no rows": what has
 * no row is taken for gone.
 */
function unanswered(missing: number, sent: number): Error {
  return new Error(`The database left ${missing} of ${sent} statements without an answer.`);
}
