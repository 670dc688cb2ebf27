import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { hasCode, StrongroomError } from '../errors.ts';
import { headSize, readHead } from '../inspection/head.ts';
import type { Stretch } from '../inspection/stretch.ts';
import type { ObjectStore, Stored } from '../objects/object-store.ts';
import type { Checkpoint, ResumableTarget, Unfinished } from '../objects/resumable-objects.ts';
import type { UploadRecord, UploadRecords } from '../records/upload-records.ts';
import { type Admitted, recognized } from './admission.ts';
import type { Document } from './document.ts';
import { type DraftingParts, placeOf, selfDescription } from './drafting.ts';
import type { RunningDigest } from './kept-digests.ts';
import { claimsOf } from './upload-claims.ts';

export interface AppendParts extends DraftingParts {
  readonly records: UploadRecords;
  readonly store: ObjectStore;
  /** Milliseconds that an upload lives after it was last heard of. */
  readonly uploadLives: number;
}

/** An upload that was taken over, and what may become of it. */
export interface Taken extends Admitted {
  readonly upload: UploadRecord;
  /** Bytes of the whole, where they are known now. */
  readonly length: number | null;
}

/** What came of a piece. */
export interface Appended {
  readonly document: Document;
  /** Bytes that are stored. */
  readonly offset: number;
  /** The object, where all of its bytes are there. */
  readonly stored: Stored | null;
  /** Of all bytes, lower-case hex; null: they are not all there, or nobody here saw them all. */
  readonly sha256: string | null;
}

interface AppendOptions {
  /** Of the bytes before; it counts on with every one that comes. */
  readonly digest: RunningDigest | null;
  /** All of the piece, or nothing. */
  readonly isWhole: boolean;
}

/** One piece on its way into an upload. */
export class Append {
  readonly #parts: AppendParts;
  readonly #taken: Taken;
  readonly #stretch: Stretch;
  readonly #options: AppendOptions;
  /** Of the bytes before, where a refused piece leaves nothing behind. */
  readonly #before: RunningDigest | null;
  #document: Document;
  /** Durable bytes. */
  #offset: number;

  constructor(parts: AppendParts, taken: Taken, stretch: Stretch, options: AppendOptions) {
    this.#parts = parts;
    this.#taken = taken;
    this.#stretch = stretch;
    this.#options = options;
    const { digest, isWhole } = options;
    this.#before = isWhole && digest ? { at: digest.at, hash: digest.hash.copy() } : null;
    this.#document = taken.upload.document;
    this.#offset = taken.upload.offset;
  }

