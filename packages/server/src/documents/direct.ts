import { hasCode, StrongroomError } from '../errors.ts';
import { expected } from '../inspection/expected.ts';
import { headSize } from '../inspection/head.ts';
import type { Sniffed } from '../inspection/sniff.ts';
import type { Log } from '../log.ts';
import type { DirectUpload, DirectUploads } from '../objects/direct-uploads.ts';
import type { ObjectFacts, ObjectStore } from '../objects/object-store.ts';
import type { Part } from '../objects/resumable-objects.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { UploadRecord, UploadRecords } from '../records/upload-records.ts';
import { abandon, abandonAfter } from './abandon.ts';
import { type AdmissionParts, admit, recognized } from './admission.ts';
import { arrived, missing, partAt, partCount } from './direct-parts.ts';
import type { DirectDraft, DirectPort, DirectStanding } from './direct-port.ts';
import { type Document, type JsonObject, listedStates } from './document.ts';
import type { NewDocument } from './documents-port.ts';
import {
  allowanceOf,
  type DraftingParts,
  draftOf,
  idempotencyOf,
  received,
  selfDescription,
} from './drafting.ts';
import { assertAllowed, assertMayUpload, type Caller, mayUpload } from './permissions.ts';
import { settled } from './settling.ts';
import { isUuid } from './uuid.ts';
import { type Verifying, verifyingLease } from './verifying.ts';

export interface DirectParts extends AdmissionParts, DraftingParts {
  readonly records: DocumentRecords & UploadRecords;
  readonly store: ObjectStore;
  /** Null: there are none here. */
  readonly direct: DirectUploads | null;
  readonly verifying: Pick<Verifying, 'begin' | 'settled'>;
  /** Milliseconds that an upload lives without going on. */
  readonly uploadLives: number;
  readonly log: Log;
}

/** So many URLs are given at once where nobody says which. */
const batch = 32;

/** So many missing parts are named. */
const mostNamed = 100;

/** The longest that a part's URL is good for, in seconds: a slow line needs minutes for a part. */
const urlsLive = 3_600;

/** A completion waits so long for the bytes to be read back, in milliseconds. */
const readBackWithin = 5_000;

/** What is kept of an upload once the store has begun it. */
type Begun = DirectUpload & { readonly size: number; readonly partSize: number };

/**
 * Uploads whose bytes go to the bucket past us. Record first, as everywhere; what arrived is believed only as the store tells it
 * and as it is read back: until then nobody can read the document.
 */
export class Direct implements DirectPort {
  readonly #parts: DirectParts;

  constructor(parts: DirectParts) {
    this.#parts = parts;
  }

  get origin(): string | null {
    return this.#parts.direct?.origin ?? null;
  }

