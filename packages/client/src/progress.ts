import type { Progress } from './upload-options.ts';

/** Tells what is new, and never less than before: what is sent again shows as a standstill. */
export class ProgressTeller {
  readonly #total: number | null;
  readonly #tell: (progress: Progress) => void;
  #most = -1;

  constructor(total: number | null, tell: (progress: Progress) => void) {
    this.#total = total;
    this.#tell = tell;
  }

  /** @param bytes of the file that have left, those stored before included */
  at(bytes: number): void {
    const sent = Math.min(Math.max(0, bytes), this.#total ?? Number.POSITIVE_INFINITY);
    if (sent <= this.#most) return;
    this.#most = sent;
    this.#tell({ sent, total: this.#total });
  }

  end(): void {
    if (this.#total === null) this.#tell({ sent: this.#most, total: Math.max(this.#most, 0) });
    else this.at(this.#total);
  }
}
