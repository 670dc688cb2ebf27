import { setTimeout } from 'node:timers/promises';
import type { Log } from './log.ts';
import type { Check, StoreDoctor } from './objects/doctor.ts';

const aMinute = 60_000;

export interface FirstLookOptions {
  /** Called when the look begins: loading a doctor takes a moment, in which requests are served already. */
  readonly doctor: () => Promise<StoreDoctor>;
  readonly log: Log;
  /** Ends the look, and that it is taken again. */
  readonly signal: AbortSignal;
  /** Until a store that did not answer all questions is asked again, in milliseconds. Default: a minute. */
  readonly askedAgainAfter?: number;
}

/**
 * What a start asks of its store once it listens: the cheap part of an examination. Until it is through, the store is
 * taken for the least able of its kind. The operator hears of each fault once.
 */
export class FirstLook {
  readonly #options: FirstLookOptions;
  #faults: readonly Check[] = [];
  #running: Promise<void> = Promise.resolve();

  constructor(options: FirstLookOptions) {
    this.#options = options;
  }

  /** What the settings want and the store does not do, as far as is known. */
  get faults(): readonly Check[] {
    return this.#faults;
  }

  /** Looks; and again, later, while something that is needed is not known. Raises nothing. */
  look(): Promise<void> {
    this.#running = this.#look();
    return this.#running;
  }

  /** Resolves when no look is under way: what one has written is removed again. */
  settled(): Promise<void> {
    return this.#running;
  }

  async #look(): Promise<void> {
    const { doctor, log, signal } = this.#options;
    try {
      const { checks } = await (await doctor()).examine({ cheap: true, signal });
      this.#tell(checks.filter(({ ok, result }) => !ok && result !== 'unknown'));
      if (checks.some(({ needed, result }) => needed && result === 'unknown')) this.#lookAgain();
    } catch (error) {
      if (!signal.aborted) log.warn({ error }, 'the store could not be looked at');
    }
  }

  #tell(faults: readonly Check[]): void {
    const known = this.#faults.map(({ name }) => name);
    this.#faults = faults;
    for (const { name, detail, effect, remedy } of faults.filter((fault) => !known.includes(fault.name)))
      this.#options.log.warn(
        { check: name, detail, effect, remedy },
        'the store does not do what the settings want',
      );
  }

  #lookAgain(): void {
    const { signal, askedAgainAfter = aMinute } = this.#options;
    setTimeout(askedAgainAfter, undefined, { ref: false, signal }).then(
      () => void this.look(),
      () => {},
    );
  }
}
