import { hasCode, StrongroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { UploadRecord, UploadRecords } from '../records/upload-records.ts';
import { abandon, abandonAfter } from './abandon.ts';
import { type AdmissionParts, admit, limitFor } from './admission.ts';
import type { Taken } from './append.ts';
import { Appending, type AppendingParts } from './appending.ts';
import { checkedBody } from './checked-body.ts';
import type { Document } from './document.ts';
import type { DocumentsPort, NewDocument } from './documents-port.ts';
import { allowanceOf, draftOf, idempotencyOf, received } from './drafting.ts';
import { type FinishingParts, finishUpload } from './finishing.ts';
import type { Caller } from './permissions.ts';
import type { Beginning, Piece, ResumingPort, Standing } from './resuming-port.ts';
import { type FoundUpload, findUpload, findUploaded, standingAt, standingOf } from './upload-found.ts';

export interface ResumingParts extends AdmissionParts, AppendingParts, FinishingParts {
  readonly records: DocumentRecords & UploadRecords;
  readonly documents: Pick<DocumentsPort, 'receive'>;
  readonly log: Log;
}

interface Begun {
  readonly standing: Standing;
  readonly replayed: boolean;
}

/** What no upload comes back from. */
const final = ['too_large', 'empty_body', 'type_refused', 'upload_lost', 'object_exists'] as const;

/** Somebody was through with it first. */
const over = ['state_conflict', 'document_missing'] as const;

/** Uploads that go on over several requests: each is a document in `receiving`, and its record says where it stands. */
export class Resuming implements ResumingPort {
  readonly #parts: ResumingParts;
  readonly #appending: Appending;

  constructor(parts: ResumingParts) {
    this.#parts = parts;
    this.#appending = new Appending(parts);
  }

  async begin(caller: Caller, wanted: NewDocument, begun: Beginning, signal: AbortSignal): Promise<Begun> {
    const { length, first } = begun;
    if (first && length !== null && first.body.size === length)
      return this.#receive(caller, wanted, first, signal);
    const admitted = await admit(this.#parts, caller, wanted, {
      size: length,
      atLeast: first?.body.size ?? 0,
    });
    assertWithin(first?.body.size ?? 0, length);
    const { upload, created } = await this.#create(caller, wanted, begun, admitted.limit);
    if (!created) return { standing: await this.where(caller, upload.document.id), replayed: true };
    if (first === null) return { standing: standingAt(upload, upload.expiresAt), replayed: false };
    const taken = { ...admitted, upload, length };
    return { standing: await this.#begunWith(caller, wanted, taken, first), replayed: false };
  }

  async describe(caller: Caller, id: string): Promise<Document> {
    return (await findUploaded(this.#parts.records, caller, id)).document;
  }

  async where(caller: Caller, id: string): Promise<Standing> {
    const { standing } = await this.#find(caller, id);
    if (standing) return standing;
    await this.#appending.writers.end(id);
    const upload = await this.#taken(id);
    // Whoever was at it has brought it to its end, or it was given up.
    return upload ? standingAt(upload, upload.expiresAt) : this.where(caller, id);
  }

  async append(
    caller: Caller,
    id: string,
    at: { readonly offset: number; readonly length: number | null },
    piece: Piece,
  ): Promise<Standing> {
    const { upload, standing } = await this.#find(caller, id);
    const { offset } = upload ?? standing;
    if (offset !== at.offset) throw new StrongroomError('offset_conflict', { offset });
    assertWithin(offset + (piece.body.size ?? 0), upload ? lengthOf(upload, at.length) : standing.length);
    if (standing) return standing;
    this.#assertMayBring(caller, upload);
    const taken = await this.#taken(id, offset);
    if (taken === null) return this.append(caller, id, at, piece);
    return this.#append(caller, this.#judged(caller, taken, at.length), piece);
  }

  async terminate(caller: Caller, id: string): Promise<void> {
    const { standing } = await this.#find(caller, id);
    if (standing)
      throw new StrongroomError('state_conflict', { id, state: 'available', wanted: 'abandoned' });
    await abandon(this.#parts.records, id, caller, 'terminated');
    this.#forget(id);
  }

  #find(caller: Caller, id: string): Promise<FoundUpload> {
    return findUpload(this.#parts.records, caller, id, 'tus');
  }

  /** All of the document comes at once: it goes the way of any other. */
  async #receive(caller: Caller, wanted: NewDocument, first: Piece, signal: AbortSignal): Promise<Begun> {
    const { documents } = this.#parts;
    const { document, replayed } = await documents.receive(caller, wanted, checkedBody(first), signal);
    return { standing: standingOf(document), replayed };
  }

  async #create(caller: Caller, wanted: NewDocument, { length, sent }: Beginning, limit: number) {
    const { records, store, uploadLives } = this.#parts;
    const { filename, contentType } = wanted;
    const begun = {
      transport: 'tus' as const,
      length,
      state: store.resumable.begin(length ?? limit),
      claims: { filename, contentType, sent },
    };
    const { document, created } = await records.create(
      draftOf(this.#parts, caller, wanted, null, uploadLives),
      received(caller, null),
      idempotencyOf(caller, wanted, length),
      allowanceOf(caller),
      begun,
    );
    const upload: UploadRecord = { ...begun, document, offset: 0, fence: 0, expiresAt: this.#expiry() };
    return { upload, created };
  }

  /** Where its first bytes are refused, nobody hears of the upload: it is given up, unless its idempotency key leads to it. */
  async #begunWith(caller: Caller, wanted: NewDocument, taken: Taken, first: Piece): Promise<Standing> {
    try {
      return await this.#append(caller, taken, first);
    } catch (error) {
      const { id } = taken.upload.document;
      if (wanted.idempotencyKey === null) await abandonAfter(error, this.#parts, id, caller);
      throw error;
    }
  }

  /** The upload as it stands, now ours; null: it is over. */
  async #taken(id: string, offset?: number): Promise<UploadRecord | null> {
    try {
      return await this.#parts.records.takeUpload(id, offset);
    } catch (error) {
      if (isOneOf(error, over)) return null;
      throw error;
    }
  }

  /** Raises `too_large` where others may bring an upload of this length and this caller may not: it stays theirs. */
  #assertMayBring(caller: Caller, { document, length }: UploadRecord): void {
    const { policy } = this.#parts;
    const limit = limitFor(policy, caller, policy.type(document.type));
    if (length !== null && length > limit)
      throw new StrongroomError('too_large', { limit, received: length });
  }

  /** What may become of it by this caller: a type's limit, or a grant's, may be another than it was. */
  #judged(caller: Caller, upload: UploadRecord, said: number | null): Taken {
    const { policy } = this.#parts;
    const type = policy.type(upload.document.type);
    return { upload, length: lengthOf(upload, said), type, limit: limitFor(policy, caller, type) };
  }

  async #append(caller: Caller, taken: Taken, piece: Piece): Promise<Standing> {
    const { upload } = taken;
    const { id } = upload.document;
    try {
      assertAcceptable(taken, upload.offset + (piece.body.size ?? 0));
      const appended = await this.#appending.append(taken, piece);
      const { offset, stored } = appended;
      if (stored === null) return standingAt({ ...upload, length: taken.length, offset }, this.#expiry());
      const document = await finishUpload(this.#parts, caller, upload, appended, stored);
      return standingOf(document);
    } catch (error) {
      if (isOneOf(error, [...over, ...final])) await this.#assertOurs(caller, upload, error);
      if (isOneOf(error, final)) {
        await abandonAfter(error, this.#parts, id, caller);
        this.#forget(id);
      }
      throw isOneOf(error, [...over, 'upload_lost']) ? ended(id, error) : error;
    }
  }

  /**
   * Raises `upload_taken_over` where somebody else has the upload by now, or has brought it to its end: what befell us says nothing
   * of it then, and does not end it.
   */
  async #assertOurs(caller: Caller, { document, fence }: UploadRecord, cause: unknown): Promise<void> {
    const { id } = document;
    const now = await findUploaded(this.#parts.records, caller, id).catch(() => null);
    if (now !== null && now.upload?.fence !== fence)
      throw new StrongroomError('upload_taken_over', { id }, { cause });
  }

  #forget(id: string): void {
    this.#parts.uploads.giveUp(id);
    this.#appending.digests.drop(id);
  }

  #expiry(): Date {
    return new Date(Date.now() + this.#parts.uploadLives);
  }
}

/** Bytes of the whole, where they are known. Raises `invalid_input` for other ones than were said before, or than are there. */
function lengthOf(upload: UploadRecord, said: number | null): number | null {
  const { length, offset } = upload;
  if (said === null || said === length) return length;
  const problem =
    length !== null ? `was said to be ${length}` : `is less than the ${offset} bytes that are stored`;
  if (length !== null || said < offset)
    throw new StrongroomError('invalid_input', { field: 'Upload-Length', problem });
  return said;
}

/** Raises `length_mismatch`. @param received bytes of the whole, with those that are announced */
function assertWithin(received: number, length: number | null): void {
  if (length !== null && received > length)
    throw new StrongroomError('length_mismatch', { declared: length, received });
}

/** Raises `too_large`, `empty_body`. */
function assertAcceptable({ length, limit }: Taken, announced: number): void {
  const received = Math.max(length ?? 0, announced);
  if (received > limit) throw new StrongroomError('too_large', { limit, received });
  if (length === 0) throw new StrongroomError('empty_body', {});
}

function isOneOf(error: unknown, codes: readonly Parameters<typeof hasCode>[1][]): boolean {
  return codes.some((code) => hasCode(error, code));
}

function ended(id: string, cause: unknown): StrongroomError<'upload_ended'> {
  return new StrongroomError('upload_ended', { id }, { cause });
}
