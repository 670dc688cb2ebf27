import type { Row, Value } from './row.ts';

/** A statement that may share a round trip and a transaction with others. */
export interface Call {
  readonly sql: string;
  readonly parameters: readonly Value[];
  /** What it locks; empty when it locks nothing. Two groups that lock the same rows take them in the same order. */
  readonly order: string;
}

export interface Sending {
  /** Runs all of them in one transaction; answers the rows of each. */
  together(calls: readonly Call[]): Promise<Row[][]>;
  /** Runs one by itself, with all that is done about failures. */
  alone(call: Call): Promise<Row[]>;
  /** Whether after this failure of a group each may be run by itself: nothing of the group has happened, or it does not matter. */
  mayRunAlone(error: unknown): boolean;
  /** Raises a failure as the port says it. */
  raise(error: unknown): never;
}

/** As many at once; each is a connection. */
const mostUnderWay = 4;
/** Statements in one round trip. */
const mostTogether = 64;
/** Milliseconds that a call waits for the group before it. */
const patience = 25;

interface Waiting {
  readonly call: Call;
  readonly resolve: (rows: Row[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls that arrive while a group is under way go into the next one, so that a busy service asks with fewer round trips and
 * PostgreSQL commits, and waits for its disk, less often. A call that finds nothing under way goes at once. One that waited
 * longer than a group should take (a lock, a dead connection) begins another group beside it.
 * A group that fails does not fail its calls: where nothing of it can have happened, each goes again by itself.
 */
export class PostgresGroups {
  readonly #sending: Sending;
  readonly #queue: Waiting[] = [];
  #underWay = 0;
  /** The group that the queue waits for: the newest, unless it is late. */
  #awaited: Waiting[] | null = null;
  #late: NodeJS.Timeout | null = null;

  constructor(sending: Sending) {
    this.#sending = sending;
  }

  run(call: Call): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ call, resolve, reject });
      // Calls of one turn of the event loop belong together.
      if (this.#queue.length === 1) setImmediate(() => this.#next());
    });
  }

  #next(): void {
    if (this.#queue.length === 0 || this.#underWay === mostUnderWay) return;
    if (this.#awaited) {
      this.#late ??= setTimeout(() => {
        this.#late = null;
        this.#awaited = null;
        this.#next();
      }, patience);
      return;
    }
    if (this.#late) clearTimeout(this.#late);
    this.#late = null;
    const group = this.#queue.splice(0, mostTogether);
    this.#awaited = group;
    this.#underWay += 1;
    void this.#send(group).finally(() => {
      this.#underWay -= 1;
      if (this.#awaited === group) this.#awaited = null;
      setImmediate(() => this.#next());
    });
    // What it could not take waits for it, but not for longer than what comes now.
    this.#next();
  }

  async #send(group: Waiting[]): Promise<void> {
    const [only, ...more] = group;
    if (only && more.length === 0) return this.#alone(only);
    group.sort((a, b) => (a.call.order < b.call.order ? -1 : a.call.order > b.call.order ? 1 : 0));
    try {
      const rows = await this.#sending.together(group.map(({ call }) => call));
      group.forEach(({ resolve }, index) => void resolve(rows[index] ?? []));
    } catch (error) {
      if (this.#sending.mayRunAlone(error)) await Promise.all(group.map((one) => this.#alone(one)));
      else for (const { reject } of group) reject(this.#raised(error));
    }
  }

  async #alone({ call, resolve, reject }: Waiting): Promise<void> {
    await this.#sending.alone(call).then(resolve, reject);
  }

  #raised(error: unknown): unknown {
    try {
      this.#sending.raise(error);
    } catch (raised) {
      return raised;
    }
  }
}
