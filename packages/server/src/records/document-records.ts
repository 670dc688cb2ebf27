import type { Actor, Document, Event, EventAction, JsonObject, State } from '../documents/document.ts';
import type { NewUpload } from './upload-records.ts';

/**
 * The port to the facts. SQLite and PostgreSQL keep the same promises; test/contracts/document-records.ts holds both
 * to them. One call is one transaction; no transaction leaves this room.
 *
 * Any call may raise `records_unavailable` (`cause` holds what the database said).
 *
 * The rows are the queue of the chores: `due` says when a row next wants attention, by the database's clock.
 * Claiming a row moves its due time on by the lease, so a claim that dies comes due again by itself.
 */
export interface DocumentRecords {
  /**
   * Writes a new row with its first event. It comes due (to be settled) after `draft.dueIn` unless a heartbeat moves that.
   *
   * With `idempotency`, in the same transaction: an unexpired line of the same scope and key
   * - whose document is `abandoned` or forgotten is taken over: created;
   * - with another fingerprint raises `idempotency_mismatch`;
   * - whose document is `receiving` and not yet due, and has an upload by the same transport as `upload`, answers it with
   *   created = false: it goes on where it stands;
   * - whose document is `receiving` and not yet due (its uploader lives) raises `idempotency_in_progress`;
   * - whose document is `receiving` and due makes that one `abandoned` (with its event, due at once) and is taken over: created;
   * - otherwise answers that document with created = false.
   *
   * With `allowance`, in the same transaction: what is created takes one of the grant's places; where none is left, raises
   * `grant_used_up` and nothing is written. A document that is answered takes none. One that becomes `abandoned` gives the
   * place of the grant that created it back, in the transaction that makes it so. Of grants that are kept no longer, two go
   * for every new one.
   *
   * With `upload`, in the same transaction: the upload is there, of which nothing has come (upload-records.ts).
   *
   * `replaces` must name a document of the same record that is neither `abandoned` nor `purged`: else `invalid_input`
   * on field `replaces`, and nothing is written.
   */
  create(
    draft: Draft,
    happened: Happened,
    idempotency?: Idempotency,
    allowance?: Allowance,
    upload?: NewUpload,
  ): Promise<{ document: Document; created: boolean }>;

  /** The document, or null. */
  get(id: string): Promise<Document | null>;

  /** One page by keyset: rows examined are bounded by the limit, not by the table. */
  find(filter: Filter, page: Page): Promise<{ documents: Document[]; next: Position | null }>;

  /**
   * One page of what begins with a prefix: first documents whose record's id does, by record and time; then those whose folded
   * filename does (folded-name.ts), by that and id, without those that were among the first. With a `recordId`, names
   * alone. Rows examined are bounded by the limit; a page may hold fewer than the limit, or none, though more follow.
   * Names that were written by an earlier version are found once `foldNames` has come to them.
   */
  search(search: Search, page: SearchPage): Promise<{ documents: Document[]; next: SearchPosition | null }>;

  /** Makes at most `limit` documents findable by their names that an earlier version wrote; answers how many there were. */
  foldNames(limit: number): Promise<number>;

  /**
   * Moves the document from one of `from` to `to`, applies `changes`, counts the revision up and writes the event.
   * Raises `document_missing`, or `state_conflict` when it is in none of `from`. Both are answered by one statement:
   * of two racing calls one wins. With `expectedRevision`, it must not have left `from` and come back either: else
   * `revision_conflict`.
   */
  transition(
    id: string,
    from: readonly State[],
    to: State,
    changes: Changes,
    happened: Happened,
    expectedRevision?: number,
  ): Promise<Document>;

  /** Changes facts without changing the state. Raises `document_missing`, `revision_conflict`, and `state_conflict` when not in `from`. */
  change(
    id: string,
    expectedRevision: number,
    from: readonly State[],
    changes: Pick<Changes, 'filename' | 'metadata'>,
    happened: Happened,
  ): Promise<Document>;

  /**
   * Says that these uploads live: their due time moves to now + `dueIn`. Answers those that are still `receiving`;
   * for the others the race is lost. No event, no revision.
   */
  heartbeat(ids: readonly string[], dueIn: number): Promise<Set<string>>;

  /** Rows in one of `states` that are due, earliest first; each is leased to the caller for `lease` and answered once among all processes. */
  claim(states: readonly State[], options: { limit: number; lease: number }): Promise<Claimed[]>;

  /** Moves a claimed row's due time to now + `dueIn` and counts its looks up by one. No event, no revision. */
  lookAgain(id: string, dueIn: number): Promise<void>;

  /** Moves a row's due time on to now + `dueIn`; one that is later, or never, stays. No look, no event, no revision. */
  postpone(id: string, dueIn: number): Promise<void>;

  /**
   * Of each of `states` in which a row is due: for how many milliseconds the earliest has been, by the database's clock.
   * A leased row is not due. Costs one look into an index per state.
   */
  overdue(states: readonly State[]): Promise<Map<State, number>>;

  /** Of these keys, those that a row names. For sweeps. A key holds its document's id, which is how the row is found. */
  known(keys: readonly string[]): Promise<Set<string>>;

