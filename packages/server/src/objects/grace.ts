/**
 * A signal for what is still to be done when another one fires: it fires so many milliseconds later. What came before a line
 * broke, or before the server was told to stop, is put away in this time.
 */
export class Grace {
  readonly #after: number;
  readonly #signal: AbortSignal;
  readonly #ending = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  constructor(signal: AbortSignal, after: number) {
    this.#signal = signal;
    this.#after = after;
    signal.addEventListener('abort', this.begin, { once: true });
  }

  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** The time runs from now. */
  readonly begin = (): void => {
    this.#timer ??= setTimeout(() => this.#ending.abort(this.#signal.reason), this.#after);
  };

  end(): void {
    clearTimeout(this.#timer);
    this.#signal.removeEventListener('abort', this.begin);
  }
}
