import { hasCode, StrongroomError } from '../errors.ts';

/** Bytes set aside for one body or part. Release it once, whatever happens; a second release does nothing. */
export interface Reservation {
  readonly bytes: number;
  /** Memory of exactly `bytes`, made when first asked for; what it holds is left over from earlier use. */
  buffer(): Buffer;
  /**
   * Lets those who wait go first, then waits for its turn again, however long: its upload is under way. What the buffer
   * held is lost if anybody waited. Raises `aborted` when the signal fires first.
   */
  share(signal?: AbortSignal): Promise<void>;
  /**
   * Asks for more, `bytes` in all, and waits for a turn (`BufferBudget.turn`); false where they did not come free by then. That
   * end is what keeps two that hold something from waiting for each other for ever: whoever does not get more has to go on
   * with what it has. Raises `aborted` when the signal fires first.
   */
  grow(bytes: number, signal?: AbortSignal): Promise<boolean>;
  /** Gives back all but `bytes`. */
  shrink(bytes: number): void;
  release(): void;
}

interface Waiter {
  readonly bytes: number;
  readonly go: () => void;
}

/** Smaller buffers are left to the garbage collector. */
const worthKeeping = 1024 * 1024;

/** Milliseconds: who waits must hear before a load balancer's minute is over. */
const defaultPatience = 45_000;

/**
 * The memory that all uploads of the process together may hold in buffered bodies and parts (promise 3).
 * First come, first served: a large request at the front is not overtaken by small ones behind it. Whoever holds a
 * reservation must not wait for a second one, or two of them can wait for each other for ever. A slow sender holds its
 * memory for long, so waiting for the first of it has an end, and between parts it is shared.
 */
export class BufferBudget {
  readonly limit: number;
  /** How long one waits for more than it has, in milliseconds; twice as long it may keep what others wait for and it does not fill. */
  readonly turn: number;
  readonly #patience: number;
  #inUse = 0;
  readonly #waiting: Waiter[] = [];
  /** Released buffers, kept while others are at work: a part's memory then serves the next upload's parts. */
  #kept: Buffer[] = [];

  /** `limit` in bytes, `patience` in milliseconds. */
  constructor(limit: number, patience = defaultPatience) {
    this.limit = limit;
    this.turn = patience / 20;
    this.#patience = patience;
  }

  /**
   * Bytes reserved now. More than `limit` only while one reservation that is larger than the whole is served alone:
   * it is served rather than left to wait for ever.
   */
  get inUse(): number {
    return this.#inUse;
  }

  /** Bodies and parts that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /**
   * Waits until `bytes` are free, for at most `patience` milliseconds. Raises `aborted` when the signal fires first,
   * `busy` when they did not come free in time.
   */
  async reserve(
    bytes: number,
    signal?: AbortSignal,
    patience: number = this.#patience,
  ): Promise<Reservation> {
    if (signal?.aborted) throw gone(signal);
    const reservation = this.reserveNow(bytes);
    if (reservation) return reservation;
    await this.#turn(bytes, signal, patience);
    return this.#reservation(bytes);
  }

  /** Null where it would have to wait. */
  reserveNow(bytes: number): Reservation | null {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) return null;
    this.#inUse += bytes;
    return this.#reservation(bytes);
  }

  #fits(bytes: number): boolean {
    return this.#inUse + bytes <= this.limit || this.#inUse === 0;
  }

  #turn(bytes: number, signal: AbortSignal | undefined, patience: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', end);
      };
      const giveUp = (error: StrongroomError) => {
        settle();
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(error);
        this.#admit();
      };
      const end = () => giveUp(gone(signal));
      const go = () => {
        settle();
        resolve();
      };
      const waiter = { bytes, go };
      this.#waiting.push(waiter);
      signal?.addEventListener('abort', end, { once: true });
      if (Number.isFinite(patience))
        timer = setTimeout(() => giveUp(new StrongroomError('busy', {})), patience);
    });
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first && this.#fits(first.bytes); first = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inUse += first.bytes;
      first.go();
    }
  }

  #reservation(reserved: number): Reservation {
    let bytes = reserved;
    let buffer: Buffer | undefined;
    let released = false;
    const giveBack = (count: number) => {
      this.#inUse -= count;
      this.#keep(buffer);
      buffer = undefined;
      this.#admit();
    };
    const release = () => {
      if (released) return;
      released = true;
      giveBack(bytes);
    };
    return {
      get bytes() {
        return bytes;
      },
      buffer: () => {
        buffer ??= this.#allocate(bytes);
        return buffer;
      },
      share: async (signal) => {
        if (signal?.aborted) throw gone(signal);
        if (this.#waiting.length === 0) return;
        // In line before the memory is free: those in front go first, and nobody behind does.
        const turn = this.#turn(bytes, signal, Number.POSITIVE_INFINITY);
        release();
        await turn;
        released = false;
      },
      grow: async (wanted, signal) => {
        const more = await this.#more(wanted - bytes, signal);
        if (more) bytes = wanted;
        return more;
      },
      shrink: (kept) => {
        const count = bytes - kept;
        bytes = kept;
        giveBack(count);
      },
      release,
    };
  }

  async #more(bytes: number, signal: AbortSignal | undefined): Promise<boolean> {
    if (signal?.aborted) throw gone(signal);
    if (this.#waiting.length === 0 && this.#fits(bytes)) {
      this.#inUse += bytes;
      return true;
    }
    return this.#turn(bytes, signal, this.turn).then(
      () => true,
      (error) => {
        if (hasCode(error, 'busy')) return false;
        throw error;
      },
    );
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
