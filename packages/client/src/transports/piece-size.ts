const mebi = 2 ** 20;
/** Bytes. After a piece that failed none is smaller than `least`; below `smallest`, what refuses it has another reason. */
const [first, largest, least, smallest] = [8 * mebi, 64 * mebi, mebi, mebi / 4];
/** Milliseconds. A piece that took longer is large enough: proxies have time limits, and some keep it back until it is whole. */
const longEnough = 5_000;

/** How many bytes go in one request: more while the line holds, fewer when it failed, or when a proxy takes no more. */
export class PieceSize {
  #bytes: number;
  #most: number;

  /** @param fixed bytes; no piece is larger then. */
  constructor(fixed: number | undefined) {
    const given = fixed === undefined ? null : Math.max(1, Math.floor(fixed));
    this.#bytes = given ?? first;
    this.#most = given ?? largest;
  }

  get bytes(): number {
    return this.#bytes;
  }

  arrived(ms: number): void {
    if (ms < longEnough) this.#bytes = Math.min(this.#bytes * 2, this.#most);
  }

  failed(): void {
    this.#bytes = Math.min(this.#bytes, Math.max(Math.ceil(this.#bytes / 2), least));
  }

  /** A proxy takes no body of this size (413); whether a smaller one is worth a try. */
  refused(): boolean {
    if (this.#bytes <= smallest) return false;
    this.#bytes = Math.ceil(this.#bytes / 2);
    this.#most = this.#bytes;
    return true;
  }
}