  /** Of all bytes that are durable now; null: nobody here saw them all, in order. */
  get digest(): RunningDigest | null {
    const { digest } = this.#options;
    if (digest === null) return null;
    const now = { at: digest.at + this.#stretch.length, hash: digest.hash };
    return [now, this.#before].find((each) => each?.at === this.#offset) ?? null;
  }

  /** See `Appending.append`. */
  async run(signal: AbortSignal): Promise<Appended> {
    await this.#noteBeginning();
    const { bytes, target } = await this.#recognized(signal);
    const { stored, offset } = await this.#store(bytes, target, signal);
    this.#offset = offset;
    if (stored === null && this.#stretch.failure !== null) throw this.#stretch.failure;
    const document = this.#document;
    // Of an object that lay there already, nobody knows that it holds the bytes that were counted here.
    const digest = stored === null || stored.found ? null : this.digest;
    return { document, offset, stored, sha256: digest?.hash.copy().digest('hex') ?? null };
  }

  /** A length that is said now is kept before anything goes by it. And one that is near its end must not meet it before it has gone on. */
  async #noteBeginning(): Promise<void> {
    const { upload, length } = this.#taken;
    const { records, uploadLives } = this.#parts;
    const { document, fence, offset, state, expiresAt } = upload;
    const isSaidNow = length !== null && upload.length === null;
    const isOld = expiresAt.getTime() - Date.now() < uploadLives / 2;
    if (!isSaidNow && !isOld) return;
    const progress = { offset, state, dueIn: uploadLives, ...(isSaidNow ? { length } : {}) };
    await records.advanceUpload(document.id, fence, progress);
  }

  /**
   * What the first bytes say that it is, as soon as there are enough of them. Asked of every piece that brings some: what a
   * refused one brought counts for nothing.
   */
  async #recognized(
    signal: AbortSignal,
  ): Promise<{ bytes: Buffer | Readable; target: ResumableTarget | null }> {
    if (this.#offset >= headSize) return { bytes: this.#stretch.body, target: this.#target() };
    const { head, body } = await readHead(this.#stretch.body, null);
    const stored = await this.#stored(signal);
    if (stored === null) return { bytes: body, target: this.#target() };
    const first = Buffer.concat([stored, head]).subarray(0, headSize);
    const isAll = Buffer.isBuffer(body) && this.#offset + body.length === this.#taken.length;
    if (first.length === headSize || isAll) await this.#place(first, body);
    return { bytes: body, target: this.#target() };
  }

  /** What is stored of the first bytes; null: they have become the object, and an earlier end of the upload could not be noted. */
  async #stored(signal: AbortSignal): Promise<Buffer | null> {
    if (this.#offset === 0) return Buffer.alloc(0);
    try {
      return await this.#parts.store.resumable.head(this.#unfinished(null), headSize, signal);
    } catch (error) {
      if (hasCode(error, 'upload_lost') && (await this.#isThere(signal))) return null;
      throw error;
    }
  }

  async #isThere(signal: AbortSignal): Promise<boolean> {
    const { id, storage } = this.#document;
    const facts = storage.key === '' ? null : await this.#parts.store.stat(storage.key, signal);
    return facts?.description?.id === id;
  }

  async #place(first: Buffer, body: Buffer | Readable): Promise<void> {
    const { upload, type } = this.#taken;
    const { filename, contentType } = claimsOf(upload);
    const found = await recognized(first, { filename, contentType }, type).catch(async (error) => {
      // Bytes that are not those that were sent say nothing of the document.
      if (this.#options.isWhole) await ended(body);
      throw error;
    });
    const { key } = this.#document.storage;
    if (key !== '' && found.contentType === this.#document.contentType) return;
    if (key !== '')
      throw new StrongroomError('type_refused', {
        detected: found.contentType,
        accepted: [this.#document.contentType],
      });
    const placed = { ...placeOf(this.#parts, this.#document, filename, found), at: new Date() };
    this.#document = await this.#parts.records.placeUpload(this.#document.id, upload.fence, placed);
  }

  #target(): ResumableTarget | null {
    const { contentType, storage } = this.#document;
    if (storage.key === '') return null;
    return { key: storage.key, contentType, description: selfDescription(this.#parts, this.#document) };
  }

  #unfinished(target: ResumableTarget | null): Unfinished {
    const { records } = this.#parts;
    const { upload, length } = this.#taken;
    const { fence, offset, state } = upload;
    const { id } = this.#document;
    return { id, fence, offset, length, state, parts: () => records.uploadParts(id, fence), target };
  }

  async #store(
    bytes: Buffer | Readable,
    target: ResumableTarget | null,
    signal: AbortSignal,
  ): Promise<{ offset: number; stored: Stored | null }> {
    const { length } = this.#taken;
    // Nothing came and nothing is to be finished: nothing is asked of the store.
    if (Buffer.isBuffer(bytes) && bytes.length === 0 && this.#offset !== length)
      return { offset: this.#offset, stored: null };
    return this.#parts.store.resumable.append(this.#unfinished(target), bytes, {
      whole: this.#options.isWhole,
      checkpoint: (made) => this.#checkpoint(made),
      signal,
    });
  }

  async #checkpoint({ offset, state, part }: Checkpoint): Promise<void> {
    const { records, uploadLives } = this.#parts;
    const progress = { offset, state, part, dueIn: uploadLives };
    await records.advanceUpload(this.#document.id, this.#taken.upload.fence, progress);
    this.#offset = offset;
  }
}

/** Reads a body to its end; raises what that raises. */
async function ended(body: Buffer | Readable): Promise<void> {
  if (Buffer.isBuffer(body)) return;
  body.resume();
  await finished(body);
}
