import { StrongroomError } from '../errors.ts';
import type { Filter } from '../records/document-records.ts';
import type { Actor, Document } from './document.ts';

/** What can be done to documents; a grant may hand on any of these. */
export const documentActions = [
  'upload',
  'list',
  'read',
  'change',
  'link',
  'archive',
  'delete',
  'restore',
] as const;
export type DocumentAction = (typeof documentActions)[number];

/** All that can be allowed. `grant`: make and revoke grants; `keys`: make and revoke API keys. */
export const actions = [...documentActions, 'grant', 'storage', 'storage-check', 'keys', 'metrics'] as const;
export type Action = (typeof actions)[number];

/** Which documents there are for a caller: those that all of its members allow. Null allows any. */
export interface Reach {
  readonly documentId: string | null;
  readonly recordId: string | null;
  /** What the record's id begins with. */
  readonly recordPrefix: string | null;
  readonly types: readonly string[] | null;
}

/** What a caller may do, and to which documents. */
export interface Rights extends Reach {
  readonly actions: ReadonlySet<Action>;
  /** Of the API key, as they were given; null: it has none, or it is no key. */
  readonly scopes: readonly string[] | null;
  /** Bytes of one upload; null: what its type allows. */
  readonly maxSize: number | null;
  /** How many uploads in all; null: any number. */
  readonly maxFiles: number | null;
  /** From then on there are no rights; null: no time is set. */
  readonly expiresAt: Date | null;
}

/** Who calls, and what that allows. */
export interface Identity {
  readonly actor: Actor;
  /** The API key that it all comes down to, as access names it: what is made by its rights dies with it. Null: there is none. */
  readonly key: string | null;
  readonly rights: Rights;
}

/** Who calls, as the door found out. */
export interface Caller extends Identity {
  /** Ties log lines and events to one request. */
  readonly requestId: string;
}

/** Every action on every document. */
export const everything: Rights = Object.freeze({
  actions: new Set(actions),
  documentId: null,
  recordId: null,
  recordPrefix: null,
  types: null,
  scopes: null,
  maxSize: null,
  maxFiles: null,
  expiresAt: null,
});

/** The bytes of exactly one document: what a signed link opens. */
export function readingOnly(documentId: string): Rights {
  return { ...everything, actions: new Set(['read'] as const), documentId };
}

/** Raises `not_allowed`. Called before the input is validated or one byte is written (promise 4). */
export function assertAllowed({ rights }: Pick<Caller, 'rights'>, action: Action): void {
  if (!rights.actions.has(action)) throw new StrongroomError('not_allowed', { action });
}

/** Whether the document is there for a caller with these rights. What is not, is answered as one that does not exist. */
export function reaches(reach: Reach, { id, recordId, type }: Pick<Document, 'id' | 'recordId' | 'type'>) {
  return (reach.documentId ?? id) === id && reachesRecord(reach, recordId) && reachesType(reach, type);
}

/** Raises `not_allowed` unless the caller may bring a document of this type to this record. */
export function assertMayUpload(caller: Caller, document: Pick<Document, 'recordId' | 'type'>) {
  if (!mayUpload(caller, document)) throw new StrongroomError('not_allowed', { action: 'upload' });
}

/** Whether the caller may bring a document of this type to this record. */
export function mayUpload(
  { rights }: Pick<Caller, 'rights'>,
  { recordId, type }: Pick<Document, 'recordId' | 'type'>,
): boolean {
  const mayBring = rights.actions.has('upload') && rights.documentId === null;
  return mayBring && reachesRecord(rights, recordId) && reachesType(rights, type);
}

/** What a caller asks to hand on: to a grant, or to an API key. */
export interface Wanted {
  readonly actions: Iterable<Action>;
  /** The one record, or what its id begins with; null: any. */
  readonly recordId?: string | null;
  readonly recordPrefix?: string | null;
}

/** Nobody hands on more than they have. Raises `not_allowed` with the first action that the caller lacks, or that it lacks there. */
export function assertMayHandOn({ rights }: Pick<Caller, 'rights'>, wanted: Wanted): void {
  const within = (rights.recordPrefix ?? rights.recordId) === null || isWithin(rights, wanted);
  for (const action of wanted.actions)
    if (!within || !rights.actions.has(action)) throw new StrongroomError('not_allowed', { action });
}

/**
 * The filter of a list, narrowed to what the caller reaches. Raises `invalid_input` on what leads out of it: an empty
 * list would say that there is nothing.
 */
export function narrowed({ recordId, recordPrefix, types }: Reach, filter: Filter): Filter {
  if (recordPrefix !== null && !(filter.recordId ?? recordId)?.startsWith(recordPrefix))
    throw outside('recordId', `name one that begins with ${JSON.stringify(recordPrefix)}`);
  if (recordId !== null && (filter.recordId ?? recordId) !== recordId)
    throw outside('recordId', `the only one is ${JSON.stringify(recordId)}`);
  if (types !== null && filter.type !== undefined && !types.includes(filter.type))
    throw outside('type', `name one of ${types.join(', ')}`);
  return {
    ...filter,
    ...(recordId === null ? {} : { recordId }),
    ...(types === null || filter.type !== undefined ? {} : { types }),
  };
}

function isWithin(reach: Reach, { recordId, recordPrefix }: Wanted): boolean {
  if (reach.recordId !== null) return recordId === reach.recordId;
  // Whatever begins with the longer prefix begins with the shorter one.
  return (recordId ?? recordPrefix ?? '').startsWith(reach.recordPrefix ?? '');
}

function reachesRecord(reach: Reach, recordId: string): boolean {
  return (reach.recordId ?? recordId) === recordId && recordId.startsWith(reach.recordPrefix ?? '');
}

function reachesType({ types }: Reach, type: string): boolean {
  return types?.includes(type) ?? true;
}

function outside(field: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field, problem: `these credentials see a part: ${problem}` });
}
