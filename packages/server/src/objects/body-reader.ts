import type { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';

/** Takes a stream apart without copying: so many bytes as a body of their own, so many into a buffer. */
export class BodyReader {
  readonly #body: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  /** Read from the stream and not yet given out. */
  #rest: Buffer | null = null;
  #received = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(body: Readable) {
    this.#body = body;
    this.#chunks = body[Symbol.asyncIterator]();
    // The iterator listens only while it is asked; an error in between is found at the next read.
    body.on('error', () => {});
  }

  /** What the stream itself raised, apart from what went wrong around it. */
  get failure(): { readonly error: unknown } | null {
    return this.#failure;
  }

  /** Bytes that came out of the stream so far. */
  get received(): number {
    return this.#received;
  }

  destroy(error?: Error): void {
    this.#body.destroy(error);
  }

  /**
   * The next `bytes` bytes, chunk by chunk. With `last` the stream must end there, and its last chunk is given out
   * only when the end has been seen: a body that turns out wrong at its very end never becomes a whole request.
   * Raises `length_mismatch` with `declared` (bytes of the whole body), or the stream's own error.
   */
  async *exactly(bytes: number, declared: number, last: boolean): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; ) {
      const chunk = await this.#next(left);
      if (chunk === null) throw this.#mismatch(declared);
      left -= chunk.length;
      if (left === 0 && last) await this.end(declared);
      yield chunk;
    }
  }

  /** Fills `buffer` from the stream; fewer bytes than it holds mean that the stream has ended. */
  async fill(buffer: Buffer): Promise<number> {
    let filled = 0;
    while (filled < buffer.length) {
      const chunk = await this.#next(buffer.length - filled);
      if (chunk === null) break;
      filled += chunk.copy(buffer, filled);
    }
    return filled;
  }

  /** Whether the stream has ended; waits until that is known. */
  async ended(): Promise<boolean> {
    this.#rest ??= await this.#next(Number.POSITIVE_INFINITY);
    return this.#rest === null;
  }

  /** Raises `length_mismatch` unless the stream has ended. */
  async end(declared: number): Promise<void> {
    if (!(await this.ended())) throw this.#mismatch(declared);
  }

  async #next(atMost: number): Promise<Buffer | null> {
    const chunk = this.#rest ?? (await this.#read());
    this.#rest = null;
    if (chunk === null || chunk.length <= atMost) return chunk;
    this.#rest = chunk.subarray(atMost);
    return chunk.subarray(0, atMost);
  }

  async #read(): Promise<Buffer | null> {
    try {
      const { value, done } = await this.#chunks.next();
      if (done) return null;
      this.#received += value.length;
      return value;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }

  #mismatch(declared: number): StrongroomError {
    return new StrongroomError('length_mismatch', { declared, received: this.#received });
  }
}
