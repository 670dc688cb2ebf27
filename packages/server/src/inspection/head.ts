import type { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';

/** Bytes that decide a document's content type. */
export const headSize = 64 * 1024;

export interface Head {
  /** The first `headSize` bytes, or all of them when there are fewer. */
  readonly head: Buffer;
  /** The whole body when it fits the head or came in one piece; otherwise the stream, again at its first byte. */
  readonly body: Buffer | Readable;
}

/**
 * Reads the head of `stream`. `size` is the body's exact length in bytes where it is known.
 *
 * A body that fits the head is answered as one Buffer, and only after the stream has ended: its last words (an error, a
 * surplus byte) are heard. A longer one is put back with `unshift`, so no further stream stands between the sender and
 * the store, and backpressure, errors and `destroy` stay the stream's own.
 *
 * Raises `length_mismatch` when the stream ends before or runs past `size` within the head, `aborted` when it closes
 * without an end, and the stream's own error unchanged. The stream is left to its owner: a door that has to answer
 * must not find its connection destroyed.
 */
export function readHead(stream: Readable, size: number | null): Promise<Head> {
  // A body of exactly the head's size is whole, so one byte more is needed to know better, unless its size is known.
  const enough = size !== null && size > headSize ? headSize : headSize + 1;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;

    const settle = (act: () => void) => {
      stream.off('readable', take).off('end', end).off('close', close);
      act();
    };
    const mismatch = (declared: number) =>
      settle(() => reject(new StrongroomError('length_mismatch', { declared, received: length })));
    const take = () => {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) {
        chunks.push(chunk);
        length += chunk.length;
        if (size !== null && length > size) return mismatch(size);
        if (length >= enough) return settle(putBack);
      }
    };
    const putBack = () => {
      const read = joined(chunks);
      stream.unshift(read);
      resolve({ head: read.subarray(0, headSize), body: stream });
    };
    const end = () => {
      if (size !== null && length !== size) return mismatch(size);
      const whole = joined(chunks);
      settle(() => resolve({ head: whole, body: whole }));
    };
    const close = () =>
      settle(() =>
        reject(
          stream.errored ?? new StrongroomError('aborted', { reason: 'the body closed before its end' }),
        ),
      );

    // Stays on: a sender that fails while nobody reads must not end the process. Whoever reads next finds `errored`.
    stream.on('error', (error) => settle(() => reject(error)));
    if (stream.readableEnded) return end();
    if (stream.destroyed) return close();
    stream.on('end', end).on('close', close).on('readable', take);
  });
}

/** The head of a body that comes in one piece. */
export async function headOf(whole: Promise<Buffer>): Promise<Head> {
  const body = await whole;
  return { head: body.subarray(0, headSize), body };
}

/** One Buffer of them; the usual single chunk is not copied. */
function joined(chunks: Buffer[]): Buffer {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks);
}
