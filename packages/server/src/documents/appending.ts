import { hasCode, StrongroomError } from '../errors.ts';
import { stretchOf } from '../inspection/stretch.ts';
import { Append, type Appended, type AppendParts, type Taken } from './append.ts';
import { KeptDigests } from './kept-digests.ts';
import type { Piece } from './resuming-port.ts';
import type { Uploads } from './uploads.ts';
import { Writer, Writers } from './writers.ts';

export interface AppendingParts extends AppendParts {
  readonly uploads: Uploads;
}

/** Adds pieces to uploads that were taken over: one at a time to each, in this process. */
export class Appending {
  readonly writers = new Writers();
  readonly digests = new KeptDigests();
  readonly #parts: AppendingParts;

  constructor(parts: AppendingParts) {
    this.#parts = parts;
  }

  /** Raises as `ResumingPort.append` does, `upload_lost`, and `state_conflict` where it was given up meanwhile. Gives up nothing. */
  async append(taken: Taken, { body, checksum }: Piece): Promise<Appended> {
    const { upload, length, limit } = taken;
    const { id } = upload.document;
    // What the one before has seen, it leaves to this one.
    await this.writers.end(id, upload.fence);
    const digest = this.digests.take(id, upload.offset);
    const stretch = stretchOf(body.open(), {
      hash: digest?.hash ?? null,
      checksum,
      atMost: (length ?? limit) - upload.offset,
      over: (received) => tooMuch(upload.offset + received, { length, limit }),
    });
    const append = new Append(this.#parts, taken, stretch, { digest, isWhole: checksum !== null });
    try {
      return await this.#running(taken, new Writer(upload.fence, stretch), (signal) => append.run(signal));
    } finally {
      const kept = append.digest;
      // Of one that is whole nothing is left to count, and it would drive out that of another.
      if (kept && kept.at !== length) this.digests.keep(id, kept);
    }
  }

  /** With a heartbeat on its record. When the service stops, what has come is stored; when it was given up, nothing more is. */
  #running<T>({ upload }: Taken, writer: Writer, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { uploads, uploadLives } = this.#parts;
    const { id } = upload.document;
    const alive = async (ending: AbortSignal) => {
      ending.addEventListener('abort', () => {
        if (hasCode(ending.reason, 'aborted')) void writer.end(ending.reason);
        else writer.abort(ending.reason);
      });
      return work(writer.signal);
    };
    return this.writers.run(id, writer, () => uploads.run(id, never, alive, uploadLives));
  }
}

/** Whoever appends is ended by its body, never by a signal of its door: what has come is stored. */
const never = new AbortController().signal;

/** @param received bytes of the whole so far */
function tooMuch(
  received: number,
  { length, limit }: Pick<Taken, 'length' | 'limit'>,
): StrongroomError<'length_mismatch' | 'too_large'> {
  return length === null
    ? new StrongroomError('too_large', { limit, received })
    : new StrongroomError('length_mismatch', { declared: length, received });
}
