import type { BodyReader } from './body-reader.ts';
import type { BufferBudget, Reservation } from './buffer-budget.ts';

/** What every sender may hold. Little, so that many slow ones have room beside each other. Bytes. */
const small = 512 * 1024;

/** Chunks under this are copied together: each takes some hundred bytes of memory besides its own. */
const tiny = 4 * 1024;
const slabBytes = 64 * 1024;

/**
 * Why a gathering stopped: it has all that was asked for, the body has ended, or there is no memory for more of it for now and
 * what is there should go.
 */
export type Stopped = 'full' | 'ended' | 'cramped';

/**
 * The chunks of a body, kept as they come until they make a part. Memory is reserved before they are read: first a little,
 * then at one stroke all that the part may take, so that those who have it come to their end and give it back. One who waits
 * for it in vain, or is too slow to use it while others wait, goes on with little, and lets what it has go more often.
 */
export class Gathering {
  readonly #reader: BodyReader;
  readonly #signal: AbortSignal;
  readonly #budget: BufferBudget;
  #reservation: Reservation | null = null;
  #chunks: Buffer[] = [];
  #length = 0;
  #slab: Buffer | null = null;
  #slabFrom = 0;
  #slabTo = 0;
  #grownAt = 0;

  constructor(reader: BodyReader, budget: BufferBudget, { signal }: { signal: AbortSignal }) {
    this.#reader = reader;
    this.#budget = budget;
    this.#signal = signal;
  }

  get length(): number {
    return this.#length;
  }

  /** All but the last `less` bytes. */
  chunks(less = 0): readonly Buffer[] {
    this.#cutSlab();
    if (less === 0) return this.#chunks;
    const last = this.#chunks.at(-1) as Buffer;
    return [...this.#chunks.slice(0, -1), last.subarray(0, last.length - less)].filter(
      ({ length }) => length > 0,
    );
  }

  /**
   * Takes in until there are `most` bytes. Raises the body's own error, `aborted`, and at first `busy` when there is no memory
   * at all.
   */
  async fill(most: number): Promise<Stopped> {
    while (this.#length < most) {
      if (!(await this.#hasRoom(most))) return 'cramped';
      const room = Math.min(most, this.#held) - this.#length;
      const chunk = await this.#reader.next(room);
      if (chunk === null) return 'ended';
      this.#add(chunk);
    }
    return 'full';
  }

  /** Lets go of the chunks and of most memory. */
  clear(): void {
    this.#chunks = [];
    this.#slab = null;
    this.#length = 0;
    if (this.#held > small) this.#reservation?.shrink(small);
  }

  release(): void {
    this.clear();
    this.#reservation?.release();
  }

  get #held(): number {
    return this.#reservation?.bytes ?? 0;
  }

  async #hasRoom(most: number): Promise<boolean> {
    this.#reservation ??= await this.#budget.reserve(Math.min(small, most), this.#signal);
    if (this.#isHoldingUp()) this.#reservation.shrink(Math.max(small, this.#length));
    if (this.#length < this.#held) return true;
    const grown = await this.#reservation.grow(most, this.#signal);
    if (grown) this.#grownAt = performance.now();
    return grown;
  }

  /** Whether others wait for memory that this sender is too slow to fill. */
  #isHoldingUp(): boolean {
    const spare = this.#held > Math.max(small, this.#length);
    return spare && this.#budget.waiting > 0 && performance.now() - this.#grownAt > 2 * this.#budget.turn;
  }

  #add(chunk: Buffer): void {
    this.#length += chunk.length;
    if (chunk.length >= tiny) {
      this.#cutSlab();
      this.#chunks.push(chunk);
      return;
    }
    if (this.#slab === null || this.#slabTo + chunk.length > slabBytes) {
      this.#cutSlab();
      this.#slab = Buffer.allocUnsafeSlow(slabBytes);
      this.#slabFrom = 0;
      this.#slabTo = 0;
    }
    this.#slabTo += chunk.copy(this.#slab, this.#slabTo);
  }

  #cutSlab(): void {
    if (this.#slab === null || this.#slabTo === this.#slabFrom) return;
    this.#chunks.push(this.#slab.subarray(this.#slabFrom, this.#slabTo));
    this.#slabFrom = this.#slabTo;
  }
}
