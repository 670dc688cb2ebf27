/** How fast bytes go, smoothed: what is shown must not flicker, nor trust the first burst into the socket's buffer. */
export class Meter {
  readonly #now: () => number;
  #at: number | null = null;
  #sent = 0;
  #speed: number | null = null;
  #began = 0;
  #shown: Pace | null = null;
  #shownAt = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Takes down that `sent` bytes of the whole have gone by now. */
  note(sent: number): void {
    const now = this.#now();
    if (this.#at === null || sent < this.#sent) {
      this.#at = this.#began = now;
      this.#sent = sent;
      this.#speed = null;
      return;
    }
    const elapsed = now - this.#at;
    if (elapsed < shortest) return;
    const current = ((sent - this.#sent) * 1000) / elapsed;
    const weight = 1 - Math.exp(-elapsed / memory);
    this.#speed = this.#speed === null ? current : this.#speed + weight * (current - this.#speed);
    this.#at = now;
    this.#sent = sent;
  }

  /** What to show of it, the same for a second at a time; null while it is too early to tell. */
  pace(total: number): Pace | null {
    const now = this.#now();
    if (this.#speed === null || now - this.#began < patience) return null;
    if (this.#shown === null || now - this.#shownAt >= steady) {
      const speed = this.#speed;
      this.#shown = { speed, left: speed > 0 ? (total - this.#sent) / speed : null };
      this.#shownAt = now;
    }
    return this.#shown;
  }
}

export interface Pace {
  /** Bytes a second. */
  readonly speed: number;
  /** Seconds; null while nothing moves. */
  readonly left: number | null;
}

/** Milliseconds: between two measurements; of what is remembered; before the first figure; between two figures. */
const shortest = 100;
const memory = 4000;
const patience = 1500;
const steady = 1000;
