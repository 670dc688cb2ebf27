import type { State } from '../documents/document.ts';
import type { Chore, ChoreObserver, ChoreRun } from '../lifecycle/lifecycle.ts';
import type { Counter, Family, Histogram } from './instruments.ts';
import type { Registry } from './registry.ts';

/** Seconds: nothing to do takes a query, a hundred purges as many requests to the store. */
const durations = [0.001, 0.005, 0.025, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** What the chores do, and what they have not come to yet. */
export class ChoreMetrics implements ChoreObserver {
  readonly #durations: Family<Histogram>;
  readonly #runs: Family<Counter>;
  readonly #rows: Family<Counter>;

  constructor(registry: Registry) {
    this.#runs = registry.counter(
      'strongroom_chore_runs_total',
      'Runs of a chore; outcome "failed": the records could not be asked.',
      ['chore', 'outcome'],
    );
    this.#durations = registry.histogram(
      'strongroom_chore_run_duration_seconds',
      'How long one run of a chore takes, over at most 100 rows.',
      ['chore'],
      durations,
    );
    this.#rows = registry.counter(
      'strongroom_chore_rows_total',
      'Rows that chores settled; outcome "failed": logged, and tried again later.',
      ['chore', 'outcome'],
    );
  }

  /** Chores that are about to run: a rate sees a first failure only where a zero went before it. */
  expect(chores: readonly Pick<Chore, 'name'>[]): void {
    for (const { name } of chores) {
      this.#durations.of(name);
      for (const outcome of ['ok', 'failed']) {
        this.#runs.of(name, outcome);
        this.#rows.of(name, outcome);
      }
    }
  }

  ran(chore: string, ms: number, run: ChoreRun | null): void {
    this.#durations.of(chore).observe(ms / 1000);
    this.#runs.of(chore, run ? 'ok' : 'failed').add();
    this.#rows.of(chore, 'ok').add(run?.done ?? 0);
    this.#rows.of(chore, 'failed').add(run?.failed ?? 0);
  }
}

/**
 * How long the earliest row that a chore has not come to has been due. Read from the records, so that a chore that hangs
 * shows. `overdue` answers null when they can't be asked.
 */
export function readLags(
  registry: Registry,
  chores: readonly Pick<Chore, 'name' | 'states'>[],
  overdue: (states: readonly State[]) => Promise<ReadonlyMap<State, number> | null>,
): void {
  registry.read(
    'gauge',
    'strongroom_chore_lag_seconds',
    'How long the earliest row that a chore has not come to yet has been due; 0 when none is.',
    ['chore'],
    async () => {
      const lags = await overdue(chores.flatMap(({ states }) => states));
      if (lags === null) return [];
      return chores.map(({ name, states }) => [
        [name],
        Math.max(0, ...states.map((state) => lags.get(state) ?? 0)) / 1000,
      ]);
    },
  );
}
