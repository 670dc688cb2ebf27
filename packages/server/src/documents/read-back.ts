import { createHash } from 'node:crypto';
import { finished } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { hasCode, StrongroomError } from '../errors.ts';
import type { ObjectStore } from '../objects/object-store.ts';

/** Pauses before a read that broke off goes on, in milliseconds; counted anew with every byte of progress. */
const pauses = [200, 1_000, 5_000];

/**
 * The SHA-256 of the object at `key`, in lower-case hex. A read that breaks off goes on where it stood, so that a large object
 * comes to its end also over a bad line. Raises `object_missing`, `length_mismatch` when it has other than `size` bytes,
 * `store_unavailable` when nothing more came, `aborted`.
 */
export async function readBack(
  store: Pick<ObjectStore, 'open'>,
  { key, size }: { readonly key: string; readonly size: number },
  signal: AbortSignal,
): Promise<string> {
  let hash = createHash('sha256');
  let read = 0;
  let etag: string | null = null;
  const goOn = async () => {
    const range = read === 0 ? {} : { range: { first: read, last: size - 1 } };
    const opened = await store.open(key, { ...range, signal });
    if (etag !== null && etag !== opened.etag) {
      // Somebody put another object there: a digest over both would be of neither.
      opened.body.destroy();
      [hash, read, etag] = [createHash('sha256'), 0, null];
      throw new StrongroomError('store_unavailable', {}, { cause: new Error('the object was exchanged') });
    }
    if (read + opened.size !== size) {
      opened.body.destroy();
      throw new StrongroomError('length_mismatch', { declared: size, received: read + opened.size });
    }
    etag = opened.etag;
    // No stream of our own behind it: over a large body that would cost more than the digest.
    opened.body.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      read += chunk.length;
    });
    await finished(opened.body);
  };
  for (let failed = 0, before = 0; ; before = read) {
    try {
      await goOn();
      return hash.digest('hex');
    } catch (error) {
      if (!hasCode(error, 'store_unavailable')) throw error;
      failed = read > before ? 1 : failed + 1;
      const pause = pauses[failed - 1];
      if (pause === undefined) throw error;
      await setTimeout(pause, undefined, { signal });
    }
  }
}
