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

/** What node-postgres's connection takes; its types don't name all of it. */
interface Connection {
  readonly stream: { cork(): void; uncork(): void };
  readonly parsedStatements: Readonly<Record<string, string>>;
  parse(message: { name: string | undefined; text: string }): void;
  bind(message: { statement: string | undefined; values: readonly (string | null)[] }): void;
  describe(message: { type: 'P'; name: '' }): void;
  execute(message: null): void;
  sync(): void;
}

/**
 * One run of a statement, as node-postgres takes it from outside (a "Submittable"). Its own Query asks for the columns and
 * builds a result around them at every run, which for a document's two dozen cost more than the rest of the call.
 * Integers are numbers, all else is the text that it is.
 */
export class Run implements pg.Submittable {
  /** Set by node-postgres, unless it is set. */
  callback: ((error: Error | null, rows?: Row[]) => void) | undefined = undefined;
  /** Read by node-postgres, which remembers what a connection has prepared. */
  readonly name: string | undefined;
  readonly text: string;
  readonly #statement: Prepared;
  readonly #parameters: readonly Value[];
  readonly #rows: Row[] = [];

  constructor(statement: Prepared, parameters: readonly Value[]) {
    this.name = statement.name;
    this.text = statement.text;
    this.#statement = statement;
    this.#parameters = parameters;
  }

  submit(to: unknown): void {
    const connection = to as Connection;
    const { name, text } = this.#statement;
    const values = this.#parameters.map((value) => (value === null ? null : String(value)));
    connection.stream.cork();
    try {
      if (name === undefined || connection.parsedStatements[name] === undefined)
        connection.parse({ name, text });
      connection.bind({ statement: name, values });
      if (this.#statement.integers === null) connection.describe({ type: 'P', name: '' });
      connection.execute(null);
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  }

  handleRowDescription({ fields }: { fields: readonly { dataTypeID: number }[] }): void {
    this.#statement.integers = fields.map(({ dataTypeID }) => integerTypes.has(dataTypeID));
  }

  handleDataRow({ fields }: { fields: (string | null)[] }): void {
    const { integers } = this.#statement;
    this.#rows.push(
      fields.map((value, column) => (value !== null && integers?.[column] ? Number(value) : value)),
    );
  }

  handleReadyForQuery(): void {
    this.callback?.(null, this.#rows);
  }

  handleError(error: Error): void {
    this.callback?.(error);
  }

  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
}
