import { fileUnreadable } from '../error.ts';
import type { ResumableJob } from '../transports/job.ts';
import { Hash } from './hash.ts';

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
