import { hasCode, StrongroomError } from '../errors.ts';
import { expected } from '../inspection/expected.ts';
import type { Log } from '../log.ts';
import type { DirectUploads } from '../objects/direct-uploads.ts';
import type { ObjectFacts, ObjectStore } from '../objects/object-store.ts';
import type { Part } from '../objects/resumable-objects.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { UploadRecord, UploadRecords } from '../records/upload-records.ts';
import { abandon, abandonAfter } from './abandon.ts';
import { type AdmissionParts, admit } from './admission.ts';
import { assertGranted, assertOurs } from './direct-arrival.ts';
import { type Begun, beginAgain, beginAt, begunOf } from './direct-begun.ts';
import { arrived, missing } from './direct-parts.ts';
import type { DirectDraft, DirectPort, DirectStanding } from './direct-port.ts';
import { standingOfWhole, standingWith } from './direct-standing.ts';
import type { Document } from './document.ts';
import type { NewDocument } from './documents-port.ts';
import { allowanceOf, type DraftingParts, draftOf, idempotencyOf, received } from './drafting.ts';
import { finishUpload } from './finishing.ts';
import { assertAllowed, assertMayUpload, type Caller } from './permissions.ts';
import { findUploaded } from './upload-found.ts';
import type { Verifying } from './verifying.ts';

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

/** The same where there are direct uploads. */
type Here = DirectParts & { readonly direct: DirectUploads };

/** So many missing parts are named. */
const mostNamed = 100;

