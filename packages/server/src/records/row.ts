import type { ApiKeyRecord } from '../access/key-records.ts';
import type { Actor, Document, Event, EventAction, JsonObject, State } from '../documents/document.ts';
import { uuidv7 } from '../documents/uuid.ts';
import type { Draft, Happened } from './document-records.ts';

/**
 * A row as both databases answer it: an array in the order of the columns below. Arrays, numbers and strings cost the
 * least to read, and to hand from one thread to another.
 */
export type Value = string | number | null;
export type Row = Value[];

/** In the order that `toDocument` reads them. */
export const documentColumns =
  'id, record_id, type, filename, content_type, size, sha256, state, state_before, store, bucket, key, version_id, ' +
  'storage_class, metadata, replaces, created_at, created_by_kind, created_by_id, updated_at, archived_at, ' +
  'deleted_at, purge_after, revision';

/** How many columns that is; what follows them in a row belongs to the query. */
export const documentWidth = documentColumns.split(',').length;

/** What `size` holds until the bytes have arrived: keyset comparisons want a value. */
export const unknownSize = -1;

const date = (milliseconds: Value | undefined) =>
  milliseconds === null ? null : new Date(milliseconds as number);

/** The document in the first columns of `row`. */
export function toDocument(row: Row): Document {
  return {
    id: row[0] as string,
    recordId: row[1] as string,
    type: row[2] as string,
    filename: row[3] as string,
    contentType: row[4] as string,
    size: row[5] === unknownSize ? null : (row[5] as number),
    sha256: row[6] as string | null,
    state: row[7] as State,
    stateBefore: row[8] as State | null,
    storage: {
      store: row[9] as 's3' | 'disk',
      bucket: row[10] as string | null,
      key: row[11] as string,
      versionId: row[12] as string | null,
      storageClass: row[13] as string | null,
    },
    metadata: JSON.parse(row[14] as string) as JsonObject,
    replaces: row[15] as string | null,
    createdAt: new Date(row[16] as number),
    createdBy: { kind: row[17] as Actor['kind'], id: row[18] as string },
    updatedAt: new Date(row[19] as number),
    archivedAt: date(row[20]),
    deletedAt: date(row[21]),
    purgeAfter: date(row[22]),
    revision: row[23] as number,
  };
}

/** The row that a draft becomes, at revision 1. */
export function draftRow(draft: Draft): Row {
  const { storage, createdBy } = draft;
  const createdAt = draft.createdAt.getTime();
  return [
    draft.id,
    draft.recordId,
    draft.type,
    draft.filename,
    draft.contentType,
    unknownSize,
    null,
    draft.state,
    null,
    storage.store,
    storage.bucket,
    storage.key,
    storage.versionId,
    storage.storageClass,
    JSON.stringify(draft.metadata),
    draft.replaces,
    createdAt,
    createdBy.kind,
    createdBy.id,
    createdAt,
    null,
    null,
    null,
    1,
  ];
}

/** In the order that `toEvent` reads them, the revision after them, and `eventRow` writes them. */
export const eventColumns = 'id, at, action, actor_kind, actor_id, request_id, details';

/** The row that an event becomes, under a new id. */
export function eventRow(happened: Happened): Row {
  return [
    uuidv7(),
    happened.at.getTime(),
    happened.action,
    happened.actor.kind,
    happened.actor.id,
    happened.requestId,
    JSON.stringify(happened.details ?? {}),
  ];
}

/** An event of `documentId` from its columns and the revision. */
export function toEvent(documentId: string, row: Row): Event {
  return {
    id: row[0] as string,
    documentId,
    revision: row[7] as number,
    at: new Date(row[1] as number),
    action: row[2] as EventAction,
    actor: { kind: row[3] as Actor['kind'], id: row[4] as string },
    requestId: row[5] as string | null,
    details: JSON.parse(row[6] as string) as JsonObject,
  };
}

export const keyColumns = 'id, name, hash, created_at, revoked_at, scopes, record_prefix';

export function toApiKey(row: Row): ApiKeyRecord {
  return {
    id: row[0] as string,
    name: row[1] as string,
    hash: row[2] as string,
    createdAt: new Date(row[3] as number),
    revokedAt: date(row[4]),
    scopes: row[5] === null ? null : (row[5] as string).split(' ').filter(Boolean),
    recordPrefix: row[6] as string | null,
  };
}

const canonicalUuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** Whether a document could have this id. PostgreSQL answers other text, or capitals, unlike SQLite. */
export function isId(text: string): boolean {
  return canonicalUuid.test(text);
}

/**
 * Whether a row could hold this text. Databases read a lone surrogate as U+FFFD, and so would find what was not meant;
 * PostgreSQL refuses NUL.
 */
export function storable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * The ids that stand in an object's key. A key holds its document's id (keys.ts sees to it), so a row is found by its
 * key without an index that every upload would pay for. Overlapping ones count: the recordId may look like an id too.
 */
export function idsIn(key: string): string[] {
  const ids = key.matchAll(/(?=([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}))/g);
  return Array.from(ids, (match) => match[1] as string);
}