  async begin(
    caller: Caller,
    { size, ...draft }: DirectDraft,
  ): Promise<{ standing: DirectStanding; replayed: boolean }> {
    const { records, uploadLives } = this.#parts;
    assertMayUpload(caller, draft);
    this.#store(caller);
    const wanted = { ...draft, contentDigest: null };
    const { type } = await admit(this.#parts, caller, wanted, { size, atLeast: null });
    const found = expected(wanted, type.accept);
    if (found === null)
      throw new StrongroomError('type_refused', {
        detected: wanted.contentType ?? 'application/octet-stream',
        accepted: type.accept,
      });
    const claims = { filename: wanted.filename, contentType: wanted.contentType };
    const { document, created } = await records.create(
      draftOf(this.#parts, caller, wanted, found, uploadLives),
      received(caller, null),
      idempotencyOf(caller, wanted, size),
      allowanceOf(caller),
      { transport: 'direct', length: size, state: {}, claims },
    );
    if (!created) return { standing: await this.parts(caller, document.id, null), replayed: true };
    const begun = await this.#begunWith(caller, wanted, document, size);
    return { standing: await this.#standing(caller, document, begun, [], null), replayed: false };
  }

  async parts(caller: Caller, id: string, numbers: readonly number[] | null): Promise<DirectStanding> {
    const direct = this.#store(caller);
    const { document, upload } = await this.#find(caller, id);
    if (upload === null) return whole(document);
    const begun = begunOf(upload) ?? (await this.#beginAgain(id));
    const listed = await direct.parts(begun);
    if (listed === null) {
      // Completed by one that died before it could say so.
      await this.#assertOurs(caller, document, begun);
      return whole({ id, size: begun.size });
    }
    const there = arrived(begun, listed);
    const { fence, state } = await this.#upload(id);
    const offset = there.reduce((sum, { size }) => sum + size, 0);
    const dueIn = this.#parts.uploadLives;
    await this.#parts.records.advanceUpload(id, fence, { offset, state, dueIn });
    return this.#standing(caller, document, begun, there, numbers);
  }

  async complete(caller: Caller, id: string): Promise<Document> {
    const direct = this.#store(caller);
    const { document, upload } = await this.#find(caller, id);
    if (upload === null) return this.#readBack(document);
    const begun = begunOf(upload) ?? (await this.#beginAgain(id));
    const listed = await direct.parts(begun);
    if (listed !== null) {
      const there = arrived(begun, listed);
      const lacking = missing(begun, there, mostNamed);
      if (lacking.length > 0) throw new StrongroomError('upload_incomplete', { id, missing: lacking });
      // One that runs beside this one, or died, may have completed it; what lies at the key says.
      await direct.complete(begun, there).catch(unlessDone);
    }
    const { versionId } = await this.#assertOurs(caller, document, begun);
    const found = await this.#assertGranted(caller, document, upload);
    return this.#readBack(await this.#finish(caller, document, upload, found, versionId));
  }

  async abandon(caller: Caller, id: string): Promise<void> {
    const direct = this.#store(caller);
    const { document, upload } = await this.#find(caller, id).catch((error: unknown) => {
      if (hasCode(error, 'upload_ended')) return { document: null, upload: null };
      throw error;
    });
    if (document === null) return;
    if (upload === null)
      throw new StrongroomError('state_conflict', { id, state: document.state, wanted: 'abandoned' });
    await abandon(this.#parts.records, id, caller, 'terminated');
    const begun = begunOf(upload);
    // At once, so that its URLs are good for nothing; what fails here is the chore's.
    if (begun) await direct.end(begun).catch(() => {});
  }

  #store(caller: Caller): DirectUploads {
    assertAllowed(caller, 'upload');
    const { direct } = this.#parts;
    if (direct === null) throw new StrongroomError('direct_uploads_unavailable', {});
    return direct;
  }

  /** The upload, or the document alone where that is there. */
  async #find(caller: Caller, id: string): Promise<{ document: Document; upload: UploadRecord | null }> {
    const { records } = this.#parts;
    const document = isUuid(id) ? await records.get(id) : null;
    if (document === null || !mayUpload(caller, document))
      throw new StrongroomError('document_missing', { id });
    if (listedStates.includes(document.state)) return { document, upload: null };
    if (document.state !== 'receiving') throw new StrongroomError('upload_ended', { id });
    const upload = await records.findUpload(id);
    if (upload?.transport !== 'direct') throw new StrongroomError('document_missing', { id });
    return { document, upload };
  }

  async #upload(id: string): Promise<UploadRecord> {
    const upload = await this.#parts.records.findUpload(id);
    if (upload === null) throw new StrongroomError('upload_ended', { id });
    return upload;
  }

  /** Where the store does not begin it nobody hears of it: it is given up, unless its idempotency key leads to it. */
  async #begunWith(caller: Caller, wanted: NewDocument, document: Document, size: number): Promise<Begun> {
    try {
      return await this.#beginAt(document, 0, size);
    } catch (error) {
      if (wanted.idempotencyKey === null) await abandonAfter(error, this.#parts, document.id, caller);
      throw error;
    }
  }

  /** Begins it at the store, and keeps how. What nobody would know of is ended again. */
  async #beginAt(document: Document, fence: number, size: number): Promise<Begun> {
    const { records, uploadLives } = this.#parts;
    const direct = this.#parts.direct as DirectUploads;
    const { key } = document.storage;
    const { contentType } = document;
    const target = { key, contentType, description: selfDescription(this.#parts, document) };
    const { uploadId, partSize } = await direct.begin(target, size);
    const begun = { key, uploadId, size, partSize };
    try {
      const state = { uploadId, partSize };
      await records.advanceUpload(document.id, fence, { offset: 0, state, dueIn: uploadLives });
      return begun;
    } catch (error) {
      await direct.end(begun).catch(() => {});
      throw error;
    }
  }

  /** Whoever began it died before it could keep how the store calls it: nobody has sent a byte. */
  async #beginAgain(id: string): Promise<Begun> {
    const { store, records } = this.#parts;
    const taken = await records.takeUpload(id);
    const { document, fence, length } = taken;
    const already = begunOf(taken);
    if (already) return already;
    if ((await store.stat(document.storage.key)) === null) await store.remove(document.storage.key);
    return this.#beginAt(document, fence, length as number);
  }

  async #standing(
    caller: Caller,
    { id }: Document,
    begun: Begun,
    there: readonly Part[],
    numbers: readonly number[] | null,
  ): Promise<DirectStanding> {
    const direct = this.#parts.direct as DirectUploads;
    const count = partCount(begun);
    for (const number of numbers ?? []) if (number > count) throw noSuchPart(number, count);
    const wanted = numbers ?? missing(begun, there, batch);
    const cut = wanted.map((number) => ({ number, ...partAt(begun, number) }));
    const now = Date.now();
    const live = this.#urlsLive(caller, now);
    const urls = await direct.urls(begun, cut, live);
    return {
      id,
      size: begun.size,
      partSize: begun.partSize,
      partCount: count,
      expiresAt: new Date(now + this.#parts.uploadLives),
      parts: cut.map((part, at) => ({ ...part, url: urls[at] as string })),
      urlsExpireAt: cut.length === 0 ? null : new Date(now + live * 1000),
      received: there.map(({ number, size }) => ({ number, size })),
    };
  }

  /** Seconds. Nobody sends for longer than their rights last. */
  #urlsLive({ rights }: Caller, now: number): number {
    const left = (rights.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - now;
    return Math.max(1, Math.floor(Math.min(urlsLive, this.#parts.uploadLives / 1000, left / 1000)));
  }

  /** What lies at the key is this document, and has its length. Raises `upload_ended`, `length_mismatch`: it is given up then. */
  async #assertOurs(caller: Caller, document: Document, { size }: Begun): Promise<ObjectFacts> {
    const { store, deployment } = this.#parts;
    const { id } = document;
    const { key } = document.storage;
    const facts = await store.stat(key);
    if (facts === null)
      return this.#refuse(caller, id, new StrongroomError('upload_ended', { id }), 'upload_lost');
    const { description } = facts;
    if (description?.id !== id || description.deployment !== deployment())
      return this.#refuse(caller, id, new StrongroomError('object_exists', { key }));
    if (facts.size === size) return facts;
    const error = new StrongroomError('length_mismatch', { declared: size, received: facts.size });
    return this.#refuse(caller, id, error);
  }

  /** The first bytes are of the type that was granted. Raises `type_refused`: it is given up then. */
  async #assertGranted(caller: Caller, document: Document, upload: UploadRecord): Promise<Sniffed> {
    const { store, policy } = this.#parts;
    const { id, type, contentType } = document;
    const { length, claims } = upload;
    const last = Math.min(length as number, headSize) - 1;
    const head = await store.read(document.storage.key, { range: { first: 0, last }, atMost: headSize });
    try {
      const found = await recognized(head, claims as unknown as Claims, policy.type(type));
      if (found.contentType === contentType) return found;
      throw new StrongroomError('type_refused', { detected: found.contentType, accepted: [contentType] });
    } catch (error) {
      if (!hasCode(error, 'type_refused')) throw error;
      return this.#refuse(caller, id, error);
    }
  }

  /** The object is there and is what was granted: now it is only to be read back. */
  #finish(
    caller: Caller,
    document: Document,
    { fence, length }: UploadRecord,
    found: Sniffed,
    versionId: string | null,
  ): Promise<Document> {
    const { records, store } = this.#parts;
    const { id, filename } = document;
    const { actor, requestId } = caller;
    const size = length as number;
    const claim: JsonObject = found.agrees ? {} : { claimed: found.claimed, detected: found.contentType };
    const details = { size, ...claim };
    const happened = { action: 'document.inspecting', actor, requestId, at: new Date(), details } as const;
    const changes = { size, versionId, filename, dueIn: verifyingLease };
    return settled({ records, store }, document, {
      write: () => records.finishUpload(id, fence, 'inspecting', changes, happened),
      isWritten: ({ state, size: now }) => listedStates.includes(state) && now === size,
    });
  }

  async #readBack(document: Document): Promise<Document> {
    const { verifying } = this.#parts;
    if (document.state !== 'inspecting') return document;
    verifying.begin(document);
    const { id } = document;
    const after = await verifying.settled(id, readBackWithin);
    if (after.state === 'abandoned') throw new StrongroomError('upload_ended', { id });
    return after;
  }

