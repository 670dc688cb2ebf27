import { StrongroomError } from '../errors.ts';

/**
 * Lets so many run at once and so many more wait, in the order in which they came: whoever has no credentials can neither
 * crowd out the records nor, by asking again and again, those who came before.
 */
export class Line {
  readonly #atOnce: number;
  readonly #inLine: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ atOnce, inLine }: { atOnce: number; inLine: number }) {
    this.#atOnce = atOnce;
    this.#inLine = inLine;
  }

  /** Raises `busy` where the line is full, and what `work` raises. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running++;
    else {
      if (this.#waiting.length >= this.#inLine) throw new StrongroomError('busy', {});
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    try {
      return await work();
    } finally {
      const following = this.#waiting.shift();
      if (following) following();
      else this.#running--;
    }
  }
}
