import type { Metadata } from './answers.ts';
import type { StrongroomError } from './error.ts';
import type { Transport } from './generated.ts';

export interface Progress {
  /** Bytes of the file that have left. Never falls, also when an attempt begins again. Of an upload that goes on it begins at what is stored. */
  readonly sent: number;
  /** Bytes of the file; null for a stream, until it has ended. */
  readonly total: number | null;
}

export type { Transport };

/**
 * `waiting`: an attempt failed, and another one follows. `finishing`: every byte has left, the service's last answer is awaited.
 * `inspecting`: the service reads back what is stored.
 */
export type UploadState =
  | 'sending'
  | 'waiting'
  | 'paused'
  | 'finishing'
  | 'inspecting'
  | 'done'
  | 'failed'
  | 'cancelled';

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
  /** Ends the upload for good, as `cancel` does. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /**
   * `plain`: one request, begun again when it fails. `tus`: in pieces through the service. `direct`: in parts from here into the
   * bucket. Default: `auto`, which is plain up to 8 MiB and for streams, then direct where the service offers it, else tus.
   */
  readonly transport?: Transport | 'auto' | undefined;
  /** Whether the same file goes on where it stopped when it is uploaded again after a reload or a restart. Default: true. */
  readonly resumable?: boolean | undefined;
  /** Parts at a time of a direct upload. Default: 3. */
  readonly parallel?: number | undefined;
  /** Bytes of each request of an upload by tus, at most. Default: 8 MiB to begin with, up to 64 MiB while the line holds. */
  readonly chunkSize?: number | undefined;
  /** Told of every change, with `waiting` also what it waits after, and once when the transport is chosen. */
  readonly onState?: ((state: UploadState, error?: StrongroomError) => void) | undefined;
  /** Told when an earlier upload of this file goes on, with the bytes that were stored already. */
  readonly onContinued?: ((from: number) => void) | undefined;
}
