import type { Document, JsonObject, State } from '../documents/document.ts';
import type { Part } from '../objects/resumable-objects.ts';
import type { Changes, Happened } from './document-records.ts';

/**
 * The port to the progress of uploads that go on over several requests. Such an upload is a document in `receiving`; what is
 * kept here beside it goes when the upload is over. test/contracts/ holds both databases to it.
 *
 * A fence counts who has taken the upload over. Whoever holds an older one can change nothing any more: nobody waits for a
 * lease to run out. It begins at 0, which who created the upload may go on with. Every call is one transaction, may raise `records_unavailable`, and raises `document_missing` for an id
 * that is no document's, `state_conflict` for one that is not `receiving` (any more), or is and has no upload.
 */
export interface UploadRecords {
  /** The upload as it stands, whoever is at it; null where the document has none. Raises nothing for a document in another state. */
  findUpload(id: string): Promise<UploadRecord | null>;

  /**
   * Takes the upload over: its fence is one higher, and it is answered as it stands. With `expectedOffset`, raises
   * `offset_conflict` with the offset that stands, and takes nothing over.
   */
  takeUpload(id: string, expectedOffset?: number): Promise<UploadRecord>;

  /**
   * Notes what is durable now, and that the upload lives until now + `dueIn`. No event, no revision. A part with the number of
   * an earlier one takes its place; parts with a higher number go. Raises `upload_taken_over` unless the fence is ours.
   */
  advanceUpload(id: string, fence: number, progress: UploadProgress): Promise<void>;

  /**
   * Fixes what the first bytes have said: key, content type and name. Once: another key than the one that stands raises
   * `state_conflict`. Counts the revision up, no event. Raises as `advanceUpload`.
   */
  placeUpload(
    id: string,
    fence: number,
    placed: {
      readonly key: string;
      readonly contentType: string;
      readonly filename: string;
      readonly at: Date;
    },
  ): Promise<Document>;

  /** The parts noted so far, by number. With `fence`, raises `upload_taken_over` unless it is ours. */
  uploadParts(id: string, fence?: number): Promise<Part[]>;

  /**
   * As `transition` from `receiving`, and ends the upload: its progress and parts go. Raises as `advanceUpload`. The name is
   * to be named: from now on the document is found by it (`Changes`).
   */
  finishUpload(
    id: string,
    fence: number,
    to: Extract<State, 'available' | 'inspecting'>,
    changes: Changes & Required<Pick<Changes, 'filename'>>,
    happened: Happened,
  ): Promise<Document>;
}

export interface UploadRecord {
  readonly document: Document;
  readonly transport: 'tus' | 'direct';
  /** Bytes of the whole; null: not said yet. */
  readonly length: number | null;
  /** Durable bytes. */
  readonly offset: number;
  readonly fence: number;
  /** When it is given up, unless it goes on: the row's due time, by the database's clock. */
  readonly expiresAt: Date;
  /** The store's own. */
  readonly state: JsonObject;
  /** What the client said of the bytes, for when they are looked at, and as it sent it. */
  readonly claims: JsonObject;
}

/** Beside a draft: what `create` writes in the same transaction. The draft's key may be empty then: no byte has said it yet. */
export type NewUpload = Pick<UploadRecord, 'transport' | 'length' | 'state' | 'claims'>;

export interface UploadProgress {
  readonly offset: number;
  readonly state: JsonObject;
  /** Said now; absent: as it was. */
  readonly length?: number;
  readonly part?: Part | null;
  /** Milliseconds. */
  readonly dueIn: number;
}
