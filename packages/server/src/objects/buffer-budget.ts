import { StrongroomError } from '../errors.ts';

/** Bytes set aside for one body or part. Release it once, whatever happens; a second release does nothing. */
export interface Reservation {
  readonly bytes: number;
  /** Memory of exactly `bytes`, made when first asked for; what it holds is left over from earlier use. */
  buffer(): Buffer;
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

/** Smaller buffers are left to the garbage collector. */
const worthKeeping = 1024 * 1024;

/**
 * The memory that all uploads of the process together may hold in buffered bodies and parts (promise 3).
 * First come, first served: a large request at the front is not overtaken by small ones behind it. Whoever holds a
 * reservation must not ask for a second one, or two of them can wait for each other for ever.
 */
export class BufferBudget {
  readonly limit: number;
  #inUse = 0;
  readonly #waiting: Waiter[] = [];
  /** Released buffers, kept while others are at work: a part's memory then serves the next upload's parts. */
  #kept: Buffer[] = [];

  /** `limit` in bytes. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * Bytes reserved now. More than `limit` only while one reservation that is larger than the whole is served alone:
   * it is served rather than left to wait for ever.
   */
  get inUse(): number {
    return this.#inUse;
  }

  /** Waits until `bytes` are free. Raises `aborted` when the signal fires first. */
  async reserve(bytes: number, signal?: AbortSignal): Promise<Reservation> {
    if (signal?.aborted) throw gone(signal);
    if (this.#waiting.length > 0 || !this.#fits(bytes)) await this.#turn(bytes, signal);
    else this.#inUse += bytes;
    return this.#reservation(bytes);
  }

  #fits(bytes: number): boolean {
    return this.#inUse + bytes <= this.limit || this.#inUse === 0;
  }

  #turn(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(gone(signal));
        this.#admit();
      };
      const go = () => {
        signal?.removeEventListener('abort', giveUp);
        resolve();
      };
      const waiter = { bytes, go };
      this.#waiting.push(waiter);
      signal?.addEventListener('abort', giveUp, { once: true });
    });
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first && this.#fits(first.bytes); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inUse += first.bytes;
      first.go();
    }
  }

  #reservation(bytes: number): Reservation {
    let buffer: Buffer | undefined;
    let released = false;
    return {
      bytes,
      buffer: () => {
        buffer ??= this.#allocate(bytes);
        return buffer;
      },
      release: () => {
        if (released) return;
        released = true;
        this.#inUse -= bytes;
        this.#keep(buffer);
        this.#admit();
      },
    };
  }

  #allocate(bytes: number): Buffer {
    const at = this.#kept.findIndex((kept) => kept.length === bytes);
    const kept = at < 0 ? [] : this.#kept.splice(at, 1);
    this.#trim();
    return kept[0] ?? Buffer.allocUnsafeSlow(bytes);
  }

  #keep(buffer: Buffer | undefined): void {
    if (buffer && buffer.length >= worthKeeping) this.#kept.push(buffer);
    if (this.#inUse === 0 && this.#waiting.length === 0) this.#kept = [];
    this.#trim();
  }

  /** What is kept and what is in use stay within the limit together. */
  #trim(): void {
    let size = this.#kept.reduce((sum, buffer) => sum + buffer.length, this.#inUse);
    while (size > this.limit && this.#kept.length > 0) size -= this.#kept.shift()?.length ?? 0;
  }
}

function gone(signal: AbortSignal | undefined): StrongroomError {
  return new StrongroomError(
    'aborted',
    { reason: 'The upload ended while it waited for memory.' },
    { cause: signal?.reason },
  );
}
