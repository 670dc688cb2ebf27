import type { Readable } from 'node:stream';
import { hasCode, StrongroomError } from '../errors.ts';
import { BodyReader } from './body-reader.ts';
import type { BufferBudget } from './buffer-budget.ts';
import { Grace } from './grace.ts';
import type { Stored } from './object-store.ts';
import type { ResumableObjects, Unfinished } from './resumable-objects.ts';
import { AppendProgress, isNotNoted, type Standing } from './s3-append-progress.ts';
import { isPassing, S3Error } from './s3-error.ts';
import { Gathering } from './s3-gathering.ts';
import { abortUpload, beginUpload, completeUpload, partsOf, sendPart } from './s3-multipart.ts';
import { type Piece, type PieceStore, Pieces } from './s3-pieces.ts';
import { placeParts, putObject, type Target } from './s3-placing.ts';

/** How long what has come may take to be put away, once nobody wants more of it; also what is cleared up behind. Milliseconds. */
const within = 5_000;

/** When there are more pieces, they are made one: each takes a call when it is read. */
const mostPieces = 64;

export interface AppendParts extends PieceStore {
  readonly budget: BufferBudget;
  /** What it takes to make the object of the upload; null while it has no target. `signal` is for its calls. */
  target(unfinished: Unfinished, signal: AbortSignal): Target | null;
}

type Options = Parameters<ResumableObjects['append']>[2];
type Answer = Awaited<ReturnType<ResumableObjects['append']>>;

/**
 * One body on its way into an upload. Its chunks are gathered until they make a part, together with the pieces that earlier
 * bodies left; what is left at its end becomes a piece.
 */
export class S3Append {
  readonly #parts: AppendParts;
  readonly #unfinished: Unfinished;
  readonly #options: Options;
  readonly #reader: BodyReader;
  readonly #pieces: Pieces;
  readonly #progress: AppendProgress;
  readonly #grace: Grace;
  readonly #target: Target | null;
  readonly #gathering: Gathering;
  /** Where the gathered bytes begin. */
  #from: number;
  #sending: Promise<void> = Promise.resolve();
  /** Pieces that are part of something else, which is not noted yet. */
  #spent: Piece[] = [];
  #clearing: Promise<void> = Promise.resolve();

  constructor(parts: AppendParts, unfinished: Unfinished, body: Readable, options: Options) {
    const { signal } = options;
    this.#parts = parts;
    this.#unfinished = unfinished;
    this.#options = options;
    this.#reader = new BodyReader(body);
    this.#pieces = new Pieces(parts, unfinished.id);
    this.#progress = new AppendProgress(unfinished, options);
    this.#grace = new Grace(signal, within);
    this.#target = parts.target(unfinished, this.#grace.signal);
    this.#gathering = new Gathering(this.#reader, parts.budget, { signal });
    this.#from = unfinished.offset;
  }

  async run(): Promise<Answer> {
    const { signal } = this.#options;
    const leave = () => this.#reader.destroy(gone(signal));
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    try {
      await this.#receive();
      return await this.#end();
    } catch (error) {
      return await this.#failed(error);
    } finally {
      signal.removeEventListener('abort', leave);
      this.#gathering.release();
      await this.#clearing;
      this.#grace.end();
    }
  }

  /** Gathers and sends until what is gathered is the last of the body, or of the whole. */
  async #receive(): Promise<void> {
    for (;;) {
      const stopped = await this.#gathering.fill(this.#room());
      if (stopped === 'ended') return;
      if (stopped === 'cramped') await this.#spill();
      else if (this.#isAll()) return await this.#assertEnd();
      else await this.#send();
    }
  }

  /** Bytes until the next part is full, or all has come. */
  #room(): number {
    const { partSize } = this.#progress.standing;
    const part = partSize - (this.#from % partSize);
    const { length } = this.#unfinished;
    return length === null ? part : Math.min(part, length - this.#from);
  }

  #isAll(): boolean {
    return this.#from + this.#gathering.length === this.#unfinished.length;
  }

  async #assertEnd(): Promise<void> {
    if (await this.#reader.ended()) return;
    const { length, offset } = this.#unfinished;
    const received = offset + this.#reader.received;
    throw new StrongroomError('length_mismatch', { declared: length as number, received });
  }

