import type { Document } from './document.ts';
import type { NewDocument } from './documents-port.ts';
import type { Caller } from './permissions.ts';

/** Where a direct upload stands, and what it takes to go on. */
export interface DirectStanding {
  /** The document's. */
  readonly id: string;
  /** Bytes of the whole. */
  readonly size: number;
  /** Bytes of every part but the last. */
  readonly partSize: number;
  readonly partCount: number;
  /** When it is given up unless it goes on; null: every byte is there. */
  readonly expiresAt: Date | null;
  /** Parts that can be sent now, each by one PUT of exactly `size` bytes. */
  readonly parts: readonly DirectPart[];
  /** Null: there are none. */
  readonly urlsExpireAt: Date | null;
  /** What has arrived, as the store has it. */
  readonly received: readonly { readonly number: number; readonly size: number }[];
}

export interface DirectPart {
  /** From 1. */
  readonly number: number;
  /** Of its first byte. */
  readonly offset: number;
  readonly size: number;
  readonly url: string;
}

/** What can be said of a document before its bytes come, in full: nobody here sees them pass. */
export type DirectDraft = Omit<NewDocument, 'contentDigest'> & { readonly size: number };

/**
 * What a door asks of uploads that go to the bucket past us. Every call raises `not_allowed` for a caller that may not upload,
 * then `direct_uploads_unavailable` where there are none, and `records_unavailable`, `store_unavailable`; all but `begin`
 * raise `document_missing` for what is no direct upload that the caller reaches, and `upload_ended` for one that was given up.
 */
export interface DirectPort {
  /** Where parts are sent, as a page's policy names it; null: there are no direct uploads here. */
  readonly origin: string | null;
  /**
   * Begins one, with the first of its parts' URLs; `replayed` where its idempotency key has begun it before. Raises
   * `invalid_input`, `unknown_document_type`, `too_large`, `empty_body`, `type_refused`, `idempotency_*`, `grant_used_up`.
   */
  begin(caller: Caller, draft: DirectDraft): Promise<{ standing: DirectStanding; replayed: boolean }>;
  /** Fresh URLs for the parts that are named; null: for the next that have not arrived. Raises `invalid_input`. */
  parts(caller: Caller, id: string, numbers: readonly number[] | null): Promise<DirectStanding>;
  /**
   * Makes the document of its parts, once each is there: `available` when it could be read back soon, else `inspecting`. A
   * repeat gives the same answer. Raises `upload_incomplete`: it can go on. Raises `type_refused`, `length_mismatch`: it is
   * over, and its bytes go.
   */
  complete(caller: Caller, id: string): Promise<Document>;
  /** Gives it up. A repeat gives the same answer. Raises `state_conflict` when its document is there. */
  abandon(caller: Caller, id: string): Promise<void>;
}