  /** The history, oldest first, or a part of it; empty when the document is unknown. */
  events(id: string, part?: EventPart): Promise<Event[]>;

  /** Forgets a row in `purged` or `abandoned` with its history and its idempotency line. Missing is success; another state raises `state_conflict`. */
  forget(id: string): Promise<void>;
}

/** A row about to be written. Times are the server's; durations are milliseconds by the database's clock. */
export interface Draft
  extends Pick<
    Document,
    | 'id'
    | 'recordId'
    | 'type'
    | 'filename'
    | 'contentType'
    | 'storage'
    | 'metadata'
    | 'replaces'
    | 'createdAt'
    | 'createdBy'
  > {
  readonly state: 'receiving';
  readonly dueIn: number;
}

/** The event to write with a change. */
export interface Happened {
  readonly action: EventAction;
  readonly actor: Actor;
  readonly requestId: string | null;
  readonly at: Date;
  readonly details?: JsonObject;
}

export interface Idempotency {
  /** Who sent it; keys of two callers never meet. */
  readonly scope: string;
  readonly key: string;
  readonly fingerprint: string;
  /** Milliseconds it is kept. */
  readonly keptFor: number;
}

/** How many documents a grant may bring in all. Abandoned ones don't count. */
export interface Allowance {
  /** The id of the grant, as in `createdBy`. */
  readonly grant: string;
  readonly files: number;
  /** Milliseconds that they are counted: longer than the grant lives. */
  readonly keptFor: number;
}

/** Only what is named is changed. */
export interface Changes {
  /** What is named is what the document is found by from then on (`search`), in every state but `purged`. */
  readonly filename?: string;
  readonly metadata?: JsonObject;
  readonly size?: number;
  readonly sha256?: string;
  readonly versionId?: string | null;
  readonly stateBefore?: State | null;
  readonly archivedAt?: Date | null;
  readonly deletedAt?: Date | null;
  readonly purgeAfter?: Date | null;
  /** When the row next wants a chore: milliseconds from now by the database's clock; null: never. */
  readonly dueIn: number | null;
}

export interface Filter {
  readonly recordId?: string;
  readonly type?: string;
  /** Any of these, at most 16; not with `type`. */
  readonly types?: readonly string[];
  /** Undefined: every state. */
  readonly states?: readonly State[];
  /** Exclusive. Only with a sort by createdAt. */
  readonly createdAfter?: Date;
  /** Exclusive. Only with a sort by createdAt. */
  readonly createdBefore?: Date;
}

/** Which documents of which states. `recordId`, `type` and `types` as in a Filter. */
export interface Search extends Pick<Filter, 'recordId' | 'type' | 'types'> {
  /** Of the record's id as it is, or of the filename when both are folded. */
  readonly prefix: string;
  /** Some of `searchableStates`. */
  readonly states: readonly State[];
}

export interface SearchPage {
  readonly limit: number;
  readonly after?: SearchPosition;
}

/** The last row of a page: where it was found, and its record's id and createdAt (epoch milliseconds) or its folded name. */
export interface SearchPosition {
  readonly by: 'record' | 'name';
  readonly value: string;
  readonly at: number | null;
  /** Empty: before the first row. */
  readonly id: string;
}

/** `filename` (by bytes of its UTF-8) and `size` only with a recordId. Ties are broken by id in the same direction. */
export interface Page {
  readonly sort: { readonly by: 'createdAt' | 'filename' | 'size'; readonly descending: boolean };
  readonly limit: number;
  readonly after?: Position;
}

/** The last row of a page: its sort value (createdAt in epoch milliseconds) and id. */
export interface Position {
  readonly value: string | number | null;
  readonly id: string;
}

/** So many events, from the first one after `after` on. */
export interface EventPart {
  readonly limit: number;
  readonly after?: EventPosition;
}

/** Of an event in its document's history. */
export type EventPosition = Pick<Event, 'revision' | 'id'>;

export interface Claimed {
  readonly document: Document;
  /** How often a chore has looked at the row in this state. */
  readonly looks: number;
}

/** What a deployment knows of itself: a name is written once and never changes. */
export interface DeploymentRecords {
  /** Keeps `value` under `name` unless something is kept there already; answers what is kept. Two racing calls agree. */
  keepOnce(name: string, value: string): Promise<string>;
  kept(name: string): Promise<string | null>;
}

/** `make`: there are none. `migrate`: an earlier version made them. `use`: they are as this version has them. */
export type Outlook = 'make' | 'migrate' | 'use';

/** The records as a whole: one connection, several ports. */
export interface RecordsConnection {
  /**
   * Connects and migrates under a lock. Called at start and again until it succeeds. Raises StartError for what an
   * operator must mend (newer schema, folder in use, refused credentials), `records_unavailable` when it can't be reached.
   */
  connect(): Promise<void>;
  /** What `connect` would do to the records as they are. Asking changes nothing. Raises the same. */
  outlook(): Promise<Outlook>;
  /** Asks the database something cheap. */
  ping(): Promise<void>;
  /** One line for people: "SQLite in ./data/strongroom.db", "PostgreSQL at host:port/name". Never a password. */
  describe(): string;
  close(): Promise<void>;
}
