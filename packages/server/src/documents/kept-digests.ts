import { createHash, type Hash } from 'node:crypto';

/** The SHA-256 of all bytes of an upload up to `at`. */
export interface RunningDigest {
  readonly at: number;
  readonly hash: Hash;
}

/** How many uploads' digests are kept; of more, those that went on longest ago go. A kilobyte each. */
const most = 5_000;

/**
 * Digests of uploads between two requests, in this process: whose every byte was seen here, in order, need not be read back.
 * Durable bytes never change, so a digest of the first so many is right as long as so many are durable, whoever was at it since.
 */
export class KeptDigests {
  readonly #kept = new Map<string, RunningDigest>();

  /** The digest of the first `offset` bytes, which is kept no more; null: nobody here saw them all. */
  take(id: string, offset: number): RunningDigest | null {
    if (offset === 0) return { at: 0, hash: createHash('sha256') };
    const found = this.#kept.get(id);
    this.#kept.delete(id);
    return found?.at === offset ? found : null;
  }

  keep(id: string, digest: RunningDigest): void {
    if (digest.at === 0) return;
    this.#kept.set(id, digest);
    if (this.#kept.size <= most) return;
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }

  drop(id: string): void {
    this.#kept.delete(id);
  }
}
