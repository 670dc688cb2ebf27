import { fileUnreadable } from '../error.ts';
import type { ResumableJob } from '../transports/job.ts';

/** Bytes at either end of the file. */
const ends = 64 * 1024;

/**
 * What tells this upload from every other: the service, all that was asked for, the file's name, size, time and first and last
 * bytes. Raises `file_unreadable`.
 */
export async function fingerprintOf({ connection, body, wanted, size, part }: ResumableJob): Promise<string> {
  const said = JSON.stringify([connection.url, wanted, size, body.lastModified]);
  const hash = new Hash();
  hash.add(new TextEncoder().encode(said));
  try {
    for (const [from, to] of [
      [0, Math.min(ends, size)],
      [Math.max(0, size - ends), size],
    ] as const)
      for await (const bytes of part(from, to).chunks()) hash.add(bytes);
  } catch (cause) {
    throw fileUnreadable(cause);
  }
  return hash.digest();
}

/** cyrb53: 53 bits of no cryptographic worth, which pages without TLS have too. Nobody gains by a collision of their own files. */
class Hash {
  #a = 0xdeadbeef;
  #b = 0x41c6ce57;

  add(bytes: Uint8Array): void {
    for (const byte of bytes) {
      this.#a = Math.imul(this.#a ^ byte, 2654435761);
      this.#b = Math.imul(this.#b ^ byte, 1597334677);
    }
  }

  digest(): string {
    const [a, b] = [mixed(this.#a, this.#b), mixed(this.#b, this.#a)];
    return `${(b >>> 0).toString(16).padStart(8, '0')}${(a >>> 0).toString(16).padStart(8, '0')}`;
  }
}

function mixed(own: number, other: number): number {
  return Math.imul(own ^ (own >>> 16), 2246822507) ^ Math.imul(other ^ (other >>> 13), 3266489909);
}
