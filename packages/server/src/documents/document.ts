import { StrongroomError } from '../errors.ts';

/**
 * Document: one immutable body of bytes plus its record, and the machine of its states.
 * Every door uses this machine; nothing else decides what may follow what.
 */

export const states = [
  'receiving',
  'inspecting',
  'available',
  'quarantined',
  'archived',
  'deleted',
  'purging',
  'purged',
  'abandoned',
] as const;

export type State = (typeof states)[number];

/** From each state, the states that may follow. `deleted` also leads back to the state before (see `restoredTo`). */
const next: Readonly<Record<State, readonly State[]>> = {
  receiving: ['available', 'inspecting', 'abandoned'],
  inspecting: ['available', 'quarantined', 'abandoned', 'deleted'],
  available: ['archived', 'deleted'],
  quarantined: ['available', 'deleted'],
  archived: ['available', 'deleted'],
  deleted: ['inspecting', 'available', 'quarantined', 'archived', 'purging'],
  purging: ['purged'],
  purged: [],
  abandoned: [],
};

/** What a list shows when no state is asked for. */
export const listedStates: readonly State[] = ['inspecting', 'available', 'archived', 'quarantined'];

/** Whether `to` may follow `from`. */
export function mayFollow(from: State, to: State): boolean {
  return next[from].includes(to);
}

/** Raises `state_conflict` unless the document may become `to`. */
export function assertMayBecome(document: Pick<Document, 'id' | 'state'>, to: State): void {
  if (!mayFollow(document.state, to)) {
    throw new StrongroomError('state_conflict', { id: document.id, state: document.state, wanted: to });
  }
}

/** The states whose documents are found by their names and by the beginning of their record's id. */
export const searchableStates = [
  'inspecting',
  'available',
  'archived',
  'quarantined',
  'deleted',
] as const satisfies readonly State[];

/** Who did something. `id` is the API key's id (of a session too: that of its key), the grant's, the link's issuer, or the name of a chore. */
export interface Actor {
  readonly kind: 'key' | 'session' | 'grant' | 'link' | 'chore';
  readonly id: string;
}

/** Where the bytes are. `bucket` is null on disk. */
export interface StoredAt {
  readonly store: 's3' | 'disk';
  readonly bucket: string | null;
  readonly key: string;
  readonly versionId: string | null;
  readonly storageClass: string | null;
}

export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue };
export type JsonObject = { [name: string]: JsonValue };

export interface Document {
  /** UUIDv7 (RFC 9562 §5.7). */
  readonly id: string;
  readonly recordId: string;
  /** The document type's id. */
  readonly type: string;
  readonly filename: string;
  /** What the server found the bytes to be, never what the caller claimed. */
  readonly contentType: string;
  /** Bytes; null until they have all arrived. */
  readonly size: number | null;
  /** Lower-case hex; null until the bytes have all arrived. */
  readonly sha256: string | null;
  readonly state: State;
  /** The state that a restore leads back to; set only in `deleted`. */
  readonly stateBefore: State | null;
  readonly storage: StoredAt;
  readonly metadata: JsonObject;
  /** The document of the same record that this one takes the place of. */
  readonly replaces: string | null;
  readonly createdAt: Date;
  readonly createdBy: Actor;
  readonly updatedAt: Date;
  readonly archivedAt: Date | null;
  readonly deletedAt: Date | null;
  readonly purgeAfter: Date | null;
  /** Counts up by one with every change; the ETag of the record. */
  readonly revision: number;
}

/** One append-only line of a document's history. */
export interface Event {
  /** UUIDv7. */
  readonly id: string;
  readonly documentId: string;
  /** Of the document, after this change. */
  readonly revision: number;
  readonly at: Date;
  readonly action: EventAction;
  readonly actor: Actor;
  readonly requestId: string | null;
  readonly details: JsonObject;
}

export const eventActions = [
  'document.received',
  'document.inspecting',
  'document.available',
  'document.changed',
  'document.archived',
  'document.unarchived',
  'document.deleted',
  'document.restored',
  'document.purging',
  'document.purged',
  'document.abandoned',
] as const;

export type EventAction = (typeof eventActions)[number];

/** The extension of a filename with its dot, or '' where it has none. */
export function extensionOf(filename: string): string {
  return /\.[^.]{1,16}$/.exec(filename)?.[0] ?? '';
}
