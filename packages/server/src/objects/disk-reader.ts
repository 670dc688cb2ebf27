import { close, read } from 'node:fs';
import { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';
import { aborted, unavailable } from './disk-errors.ts';

const readBytes = 256 * 1024;

/**
 * Reads `size` bytes of an open file from `first` on, and closes it at the end or when destroyed. Ends with
 * `store_unavailable` when the file turns out shorter: a short answer must not pass for a whole one.
 */
export class FileBody extends Readable {
  readonly #fd: number;
  #position: number;
  #left: number;
  #reading: (() => void) | true | null = null;

  constructor(fd: number, first: number, size: number, signal?: AbortSignal) {
    super({ highWaterMark: readBytes });
    this.#fd = fd;
    this.#position = first;
    this.#left = size;
    if (!signal) return;
    const abort = () => this.destroy(aborted(signal));
    signal.addEventListener('abort', abort, { once: true });
    this.once('close', () => signal.removeEventListener('abort', abort));
  }

  override _read(): void {
    if (this.#left === 0) {
      this.push(null);
      return;
    }
    // Not from the pool: a slow reader would hold the whole pool for a small piece.
    const target = Buffer.allocUnsafeSlow(Math.min(this.#left, readBytes));
    this.#reading = true;
    read(this.#fd, target, 0, target.length, this.#position, (error, bytes) => {
      const destroying = this.#reading;
      this.#reading = null;
      if (typeof destroying === 'function') return destroying();
      if (error) return void this.destroy(unavailable(error) as Error);
      if (bytes === 0) return void this.destroy(cutShort());
      this.#position += bytes;
      this.#left -= bytes;
      this.push(bytes === target.length ? target : target.subarray(0, bytes));
    });
  }

  /** Waits for a read under way: its descriptor must not be closed, and used for another file, below it. */
  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    const end = () => close(this.#fd, (failed) => callback(error ?? failed));
    if (this.#reading) this.#reading = end;
    else end();
  }
}

function cutShort(): StrongroomError {
  return new StrongroomError(
    'store_unavailable',
    {},
    { cause: new Error('the file is shorter than it was') },
  );
}
