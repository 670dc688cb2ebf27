import type { Part, ResumableTarget } from './resumable-objects.ts';

/**
 * What a store can do where whoever has the bytes can send them there without us (S3): parts by presigned URLs on the public
 * endpoint. Always a multipart upload: once it is complete, its URLs are good for nothing, so what was verified can't be
 * written over. Any call may raise `store_unavailable`, `aborted`.
 */
export interface DirectUploads {
  /** Where the URLs lead: scheme, host and port. */
  readonly origin: string;
  /** Begins an upload of `size` bytes; every part but the last has `partSize` bytes. */
  begin(
    target: ResumableTarget,
    size: number,
    signal?: AbortSignal,
  ): Promise<{ uploadId: string; partSize: number }>;
  /** A URL each, good for a PUT of exactly `size` bytes for `expiresIn` seconds. Asks the store nothing. */
  urls(
    upload: DirectUpload,
    parts: readonly { readonly number: number; readonly size: number }[],
    expiresIn: number,
  ): Promise<string[]>;
  /** What has arrived, as the store lists it; null: there is no such upload (any more). */
  parts(upload: DirectUpload, signal?: AbortSignal): Promise<Part[] | null>;
  /** Makes the object of these parts. Raises `object_exists`, `upload_lost`. */
  complete(upload: DirectUpload, parts: readonly Part[], signal?: AbortSignal): Promise<void>;
  /** Ends it: what was sent of it goes, and its URLs are good for nothing. One that is over already is success. */
  end(upload: DirectUpload, signal?: AbortSignal): Promise<void>;
  /** Ends every upload that was begun at this key, whoever knows of it. */
  endAll(key: string, signal?: AbortSignal): Promise<void>;
}

export interface DirectUpload {
  readonly key: string;
  readonly uploadId: string;
}
