import { hasCode, StrongroomError } from './errors.ts';
import type { Log } from './log.ts';

/** One thing that must be there before the service can do anything, and what makes it so. */
export interface BootStep {
  readonly name: 'records' | 'store';
  /** Safe to run again. Raises StartError for what an operator must mend, an unavailable error for what may pass. */
  readonly ready: () => Promise<void>;
}

/** Pauses between attempts, in milliseconds; the last one repeats. */
const pauses = [250, 500, 1_000, 2_000, 5_000];

/**
 * Brings the service up step by step. A database or a store that can't be reached does not stop the start: it is tried
 * again until it answers, and until then every call is refused with a code that says which one is missing.
 */
export class Boot {
  readonly #steps: readonly BootStep[];
  readonly #log: Log;
  #done = 0;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(steps: readonly BootStep[], log: Log) {
    this.#steps = steps;
    this.#log = log;
  }

  /** The steps that are still to be done. */
  get waitingFor(): readonly BootStep['name'][] {
    return this.#steps.slice(this.#done).map(({ name }) => name);
  }

  /** Raises `records_unavailable` or `store_unavailable` until every step is done. */
  assertReady(): void {
    const step = this.#steps[this.#done];
    if (!step) return;
    throw new StrongroomError(step.name === 'records' ? 'records_unavailable' : 'store_unavailable', {});
  }

  /**
   * The first attempt. True when everything is ready; false when something can't be reached.
   * Raises StartError.
   */
  async attempt(): Promise<boolean> {
    for (let step = this.#steps[this.#done]; step; step = this.#steps[this.#done]) {
      try {
        await step.ready();
        this.#done++;
      } catch (error) {
        if (!hasCode(error, 'records_unavailable') && !hasCode(error, 'store_unavailable')) throw error;
        if (!this.#stopped)
          this.#log.warn(
            { error, waitingFor: this.waitingFor },
            `the ${step.name} can't be reached; trying again`,
          );
        return false;
      }
    }
    return true;
  }

  /**
   * Goes on trying in the background. `then` runs once when everything is ready, `failed` when an operator must mend
   * something. `underWay` is an attempt that has begun already.
   */
  goOn(then: () => void, failed: (error: unknown) => void, underWay?: Promise<boolean>): void {
    const follow = (attempt: Promise<boolean>, count: number) => {
      attempt.then((ready) => {
        if (this.#stopped) return;
        if (ready) then();
        else again(count);
      }, failed);
    };
    const again = (count: number) => {
      if (this.#stopped) return;
      const pause = pauses[Math.min(count, pauses.length - 1)];
      this.#timer = setTimeout(() => follow(this.attempt(), count + 1), pause);
    };
    if (underWay) follow(underWay, 0);
    else again(0);
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
  }
}
