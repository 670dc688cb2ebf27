import { finished, type Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';

/**
 * Takes a stream apart without copying: so many bytes as a body of their own, so many into a buffer.
 * Chunks are taken by the `data` event, one at a time: the stream's own iterator joins all that is buffered into one,
 * which costs as much again as sending it.
 */
export class BodyReader {
  readonly #body: Readable;
  readonly #queue: Buffer[] = [];
  #ended = false;
  #wake: () => void = () => {};
  #received = 0;
  #failure: { readonly error: unknown } | null = null;

  constructor(body: Readable) {
    this.#body = body;
    body.pause();
    body.on('data', (chunk: Buffer) => {
      body.pause();
      this.#received += chunk.length;
      this.#queue.push(chunk);
      this.#wake();
    });
    body.on('end', () => this.#finish());
    finished(body, { writable: false }, (error) => {
      if (error && !this.#ended) this.#failure = { error };
      this.#finish();
    });
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
      const chunk = await this.next(left);
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
      const chunk = await this.next(buffer.length - filled);
      if (chunk === null) break;
      filled += chunk.copy(buffer, filled);
    }
    return filled;
  }

  /** Whether the stream has ended; waits until that is known. */
  async ended(): Promise<boolean> {
    while (this.#queue.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        this.#body.resume();
      });
    }
    if (this.#queue.length > 0) return false;
    if (this.#failure) throw this.#failure.error;
    return true;
  }

  /** Raises `length_mismatch` unless the stream has ended. */
  async end(declared: number): Promise<void> {
    if (!(await this.ended())) throw this.#mismatch(declared);
  }

  /** Up to `atMost` bytes, as they come; null at the end. Raises the stream's own error. */
  async next(atMost: number): Promise<Buffer | null> {
    if (this.#queue.length === 0 && (await this.ended())) return null;
    const chunk = this.#queue.shift() as Buffer;
    if (chunk.length <= atMost) return chunk;
    this.#queue.unshift(chunk.subarray(atMost));
    return chunk.subarray(0, atMost);
  }

  #finish(): void {
    this.#ended = true;
    this.#wake();
  }

  #mismatch(declared: number): StrongroomError {
    return new StrongroomError('length_mismatch', { declared, received: this.#received });
  }
}
