import type { Readable } from 'node:stream';
import type { ByteRange } from '../objects/object-store.ts';
import type { Filter, Page, Position } from '../records/document-records.ts';
import type { Document, Event, JsonObject } from './document.ts';
import type { Caller } from './permissions.ts';
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
}

/** A document that may be read now. */
export interface ReadableDocument {
  readonly document: Document & { readonly size: number; readonly sha256: string };
  /** Opens the bytes, or a range of them. Raises `store_unavailable`, `internal` when the object is gone. */
  readonly open: (range?: ByteRange, signal?: AbortSignal) => Promise<Readable>;
}

export interface DocumentsPort {
  receive(
    caller: Caller,
    draft: NewDocument,
    body: IncomingBody,
    signal: AbortSignal,
  ): Promise<{ document: Document; replayed: boolean }>;
  describe(caller: Caller, id: string): Promise<Document>;
  read(caller: Caller, id: string): Promise<ReadableDocument>;
  /** A presigned URL for a redirect (LINK_MODE), or null: stream it. Lives at most 60 seconds. */
  direct(
    caller: Caller,
    readable: ReadableDocument,
    disposition: 'inline' | 'attachment',
  ): Promise<string | null>;
  find(caller: Caller, filter: Filter, page: Page): Promise<{ documents: Document[]; next: Position | null }>;
  change(
    caller: Caller,
    id: string,
    revision: number,
    changes: { filename?: string; metadata?: JsonObject },
  ): Promise<Document>;
  events(caller: Caller, id: string): Promise<Event[]>;
  /** Raises as `read` does unless the document can be read; the door mints the link. */
  assertLinkable(caller: Caller, id: string): Promise<Document>;
  archive(caller: Caller, id: string): Promise<Document>;
  unarchive(caller: Caller, id: string): Promise<Document>;
  /** In the trash: the document in `deleted`. Gone now (or abandoned): null. */
  remove(caller: Caller, id: string): Promise<Document | null>;
  restore(caller: Caller, id: string): Promise<Document>;
  readonly types: readonly DocumentType[];
  limit(type: DocumentType): number;
}
