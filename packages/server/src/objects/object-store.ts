import type { Readable } from 'node:stream';
import type { DirectUploads } from './direct-uploads.ts';
import type { ResumableObjects } from './resumable-objects.ts';
import type { SelfDescription } from './self-description.ts';

/**
 * The port to the bytes. Disk and S3 keep the same promises; test/contracts/object-store.ts holds both to them.
 *
 * Any call may raise `store_unavailable` (trying again can help; `cause` holds what the store said) or `aborted`
 * (the signal fired), and `put` raises `busy` when it needs memory and others hold all of it. Keys are made by keys.ts and
 * are relative to the store's prefix.
 */
export interface ObjectStore {
  readonly kind: 's3' | 'disk';
  /** The bucket's name; null on disk. */
  readonly bucket: string | null;
  /** Objects that come over several calls. */
  readonly resumable: ResumableObjects;
  /** Objects that come past us; null: they can't. */
  readonly direct: DirectUploads | null;
  /** `s3://bucket/prefix/key` or `file:///…`, for people. */
  path(key: string): string;

  /**
   * Readies the store and proves that it can be used: the folder is made, or the bucket is asked for, and then `use` makes
   * the first real use of it. Called at start and again until it succeeds. Raises StartError for what an operator must
   * mend (no such bucket, refused credentials, a refused write in `use`), `store_unavailable` when it can't be reached.
   */
  connect(use?: () => Promise<void>): Promise<void>;

  /**
   * Stores `body` under `key`, all or nothing: after a failure or an abort nothing can be read there.
   * Never overwrites: raises `object_exists`. When the answer to our own write was lost, a look at the key decides:
   * our id and size there is success.
   * A Readable is consumed to its end and destroyed on failure; its own error is raised unchanged.
   */
  put(key: string, body: Buffer | Readable, options: PutOptions): Promise<Stored>;

  /** Opens the bytes for reading. Raises `object_missing`, `range_unsatisfiable`. The caller must consume or destroy `body`. */
  open(key: string, options?: OpenOptions): Promise<Opened>;

  /**
   * The bytes in one piece: for small ones, of which a stream would cost more than the bytes. Raises as `open` does, and
   * `store_unavailable` when there are more than `atMost`.
   */
  read(key: string, options: ReadOptions): Promise<Buffer>;

  /** The object's facts, or null when there is none. */
  stat(key: string, signal?: AbortSignal): Promise<ObjectFacts | null>;

  /**
   * Removes the object; missing is success. On a versioned bucket every version of the key goes.
   * Parts of an unfinished multipart upload under this very key go too, as do half-written files.
   */
  remove(key: string, signal?: AbortSignal): Promise<void>;

  /** Keys under `prefix` in byte order of the whole key, beginning after `after`. For sweeps only, never for a user's list. */
  list(prefix: string, options?: { after?: string; signal?: AbortSignal }): AsyncIterable<ListedObject>;

  /** A presigned URL on the public endpoint, or null: "stream it yourself". */
  link(key: string, options: LinkOptions): Promise<string | null>;

  /** What GET /v1/storage tells. Never a secret. */
  describe(): StoreDescription;

  /** Closes sockets and file handles. */
  close(): Promise<void>;
}

export interface PutOptions {
  /** Exact length in bytes where it is known. A body of another length is a failure (`length_mismatch`). */
  readonly size?: number;
  /**
   * Where the exact length is not known: the body has at least this many bytes. Lets S3 send all but a short tail
   * straight through. A body that ends before raises `length_mismatch`.
   */
  readonly atLeast?: number;
  /** The most the body can have, in bytes, where the length is not known; sets the part size. */
  readonly atMost?: number;
  readonly contentType: string;
  /** Lower-case hex SHA-256 where it is known before the first byte is sent (small bodies). */
  readonly sha256?: string;
  readonly description: SelfDescription;
  readonly signal?: AbortSignal;
}

export interface Stored {
  readonly size: number;
  readonly etag: string;
  readonly versionId: string | null;
  /** Ours, from an earlier attempt: it lay there already, and nobody has compared what was brought now with it. */
  readonly found?: true;
}

/** First and last byte, both included, as in RFC 9110 §14.1.2. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

export interface OpenOptions {
  readonly range?: ByteRange;
  readonly signal?: AbortSignal;
}

export interface ReadOptions extends OpenOptions {
  /** Bytes. */
  readonly atMost: number;
}

export interface Opened {
  readonly body: Readable;
  /** Bytes that `body` will give (of the range, when one was asked for). */
  readonly size: number;
  readonly etag: string;
}

export interface ObjectFacts {
  readonly size: number;
  readonly etag: string;
  readonly versionId: string | null;
  readonly contentType: string;
  /** Null on an object that the service did not write. */
  readonly description: SelfDescription | null;
}

export interface ListedObject {
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
}

export interface LinkOptions {
  /** Seconds. */
  readonly expiresIn: number;
  readonly filename: string;
  readonly disposition: 'inline' | 'attachment';
  /** The Content-Type field of the answer. */
  readonly contentType: string;
}

export interface StoreDescription {
  readonly store: 's3' | 'disk';
  readonly bucket: string | null;
  readonly prefix: string | null;
  readonly region: string | null;
  readonly endpoint: string | null;
  readonly acl: string | null;
  readonly encryption: string | null;
  readonly storageClass: string | null;
  /** The folder on disk; null on S3. */
  readonly folder: string | null;
  readonly credentials: { readonly set: boolean; readonly from: string };
}
