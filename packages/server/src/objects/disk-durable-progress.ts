interface Steps {
  /** Makes what is in the file durable. */
  readonly sync: () => Promise<void>;
  /** Notes how much that is. */
  readonly checkpoint: (to: number) => Promise<void>;
  /** Called when one of them failed while the body was still coming. */
  readonly failed: (error: unknown) => void;
}

/** What a crash may cost of what has come: so many bytes, or what came in so many milliseconds. */
const mostBytes = 8 * 1024 * 1024;
const longest = 5_000;

/** Sees to it that what is written to a file becomes durable, and is noted, while more of it is written. */
export class DurableProgress {
  readonly #steps: Steps;
  #written: number;
  #durable: number;
  #savedAt = performance.now();
  #saving: Promise<void> | null = null;
  #ended = false;
  #refused: { readonly error: unknown } | null = null;

  constructor(from: number, steps: Steps) {
    this.#steps = steps;
    this.#written = from;
    this.#durable = from;
  }

  /** Where the next byte goes. */
  get written(): number {
    return this.#written;
  }

  /** What the checkpoint raised: nothing is noted after that. */
  get refused(): { readonly error: unknown } | null {
    return this.#refused;
  }

  wrote(to: number, { save }: { readonly save: boolean }): void {
    this.#written = to;
    if (!save || this.#saving || this.#ended) return;
    if (to - this.#durable < mostBytes && performance.now() - this.#savedAt < longest) return;
    this.#saving = this.#save(to)
      .catch((error) => this.#steps.failed(error))
      .finally(() => {
        this.#saving = null;
      });
  }

  /** Waits for what is on its way. */
  async settled(): Promise<void> {
    await this.#saving;
    if (this.#refused) throw this.#refused.error;
  }

  async save(to: number): Promise<void> {
    if (to > this.#durable) await this.#save(to);
  }

  /** Saves what can be saved after a failure, which is what is told. */
  async salvage(to: number): Promise<void> {
    await this.#saving;
    if (!this.#ended) await this.save(to).catch(() => {});
  }

  async #save(to: number): Promise<void> {
    // Until both have gone well. After an fsync that failed, the next one may succeed without the bytes (fsync(2)).
    this.#ended = true;
    await this.#steps.sync();
    await this.#steps.checkpoint(to).catch((error) => {
      this.#refused = { error };
      throw error;
    });
    this.#ended = false;
    this.#durable = to;
    this.#savedAt = performance.now();
  }
}
