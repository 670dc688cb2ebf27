import type { Readable } from 'node:stream';
import type { ByteRange, LinkOptions } from '../objects/object-store.ts';
import type {
  EventPart,
  EventPosition,
  Filter,
  Page,
  Position,
  Search,
  SearchPage,
  SearchPosition,
} from '../records/document-records.ts';
import type { Document, Event, JsonObject } from './document.ts';
import type { Caller, DocumentAction } from './permissions.ts';
import type { DocumentType } from './policy.ts';

/** What a caller says of the bytes it brings. Claims only; the server decides. */
export interface NewDocument {
  readonly recordId: string;
  readonly type: string;
  /** As claimed, uncleaned; null when none was given. */
  readonly filename: string | null;
  /** As claimed; null when none was given. */
  readonly contentType: string | null;
  readonly metadata: JsonObject;
  readonly replaces: string | null;
  readonly idempotencyKey: string | null;
  /** The Content-Digest field as sent (RFC 9530), part of the idempotency fingerprint. */
  readonly contentDigest: string | null;
}

export interface IncomingBody {
  /** Exact bytes where declared. */
  readonly size: number | null;
  /** At least this many, where the exact length is not known (a form). */
  readonly atLeast: number | null;
  /** Declared length of the whole request body, part of the idempotency fingerprint. */
  readonly declared: number | null;
  /**
   * Called once, when the upload may go on: nothing has been read before. The door answers 100-continue here.
   * The stream raises `length_mismatch`, `invalid_form`, `too_slow`, `aborted` as they are found.
   */
  readonly open: () => Readable;
  /** The same for a small body, in one piece; null for one that may be large. Either is called, not both. */
  readonly whole: (() => Promise<Buffer>) | null;
}

/** What a grant is to be good for. */
export interface Grantable {
  readonly recordId: string;
  readonly actions: readonly DocumentAction[];
  /** Null: all. */
  readonly types: readonly string[] | null;
}

/** A document that may be read now. */
export interface ReadableDocument {
  readonly document: Document & { readonly size: number; readonly sha256: string };
  /** Opens the bytes, or a range of them. Raises as `read` does, `store_unavailable`, `internal` when the object is lost. */
  readonly open: (range?: ByteRange, signal?: AbortSignal) => Promise<Readable>;
  /** The same in one piece, for no more than `atMost` bytes. */
  readonly read: (atMost: number, range?: ByteRange, signal?: AbortSignal) => Promise<Buffer>;
}

/** What the doors ask of documents. Every call raises `not_allowed` for a caller that may not, `records_unavailable`. */
export interface DocumentsPort {
  /**
   * Takes one document in; `replayed` where its idempotency key has brought it before. Raises `invalid_input`,
   * `unknown_document_type`, `too_large`, `empty_body`, `type_refused`, `idempotency_*`, `grant_used_up`, `state_conflict`,
   * `store_unavailable`, and what the body's stream raises.
   */
  receive(
    caller: Caller,
    draft: NewDocument,
    body: IncomingBody,
    signal: AbortSignal,
  ): Promise<{ document: Document; replayed: boolean }>;
  /** The record answers in every state until it is forgotten. Raises `document_missing`. */
  describe(caller: Caller, id: string): Promise<Document>;
  /** Raises `document_missing`, `not_ready`, `quarantined`, `document_deleted`. */
  read(caller: Caller, id: string): Promise<ReadableDocument>;
  /** A presigned URL for a redirect (LINK_MODE), or null: stream it. Lives at most 60 seconds. `shown` is what the door grants. */
  direct(
    caller: Caller,
    readable: ReadableDocument,
    shown: Pick<LinkOptions, 'disposition' | 'contentType'>,
  ): Promise<string | null>;
  /** Raises `invalid_input` on a filter that leads out of the caller's reach. */
  find(caller: Caller, filter: Filter, page: Page): Promise<{ documents: Document[]; next: Position | null }>;
  /** Documents whose record or name begins so; see DocumentRecords. Raises as `find` does. */
  search(
    caller: Caller,
    search: Search,
    page: SearchPage,
  ): Promise<{ documents: Document[]; next: SearchPosition | null }>;
  /**
   * Changes the document if it is at one of the revisions that are named; `*`: at any. Raises `document_missing`,
   * `document_deleted`, `state_conflict`, `revision_conflict`, `invalid_input`.
   */
  change(
    caller: Caller,
    id: string,
    revisions: '*' | readonly number[],
    changes: { filename?: string; metadata?: JsonObject },
  ): Promise<Document>;
  /** Raises `document_missing`. */
  events(
    caller: Caller,
    id: string,
    part: EventPart,
  ): Promise<{ events: Event[]; next: EventPosition | null }>;
  /** Raises as `read` does unless the document can be read; the door mints the link. */
  assertLinkable(caller: Caller, id: string): Promise<Document>;
  /**
   * Raises `not_allowed` unless the caller may hand all of it on, `invalid_input`, `unknown_document_type`; the door makes the
   * grant.
   */
  assertGrantable(caller: Caller, wanted: Grantable): void;
  /** A repeat gives the same answer. Raises `document_missing`, `state_conflict`. */
  archive(caller: Caller, id: string): Promise<Document>;
  /** A repeat gives the same answer. Raises `document_missing`, `state_conflict`. */
  unarchive(caller: Caller, id: string): Promise<Document>;
  /**
   * Per the type's rule: into the trash (the document in `deleted`), or gone now (null). In `receiving` it abandons
   * (null). A repeat gives the same answer. Raises `document_missing`, `state_conflict`.
   */
  remove(caller: Caller, id: string): Promise<Document | null>;
  /** Out of the trash, into the state before. A repeat gives the same answer. Raises `document_missing`, `state_conflict`. */
  restore(caller: Caller, id: string): Promise<Document>;
  /** Those of the documents that the caller reaches. */
  types(caller: Caller): readonly DocumentType[];
  /** Bytes that one document of this type may have when the caller brings it. */
  limit(caller: Caller, type: DocumentType): number;
}
