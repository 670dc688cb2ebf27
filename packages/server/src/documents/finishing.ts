import { judgeClaim } from '../inspection/sniff.ts';
import type { ObjectStore, Stored } from '../objects/object-store.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { UploadRecord, UploadRecords } from '../records/upload-records.ts';
import type { Appended } from './append.ts';
import { type Document, listedStates } from './document.ts';
import type { Caller } from './permissions.ts';
import { settled } from './settling.ts';
import { claimsOf } from './upload-claims.ts';
import { type Verifying, verifyingLease } from './verifying.ts';

export interface FinishingParts {
  readonly records: Pick<DocumentRecords, 'get'> & UploadRecords;
  readonly store: ObjectStore;
  readonly verifying: Pick<Verifying, 'begin'>;
}

/**
 * The last step of an upload that went on over several requests, whose object is there: its document is `available` where the
 * digest is known, else `inspecting` and read back at once. Raises `upload_taken_over`, `state_conflict`, `document_missing`,
 * `records_unavailable`; the same last bytes, brought again, end well.
 */
export async function finishUpload(
  { records, store, verifying }: FinishingParts,
  caller: Caller,
  upload: UploadRecord,
  { document, sha256 }: Pick<Appended, 'document' | 'sha256'>,
  { size, versionId }: Pick<Stored, 'size' | 'versionId'>,
): Promise<Document> {
  const { id, filename } = document;
  const { actor, requestId } = caller;
  const measured = sha256 === null ? { size } : { size, sha256 };
  const to = sha256 === null ? 'inspecting' : 'available';
  const details = { ...measured, ...wrongClaim(upload, document) };
  const happened = { action: `document.${to}`, actor, requestId, at: new Date(), details } as const;
  // Named once more: from now on it is found by its name, which an upload that failed never is.
  const changes = { ...measured, versionId, filename, dueIn: sha256 === null ? verifyingLease : null };
  const finished = await settled({ records, store }, document, {
    write: () => records.finishUpload(id, upload.fence, to, changes, happened),
    isWritten: (now) => listedStates.includes(now.state) && now.size === size,
  });
  if (finished.state === 'inspecting') verifying.begin(finished);
  return finished;
}

/** What the client said that it would be, where it is something else: that is known only now. */
function wrongClaim(upload: UploadRecord, { contentType: detected }: Document) {
  const { claimed, agrees } = judgeClaim(claimsOf(upload), detected);
  return agrees ? {} : { claimed, detected };
}