/** A completion waits so long for the bytes to be read back, in milliseconds. */
const readBackWithin = 5_000;

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
    assertMayUpload(caller, draft);
    const here = this.#here(caller);
    const wanted = { ...draft, contentDigest: null };
    const { document, created } = await this.#create(caller, wanted, size);
    if (!created) return { standing: await this.parts(caller, document.id, null), replayed: true };
    const begun = await this.#begunWith(here, caller, wanted, document, size);
    return { standing: await standingWith(here, caller, document.id, begun, [], null), replayed: false };
  }

  async parts(caller: Caller, id: string, numbers: readonly number[] | null): Promise<DirectStanding> {
    const here = this.#here(caller);
    const { document, upload } = await this.#find(caller, id);
    if (upload === null) return standingOfWhole(document);
    const begun = begunOf(upload) ?? (await beginAgain(here, id));
    const listed = await here.direct.parts(begun);
    if (listed === null) {
      // Completed by one that died before it could say so.
      await assertOurs(here, caller, document, begun.size);
      return standingOfWhole({ id, size: begun.size });
    }
    const there = arrived(begun, listed);
    // Where it has come to its end meanwhile, that is the answer.
    if (!(await this.#noted(id, there))) return this.parts(caller, id, numbers);
    return standingWith(here, caller, id, begun, there, numbers);
  }

  async complete(caller: Caller, id: string): Promise<Document> {
    const here = this.#here(caller);
    const { document, upload } = await this.#find(caller, id);
    if (upload === null) return this.#readBack(document);
    const begun = begunOf(upload) ?? (await beginAgain(here, id));
    const listed = await here.direct.parts(begun);
    if (listed !== null) {
      const there = arrived(begun, listed);
      const lacking = missing(begun, there, mostNamed);
      if (lacking.length > 0) throw new StrongroomError('upload_incomplete', { id, missing: lacking });
      // One that runs beside this one, or died, may have completed it; what lies at the key says.
      await here.direct.complete(begun, there).catch(unlessDone);
    }
    const facts = await assertOurs(here, caller, document, begun.size);
    await assertGranted(here, caller, document, upload);
    // It was begun more than once. Best effort: what stays goes with the document.
    if (upload.fence > 0) await here.direct.endAll(begun.key).catch(() => {});
    return this.#readBack(await this.#finish(caller, document, upload, facts));
  }

  async abandon(caller: Caller, id: string): Promise<void> {
    const { direct, records } = this.#here(caller);
    const { document, upload } = await this.#find(caller, id).catch((error: unknown) => {
      if (hasCode(error, 'upload_ended')) return { document: null, upload: null };
      throw error;
    });
    if (document === null) return;
    if (upload === null)
      throw new StrongroomError('state_conflict', { id, state: document.state, wanted: 'abandoned' });
    await abandon(records, id, caller, 'terminated');
    const begun = begunOf(upload);
    // At once, so that its URLs are good for nothing; what fails here is the chore's.
    if (begun) await direct.end(begun).catch(() => {});
  }

  #here(caller: Caller): Here {
    assertAllowed(caller, 'upload');
    const { direct } = this.#parts;
    if (direct === null) throw new StrongroomError('direct_uploads_unavailable', {});
    return { ...this.#parts, direct };
  }

  /** The upload, or the document alone where that is there. */
  async #find(caller: Caller, id: string): Promise<{ document: Document; upload: UploadRecord | null }> {
    const { document, upload } = await findUploaded(this.#parts.records, caller, id);
    if (document.state !== 'receiving') return { document, upload: null };
    if (upload?.transport === 'direct') return { document, upload };
    throw new StrongroomError('document_missing', { id });
  }

  async #create(caller: Caller, wanted: NewDocument, size: number) {
    const { records, uploadLives } = this.#parts;
    const { filename, contentType } = wanted;
    const { type } = await admit(this.#parts, caller, wanted, { size, atLeast: null });
    const found = expected(wanted, type.accept);
    if (found === null)
      throw new StrongroomError('type_refused', {
        detected: contentType ?? 'application/octet-stream',
        accepted: type.accept,
      });
    return records.create(
      draftOf(this.#parts, caller, wanted, found, uploadLives),
      received(caller, null),
      idempotencyOf(caller, wanted, size),
      allowanceOf(caller),
      { transport: 'direct', length: size, state: {}, claims: { filename, contentType } },
    );
  }

  /** Where the store does not begin it nobody hears of it: it is given up, unless its idempotency key leads to it. */
  async #begunWith(
    here: Here,
    caller: Caller,
    wanted: NewDocument,
    document: Document,
    size: number,
  ): Promise<Begun> {
    try {
      return await beginAt(here, document, 0, size);
    } catch (error) {
      if (wanted.idempotencyKey === null) await abandonAfter(error, this.#parts, document.id, caller);
      throw error;
    }
  }

  /** Notes how much has arrived, and that it goes on; false: it does not, any more. */
  async #noted(id: string, there: readonly Part[]): Promise<boolean> {
    const { records, uploadLives } = this.#parts;
    const upload = await records.findUpload(id);
    if (upload === null) return false;
    const offset = there.reduce((sum, { size }) => sum + size, 0);
    try {
      const { fence, state } = upload;
      await records.advanceUpload(id, fence, { offset, state, dueIn: uploadLives });
      return true;
    } catch (error) {
      if (isOver(error)) return false;
      throw error;
    }
  }

  /** The object is there and is what was granted: now it is only to be read back. Raises `upload_ended` where it was given up. */
  async #finish(
    caller: Caller,
    document: Document,
    upload: UploadRecord,
    facts: ObjectFacts,
  ): Promise<Document> {
    try {
      return await finishUpload(this.#parts, caller, upload, { document, sha256: null }, facts);
    } catch (error) {
      throw isOver(error)
        ? new StrongroomError('upload_ended', { id: document.id }, { cause: error })
        : error;
    }
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
}

function unlessDone(error: unknown): void {
  if (!hasCode(error, 'object_exists') && !hasCode(error, 'upload_lost')) throw error;
}

/** It was given up, or somebody else has brought it to its end. */
function isOver(error: unknown): boolean {
  return hasCode(error, 'state_conflict') || hasCode(error, 'document_missing');
}
