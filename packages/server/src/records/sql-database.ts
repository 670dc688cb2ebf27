import type { State } from '../documents/document.ts';
import type { Allowance, Outlook } from './document-records.ts';
import type { Row, Value } from './row.ts';

/** SQL with `?1 …`; a parameter may stand in it more than once. */
export interface Query {
  readonly sql: string;
  readonly parameters: Value[];
  /** Its best plan depends on its parameters, and its texts are many: plan it for each run. Default: plan it once. */
  readonly planEachTime?: boolean;
}

/** Where the two databases say the same thing differently. */
export interface Dialect {
  /** Epoch milliseconds by the database's clock. */
  readonly clock: string;
  /** The table, to be read by this index where the database can be told. */
  readonly from: (index: string) => string;
  /** One arm of an ordered union. */
  readonly arm: (select: string, order: string, limit: string) => string;
  /** At most so many rows, planned for the first of them. */
  readonly limit: (parameter: string) => string;
  /** True of a column whose value is in the list that is this parameter. */
  readonly isAmong: (parameter: string) => string;
  /** The same of ids that are about to be written: rows are locked in the order of their ids, as every group locks them. */
  readonly isAmongLocked: (parameter: string) => string;
  /** Ids as such a parameter. */
  readonly list: (ids: readonly string[]) => string;
}

/**
 * The small port inside this room: what sql-records.ts needs of a database. Any call may raise `records_unavailable`.
 * Each is one transaction.
 */
export interface SqlDatabase {
  readonly dialect: Dialect;
  connect(): Promise<void>;
  outlook(): Promise<Outlook>;
  describe(): string;
  close(): Promise<void>;
  /** A SELECT; it may be tried twice. */
  read(query: Query): Promise<Row[]>;
  /** Any other single statement; answers what it returns. */
  write(query: Query): Promise<Row[]>;
  /** Null when written, else the document that the idempotency key already made. Raises what the port says. */
  create(row: NewRow): Promise<Row | null>;
  /** The updated document. Raises `document_missing`, `state_conflict`, `revision_conflict`. */
  update(update: Update): Promise<Row>;
  /** Documents, each followed by its looks. */
  claim(claim: Claim): Promise<Row[]>;
  /** Raises `state_conflict`. */
  forget(id: string): Promise<void>;
  /** A document and its upload (`toUpload`), taken over. Raises what the port says; so do the next two. */
  takeUpload(taking: Taking): Promise<Row>;
  advanceUpload(progress: Progress): Promise<void>;
  /** The updated document. */
  updateUpload(update: HeldUpdate): Promise<Row>;
}

/** A document about to be written, as rows ready to be bound. Durations are milliseconds. */
export interface NewRow {
  readonly document: Row;
  readonly dueIn: number;
  readonly event: Row;
  readonly idempotency: NewLine | null;
  readonly allowance: Allowance | null;
  /** The upload that it is the document of (`newUploadRow`). */
  readonly upload: Row | null;
}

export interface NewLine {
  readonly scope: string;
  readonly key: string;
  readonly fingerprint: string;
  readonly keptFor: number;
  /** The event of a dead upload that is abandoned for this one. */
  readonly abandoned: Row;
}

export interface Update {
  readonly id: string;
  /** An UPDATE that returns the document's columns, or no row when it must not be changed. */
  readonly query: Query;
  readonly event: Row;
  /** What the refusal says was wanted. */
  readonly wanted: string;
  /** The document's new state is `abandoned`: the place that it took of a grant's goes back. */
  readonly abandons: boolean;
  /** The expected revision; null: any. */
  readonly revision: number | null;
}

export interface Claim {
  readonly states: readonly State[];
  readonly limit: number;
  readonly lease: number;
}

export interface Taking {
  readonly id: string;
  /** Null: any. */
  readonly expectedOffset: number | null;
}

export interface Progress {
  readonly id: string;
  readonly fence: number;
  /** Milliseconds until it is due, offset, state, length (null: as it was). */
  readonly progress: Row;
  /** As `partRow` makes it. */
  readonly part: Row | null;
}

/** An `Update` by who holds this fence of the document's upload. */
export interface HeldUpdate extends Pick<Update, 'id' | 'query' | 'wanted'> {
  readonly fence: number;
  /** The event with which the upload is over, and its row and its parts go; null: it goes on. */
  readonly ending: Row | null;
}