  /** Gives the upload up, so that its bytes go, and raises why. */
  async #refuse(
    caller: Caller,
    id: string,
    error: StrongroomError,
    reason: string = error.code,
  ): Promise<never> {
    const { records, log } = this.#parts;
    await abandon(records, id, caller, reason).catch((failure: unknown) => {
      if (hasCode(failure, 'state_conflict') || hasCode(failure, 'document_missing')) return;
      log.warn(
        { error: failure, document: id },
        'a refused direct upload could not be given up; it will expire',
      );
    });
    throw error;
  }
}

interface Claims {
  readonly filename: string | null;
  readonly contentType: string | null;
}

/** Null: the store has not begun it yet, as far as is known. */
function begunOf({ document, length, state }: UploadRecord): Begun | null {
  const { uploadId, partSize } = state;
  if (typeof uploadId !== 'string' || typeof partSize !== 'number') return null;
  return { key: document.storage.key, uploadId, size: length as number, partSize };
}

/** Every byte is there: all that is left is to complete it. */
function whole({ id, size }: Pick<Document, 'id' | 'size'>): DirectStanding {
  const bytes = size ?? 0;
  const part = { number: 1, size: bytes };
  return {
    id,
    size: bytes,
    partSize: bytes,
    partCount: 1,
    expiresAt: null,
    parts: [],
    urlsExpireAt: null,
    received: [part],
  };
}

function unlessDone(error: unknown): void {
  if (!hasCode(error, 'object_exists') && !hasCode(error, 'upload_lost')) throw error;
}

function noSuchPart(number: number, count: number): StrongroomError {
  const problem = `there is no part ${number}; this upload has ${count}`;
  return new StrongroomError('invalid_input', { field: 'numbers', problem });
}
