import { createHash } from 'node:crypto';
import { cleanFilename } from '../inspection/filename.ts';
import type { Sniffed } from '../inspection/sniff.ts';
import { makeKey } from '../objects/keys.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { SelfDescription } from '../objects/self-description.ts';
import type { Allowance, Draft, Happened, Idempotency } from '../records/document-records.ts';
import type { Document } from './document.ts';
import type { NewDocument } from './documents-port.ts';
import type { Caller } from './permissions.ts';
import { uuidv7 } from './uuid.ts';

/** Idempotency keys are kept for 48 hours. */
const idempotencyKeptFor = 48 * 3_600_000;

/** Clocks of servers and database may differ: what a grant has brought is known for so long after its end. Milliseconds. */
const countedLonger = 24 * 3_600_000;

export interface DraftingParts {
  readonly store: ObjectStore;
  readonly keyTemplate: string;
  readonly deployment: () => string;
}

/** What the bytes were found to be. */
type Found = Pick<Sniffed, 'contentType' | 'ext'>;

/**
 * The first lines of a document's record.
 * @param found null: no byte has come yet. Its key is empty then, and its name and type are what was claimed.
 * @param dueIn milliseconds after which it counts as given up, unless it is heard of
 */
export function draftOf(
  parts: DraftingParts,
  caller: Caller,
  wanted: NewDocument,
  found: Found | null,
  dueIn: number,
): Draft {
  const { store } = parts;
  const createdAt = new Date();
  const { recordId, type, metadata, replaces } = wanted;
  const begun = { id: uuidv7(createdAt), recordId, type, createdAt };
  const { key, contentType, filename } = found
    ? placeOf(parts, begun, wanted.filename, found)
    : { key: '', contentType: 'application/octet-stream', filename: cleanFilename(wanted.filename, '') };
  return {
    ...begun,
    filename,
    contentType,
    state: 'receiving',
    storage: {
      store: store.kind,
      bucket: store.bucket,
      key,
      versionId: null,
      storageClass: store.describe().storageClass,
    },
    metadata,
    replaces,
    createdBy: caller.actor,
    dueIn,
  };
}

/** What follows from what the bytes are: where they will lie, and what they are called. */
export function placeOf(
  { keyTemplate }: Pick<DraftingParts, 'keyTemplate'>,
  { recordId, type, id, createdAt }: Pick<Document, 'recordId' | 'type' | 'id' | 'createdAt'>,
  claimedName: string | null,
  { contentType, ext }: Found,
): { key: string; contentType: string; filename: string } {
  return {
    key: makeKey(keyTemplate, { recordId, type, id, ext, createdAt }),
    contentType,
    filename: cleanFilename(claimedName, ext),
  };
}

/** What the object says of itself. @param sha256 where it is known before the bytes are sent */
export function selfDescription(
  { deployment }: Pick<DraftingParts, 'deployment'>,
  { id, recordId, type, filename, createdAt }: Document,
  sha256?: string,
): SelfDescription {
  return {
    version: 1,
    deployment: deployment(),
    id,
    recordId,
    type,
    filename,
    createdAt: createdAt.toISOString(),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

/** The first event. @param found as `draftOf` has it */
export function received(caller: Caller, found: Sniffed | null): Happened {
  const { actor, requestId } = caller;
  const details = !found || found.agrees ? {} : { claimed: found.claimed, detected: found.contentType };
  return { action: 'document.received', actor, requestId, at: new Date(), details };
}

/** By what a repeat of the same upload is known; undefined: by nothing. @param declared bytes of the whole, where they were */
export function idempotencyOf(
  caller: Caller,
  wanted: NewDocument,
  declared: number | null,
): Idempotency | undefined {
  if (wanted.idempotencyKey === null) return undefined;
  const told = [wanted.recordId, wanted.type, wanted.filename, declared, wanted.contentDigest];
  return {
    scope: scopeOf(caller),
    key: wanted.idempotencyKey,
    fingerprint: createHash('sha256').update(JSON.stringify(told)).digest('hex'),
    keptFor: idempotencyKeptFor,
  };
}

/** A client that fetched another grant for the same record tries again as the same caller. */
function scopeOf({ actor, key, rights }: Caller): string {
  return actor.kind === 'grant' ? `grant:${key}:${rights.recordId}` : `${actor.kind}:${actor.id}`;
}

/** How many documents the caller may bring in all, where that is counted. */
export function allowanceOf({ actor, rights }: Caller): Allowance | undefined {
  if (actor.kind !== 'grant' || rights.maxFiles === null) return undefined;
  const left = (rights.expiresAt?.getTime() ?? 0) - Date.now();
  return { grant: actor.id, files: rights.maxFiles, keptFor: Math.max(0, left) + countedLonger };
}
