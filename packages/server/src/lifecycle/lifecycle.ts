import type { State } from '../documents/document.ts';
import type { Log } from '../log.ts';

/**
 * A bounded, repeatable piece of background work that claims due rows. Safe to run twice and from two processes at
 * once: a row is leased to one, and every step it takes is a guarded transition.
 */
export interface Chore {
  readonly name: string;
  /** Whose due rows it claims. */
  readonly states: readonly State[];
  /** Handles at most `limit` rows. Raises only what concerns all rows (records away); one row's failure is logged and comes due again. */
  run(options: { limit: number; signal: AbortSignal }): Promise<ChoreRun>;
}

export interface ChoreRun {
  /** Rows that were settled. */
  readonly done: number;
  /** Rows that were not: each is logged and comes due again. */
  readonly failed: number;
  readonly more: boolean;
}

/** Hears of every run of a chore: how long it took, in milliseconds, and what came of it; null when the run failed. */
export interface ChoreObserver {
  ran(chore: string, ms: number, run: ChoreRun | null): void;
}

const rowsPerRun = 100;

/** Runs the chores one after another, again and again, until stopped. */
export class Lifecycle {
  readonly #chores: readonly Chore[];
  readonly #every: number;
  readonly #log: Log;
  readonly #observer: ChoreObserver | null;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #round: Promise<void> = Promise.resolve();

  /** @param every milliseconds between two rounds */
  constructor(chores: readonly Chore[], every: number, log: Log, observer: ChoreObserver | null = null) {
    this.#chores = chores;
    this.#every = every;
    this.#log = log;
    this.#observer = observer;
  }

  start(): void {
    if (this.#stopping.signal.aborted) return;
    // A tenth of jitter keeps processes that were started together from asking the database together for ever.
    const pause = this.#every * (0.95 + Math.random() * 0.1);
    this.#timer = setTimeout(() => {
      this.#round = this.round().finally(() => this.start());
    }, pause).unref();
  }

  /** All chores in turn until nothing is due, so that a long queue of one holds up no other. */
  async round(): Promise<void> {
    let busy = this.#chores;
    let asked = performance.now();
    while (busy.length > 0) {
      const more: Chore[] = [];
      for (const chore of busy) if (await this.#run(chore)) more.push(chore);
      busy = more;
      // What takes longer than the pause between two rounds does not keep the others from theirs.
      if (more.length > 0 && performance.now() - asked >= this.#every) {
        busy = this.#chores;
        asked = performance.now();
      }
    }
  }

  /** Whether more is due. A chore's failure is logged; it is tried again in the next round. */
  async #run(chore: Chore): Promise<boolean> {
    const { signal } = this.#stopping;
    if (signal.aborted) return false;
    const began = performance.now();
    const heard = (run: ChoreRun | null) => this.#observer?.ran(chore.name, performance.now() - began, run);
    try {
      const run = await chore.run({ limit: rowsPerRun, signal });
      heard(run);
      if (run.done > 0) this.#log.info({ chore: chore.name, done: run.done }, 'chore ran');
      return run.more;
    } catch (error) {
      heard(null);
      if (!signal.aborted) this.#log.warn({ error, chore: chore.name }, 'a chore failed; it is tried again');
      return false;
    }
  }

  /** Ends after the row at hand. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#round;
  }
}
