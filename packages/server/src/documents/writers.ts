import { StrongroomError } from '../errors.ts';
import type { Stretch } from '../inspection/stretch.ts';

/** What whoever is ended gets to store what it has, in milliseconds; then it is ended without. */
const patience = 5_000;

/** A request that appends to an upload. */
export class Writer {
  readonly fence: number;
  readonly #stretch: Stretch;
  readonly #aborting = new AbortController();
  readonly #over = Promise.withResolvers<void>();

  constructor(fence: number, stretch: Stretch) {
    this.fence = fence;
    this.#stretch = stretch;
  }

  /** Fires when it is to end at once. */
  get signal(): AbortSignal {
    return this.#aborting.signal;
  }

  /** No byte comes any more; what has come is stored. Resolves when it has ended. */
  async end(error: StrongroomError): Promise<void> {
    this.#stretch.cut(error);
    const late = setTimeout(() => this.abort(error), patience);
    await this.#over.promise;
    clearTimeout(late);
  }

  abort(error: StrongroomError): void {
    this.#stretch.cut(error);
    this.#aborting.abort(error);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#over.resolve();
    }
  }
}

/** The writers of this process, one of each upload at a time. */
export class Writers {
  readonly #running = new Map<string, Writer>();

  /**
   * Ends whoever appends to the upload, and resolves when none does any more. Raises `upload_taken_over` where one has taken it
   * over later than `fence`.
   */
  async end(id: string, fence = Number.POSITIVE_INFINITY): Promise<void> {
    for (let other = this.#running.get(id); other; other = this.#running.get(id)) {
      const error = new StrongroomError('upload_taken_over', { id });
      if (other.fence > fence) throw error;
      await other.end(error);
    }
  }

  /** Runs `work` as the only one of the upload, after `end`. */
  async run<T>(id: string, writer: Writer, work: () => Promise<T>): Promise<T> {
    // Asked and taken in one go: of two that waited for the same one, the later ends the earlier and not its entry.
    while (this.#running.has(id)) await this.end(id, writer.fence);
    this.#running.set(id, writer);
    try {
      return await writer.run(work);
    } finally {
      this.#running.delete(id);
    }
  }
}
