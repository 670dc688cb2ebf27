import type { Checksum } from '../inspection/stretch.ts';
import type { Document } from './document.ts';
import type { IncomingBody, NewDocument } from './documents-port.ts';
import type { Caller } from './permissions.ts';

export type { Checksum };

/** Where an upload stands. */
export interface Standing {
  /** The document's. */
  readonly id: string;
  /** Bytes that are stored. */
  readonly offset: number;
  /** Bytes of the whole; null: not said yet. */
  readonly length: number | null;
  /** When it is given up unless it goes on; null: it is over, the document is there. */
  readonly expiresAt: Date | null;
  /** What the client said when it began, as it sent it; null where that is known no more. */
  readonly sent: string | null;
}

/** Bytes of an upload, on their way. */
export interface Piece {
  readonly body: IncomingBody;
  /** What they sum up to; null: not said. Then all that comes is kept, also when the body breaks off. */
  readonly checksum: Checksum | null;
}

export interface Beginning {
  /** Bytes of the whole; null: they are said later. */
  readonly length: number | null;
  /** As the client sent what it says of the document. */
  readonly sent: string;
  /** The first of its bytes; null: none come along. */
  readonly first: Piece | null;
}

/**
 * What doors ask of uploads that go on over several requests. Every call raises `not_allowed` for a caller that may not upload,
 * `records_unavailable`; all but `begin` raise `document_missing` for what is no upload that the caller reaches, and
 * `upload_ended` for one that was given up or whose document is gone.
 *
 * `where` and `append` take the upload over: whoever goes on with it in another request is ended with `upload_taken_over`.
 */
export interface ResumingPort {
  /**
   * Begins an upload. Where the first piece is the whole document, it goes the way of any other (`DocumentsPort.receive`), and is
   * over afterwards. `replayed` where its idempotency key has begun it before: nothing of `first` is read then. Raises
   * as `receive` and `append` do; the upload is given up then, unless its idempotency key leads back to it.
   */
  begin(
    caller: Caller,
    wanted: NewDocument,
    begun: Beginning,
    signal: AbortSignal,
  ): Promise<{ standing: Standing; replayed: boolean }>;
  /** The document that comes, or has come, of any upload: for who may bring it and not read it. Takes nothing over. */
  describe(caller: Caller, id: string): Promise<Document>;
  /** What was on its way in this process is stored before it is answered. */
  where(caller: Caller, id: string): Promise<Standing>;
  /**
   * Adds a piece at `offset`; `length`, where it is said now. With the last of its bytes the document is there. Raises
   * `offset_conflict` (before anything is read or taken over), `invalid_input`, `length_mismatch`, `checksum_mismatch`,
   * `upload_taken_over`, `store_unavailable`, and what the body's stream raises: the upload can go on after all of these.
   * Raises `too_large`, `empty_body`, `type_refused`: it is given up then.
   */
  append(
    caller: Caller,
    id: string,
    at: { readonly offset: number; readonly length: number | null },
    piece: Piece,
  ): Promise<Standing>;
  /** Gives the upload up. Raises `state_conflict` when its document is there. */
  terminate(caller: Caller, id: string): Promise<void>;
}
