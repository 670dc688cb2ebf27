import { hasCode, StrongroomError } from '../errors.ts';
import { headSize } from '../inspection/head.ts';
import type { Log } from '../log.ts';
import type { ObjectFacts, ObjectStore } from '../objects/object-store.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { UploadRecord } from '../records/upload-records.ts';
import { abandon } from './abandon.ts';
import { recognized } from './admission.ts';
import type { Document } from './document.ts';
import type { Caller } from './permissions.ts';
import type { Policy } from './policy.ts';
import { claimsOf } from './upload-claims.ts';

export interface ArrivalParts {
  readonly records: DocumentRecords;
  readonly store: Pick<ObjectStore, 'stat' | 'read'>;
  readonly policy: Policy;
  readonly deployment: () => string;
  readonly log: Log;
}

/**
 * What lies at the key is this document, and has its length. Raises `upload_ended`, `object_exists`, `length_mismatch`: it is
 * given up then.
 */
export async function assertOurs(
  parts: ArrivalParts,
  caller: Caller,
  { id, storage: { key } }: Document,
  size: number,
): Promise<ObjectFacts> {
  const facts = await parts.store.stat(key);
  if (facts === null)
    return refuse(parts, caller, id, new StrongroomError('upload_ended', { id }), 'upload_lost');
  const { description } = facts;
  if (description?.id !== id || description.deployment !== parts.deployment())
    return refuse(parts, caller, id, new StrongroomError('object_exists', { key }));
  if (facts.size === size) return facts;
  const error = new StrongroomError('length_mismatch', { declared: size, received: facts.size });
  return refuse(parts, caller, id, error);
}

/** The first bytes are of the type that was granted. Raises `type_refused`: it is given up then. */
export async function assertGranted(
  parts: ArrivalParts,
  caller: Caller,
  { id, type, contentType, storage }: Document,
  upload: UploadRecord,
): Promise<void> {
  const last = Math.min(upload.length as number, headSize) - 1;
  const head = await parts.store.read(storage.key, { range: { first: 0, last }, atMost: headSize });
  try {
    const found = await recognized(head, claimsOf(upload), parts.policy.type(type));
    if (found.contentType === contentType) return;
    throw new StrongroomError('type_refused', { detected: found.contentType, accepted: [contentType] });
  } catch (error) {
    if (!hasCode(error, 'type_refused')) throw error;
    await refuse(parts, caller, id, error);
  }
}

/** Gives the upload up, so that its bytes go, and raises why. */
async function refuse(
  { records, log }: ArrivalParts,
  caller: Caller,
  id: string,
  error: StrongroomError,
  reason: string = error.code,
): Promise<never> {
  await abandon(records, id, caller, reason).catch((failure: unknown) => {
    if (hasCode(failure, 'state_conflict') || hasCode(failure, 'document_missing')) return;
    log.warn(
      { error: failure, document: id },
      'a refused direct upload could not be given up; it will expire',
    );
  });
  throw error;
}