  /**
   * Sends the gathered part. Nothing is taken in meanwhile: what is kept for longer outlives V8's young generation, and the full
   * collections that follow cost more CPU than all else here.
   */
  async #send(): Promise<void> {
    this.#from += this.#gathering.length;
    this.#sending = this.#part(this.#gathering);
    await this.#sending;
    this.#gathering.clear();
  }

  /** The pieces and what is gathered become the next part. */
  async #part(full: Gathering): Promise<void> {
    const { parts, pieces, partSize } = this.#progress.standing;
    const upload = this.#progress.standing.upload ?? (await this.#begin());
    const body = await this.#pieces.joined(pieces, full.chunks(), this.#grace.signal);
    const { key } = this.#known();
    const part = await sendPart(this.#parts.client, { key, ...upload }, parts + 1, body, this.#grace.signal);
    await this.#progress.note((parts + 1) * partSize, { parts: parts + 1, pieces: [] }, part);
    this.#spend(pieces);
  }

  async #begin(): Promise<NonNullable<Standing['upload']>> {
    const { client } = this.#parts;
    const { key, headers } = this.#known();
    const { checksums: checks } = client.profile;
    const id = await beginUpload(client, key, headers, { checks, signal: this.#grace.signal });
    const upload = { id, checks };
    try {
      await this.#progress.note(this.#progress.offset, { upload });
    } catch (error) {
      // Whoever has the upload now looks for others under its key once, at its end: this one may come later.
      if (isNotNoted(error)) await abortUpload(client, key, id, AbortSignal.timeout(within)).catch(() => {});
      throw error;
    }
    return upload;
  }

  /** What is gathered becomes a piece, so that its memory is free. */
  async #spill(): Promise<void> {
    await this.#put(this.#gathering.chunks(), this.#gathering.length);
    this.#from += this.#gathering.length;
    this.#gathering.clear();
  }

  async #put(chunks: readonly Buffer[], size: number): Promise<void> {
    const { fence } = this.#unfinished;
    const { offset, standing } = this.#progress;
    const merged = standing.pieces.length < mostPieces ? [] : standing.pieces;
    const at = merged[0]?.at ?? offset;
    const piece: Piece = { at, size: offset - at + size, fence };
    await this.#pieces.write(
      piece,
      await this.#pieces.joined(merged, chunks, this.#grace.signal),
      this.#grace.signal,
    );
    const others = merged.length > 0 ? [] : standing.pieces;
    try {
      await this.#progress.note(offset + size, { pieces: [...others, piece] });
      this.#spend(merged);
    } catch (error) {
      if (isNotNoted(error)) this.#spend([piece]);
      throw error;
    }
  }

  async #end(): Promise<Answer> {
    const { signal } = this.#options;
    if (signal.aborted) throw gone(signal);
    const { length } = this.#unfinished;
    if (this.#isAll()) {
      await this.#settle();
      const stored = await this.#finish(length as number);
      await this.#tidy();
      return { offset: length as number, state: this.#progress.state, stored };
    }
    if (this.#gathering.length > 0) await this.#put(this.#gathering.chunks(), this.#gathering.length);
    await this.#settle();
    const { offset, state } = this.#progress;
    return { offset, state, stored: null };
  }

  /** Makes the object: of all that is there by one call, or of its parts. */
  async #finish(length: number): Promise<Stored> {
    const { client } = this.#parts;
    const { upload, parts, pieces } = this.#progress.standing;
    const { signal } = this.#grace;
    const target = this.#known();
    const rest = await this.#pieces.joined(pieces, this.#gathering.chunks(), signal);
    const made = (await this.#unfinished.parts()).filter(({ number }) => number <= parts);
    if (upload === null) return putObject(client, target, rest);
    const { key } = target;
    if (rest.length > 0) made.push(await sendPart(client, { key, ...upload }, parts + 1, rest, signal));
    return placeParts(client, target, length, (condition) =>
      completeUpload(client, { key, id: upload.id }, made, condition, signal),
    ).catch((error) => this.#lostIfGone(error, { key, id: upload.id }));
  }

  /** Ceph answers 500 to the completion of an upload that is gone. */
  async #lostIfGone(error: unknown, upload: { readonly key: string; readonly id: string }): Promise<never> {
    const { client } = this.#parts;
    const parts = isPassing(error) ? await partsOf(client, upload, this.#grace.signal).catch(() => []) : [];
    throw parts === null ? lost(this.#unfinished.id, error) : error;
  }

  /** Best effort: what stays of it harms nothing and goes with the document. */
  async #tidy(): Promise<void> {
    const { upload, pieces } = this.#progress.standing;
    this.#spent.push(...pieces);
    this.#clearSpent();
    // Whoever was at it before may have begun an upload that nobody noted.
    if (upload === null || this.#unfinished.fence === 0) return;
    const { key } = this.#known();
    await this.#parts.contents.abortUploads(key, AbortSignal.timeout(within)).catch(() => {});
  }

  /** Puts away what can be, and raises what was at the bottom of it; or answers, where all turns out to be done already. */
  async #failed(raised: unknown): Promise<Answer> {
    const error = asLost(this.#reader.failure ? this.#reader.failure.error : raised, this.#unfinished.id);
    this.#reader.destroy();
    this.#grace.begin();
    const sent = await this.#sending.then(
      () => true,
      () => false,
    );
    if (hasCode(error, 'upload_lost')) {
      const done = await this.#standing();
      if (done) return done;
    } else if (this.#options.whole) await this.#forget();
    else if (sent && !this.#progress.refused && !hasCode(error, 'object_exists'))
      await this.#salvage().catch(() => {});
    throw this.#progress.refused ? this.#progress.refused.error : error;
  }

  /** What is gone may have become the object: then an earlier end of this upload could not be noted. */
  async #standing(): Promise<Answer | null> {
    const { length } = this.#unfinished;
    const stored = length === null ? null : await this.#target?.look(length);
    if (!stored) return null;
    await this.#tidy();
    return { offset: length as number, state: this.#progress.state, stored: { ...stored, found: true } };
  }

  /**
   * What is gathered becomes a piece. Where nothing is missing and the object still does not stand, the last byte is asked for
   * again: whoever is told that all has come believes that all is done.
   */
  async #salvage(): Promise<void> {
    const less = this.#isAll() ? 1 : 0;
    const size = this.#gathering.length - less;
    if (size > 0) await this.#put(this.#gathering.chunks(less), size);
  }

  /** Best effort: what a refused body left counts for nothing. Its parts are overwritten by the next ones. */
  async #forget(): Promise<void> {
    const { upload, pieces } = this.#progress.unsettled;
    const { client } = this.#parts;
    const { signal } = this.#grace;
    if (upload) await abortUpload(client, this.#known().key, upload.id, signal).catch(() => {});
    await this.#pieces.remove(pieces, signal).catch(() => {});
  }

  #known(): Target {
    if (this.#target === null) throw new RangeError('an upload that has a part needs its target');
    return this.#target;
  }

  /** What the pieces held lies elsewhere now. */
  #spend(pieces: readonly Piece[]): void {
    this.#spent.push(...pieces);
    if (!this.#options.whole) this.#clearSpent();
  }

  #clearSpent(): void {
    const spent = this.#spent;
    this.#spent = [];
    const clear = async () => this.#pieces.remove(spent, AbortSignal.timeout(within)).catch(() => {});
    if (spent.length > 0) this.#clearing = this.#clearing.then(clear);
  }

  /** The body has turned out to be right. */
  async #settle(): Promise<void> {
    await this.#progress.settle();
    this.#clearSpent();
  }
}

function gone(signal: AbortSignal): StrongroomError {
  return new StrongroomError('aborted', { reason: 'The upload was ended.' }, { cause: signal.reason });
}

/** The error, as `upload_lost` where S3 knows the upload, or a part of it as it was, no more. */
function asLost(error: unknown, id: string): unknown {
  const isLost = error instanceof S3Error && ['NoSuchUpload', 'InvalidPart'].includes(error.code);
  return isLost ? lost(id, error) : error;
}

function lost(id: string, cause: unknown): StrongroomError {
  return new StrongroomError('upload_lost', { id }, { cause });
}
