import type { Metadata } from './answers.ts';

export interface Progress {
  /** Bytes of the file that have left. Never falls, also when an attempt begins again from the start. */
  readonly sent: number;
  /** Bytes of the file; null for a stream, until it has ended. */
  readonly total: number | null;
}

export interface UploadOptions {
  /** What the document belongs to, 1 to 200 characters. */
  readonly recordId: string;
  /** The id of a document type. */
  readonly type: string;
  /** Default: the file's own name. */
  readonly filename?: string | undefined;
  /** Default: what the file says of itself. The service looks into the bytes and decides. */
  readonly contentType?: string | undefined;
  /** Kept with the document; at most 8 KiB as JSON. */
  readonly metadata?: Metadata | undefined;
  /** The id of the document of the same record that this one takes the place of. */
  readonly replaces?: string | undefined;
  /** Default: one made for this upload. Give your own to repeat an upload over a restart of your program. */
  readonly idempotencyKey?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
