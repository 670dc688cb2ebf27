/** A chunk below this many bytes is a crumb: what Node keeps to hold it costs more memory than the bytes in it. */
export const crumb = 1024;
const capacity = 16 * 1024;

/** Gathers small chunks of a body into larger ones. A single chunk is not copied. */
export class Crumbs {
  #only: Buffer | null = null;
  #space: Buffer | null = null;
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** False, and nothing is taken: there is no room for `bytes` until the others are taken out. */
  add(bytes: Buffer): boolean {
    if (this.isEmpty) {
      this.#only = bytes;
      this.#length = bytes.length;
      return true;
    }
    if (this.#length + bytes.length > capacity) return false;
    this.#space ??= Buffer.allocUnsafeSlow(capacity);
    this.#only?.copy(this.#space);
    this.#only = null;
    this.#length += bytes.copy(this.#space, this.#length);
    return true;
  }

  /** All that was gathered, as one chunk of just that size; null for nothing. */
  take(): Buffer | null {
    if (this.isEmpty) return null;
    const taken = this.#only ?? Buffer.from((this.#space as Buffer).subarray(0, this.#length));
    this.#only = null;
    this.#length = 0;
    return taken;
  }
}
