/**
 * Where uploads that stopped are kept, so that they go on. In browsers that is IndexedDB; a program of Node gives its own.
 * What it raises keeps no upload from being made: then that one does not go on.
 */
export interface UploadPlaces {
  get(fingerprint: string): Promise<UploadPlace | undefined>;
  set(place: UploadPlace): Promise<void>;
  /** None is success. */
  delete(fingerprint: string): Promise<void>;
  /** All of them, of every service. */
  list(): Promise<readonly UploadPlace[]>;
}

/** Where one upload stopped. Plain data, no secrets: without credentials it is good for nothing. */
export interface UploadPlace {
  /** Of the file, and of what was asked for with it. */
  readonly fingerprint: string;
  /** The service's. */
  readonly url: string;
  readonly recordId: string;
  readonly type: string;
  readonly filename: string;
  /** Bytes. */
  readonly size: number;
  readonly transport: 'tus' | 'direct';
  /** The document's; null until the service has answered. */
  readonly id: string | null;
  readonly idempotencyKey: string;
  /** Bytes that are stored, as far as it is known here. */
  readonly sent: number;
  /** What has ever left of the file, by its hash: an upload goes on only with a file that begins so. */
  readonly prefix: { readonly bytes: number; readonly hash: string };
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601: when the service gives it up; null where that is not known. */
  readonly expiresAt: string | null;
}

/** An upload that stopped, and goes on when the same file is uploaded again to the same record with the same options. */
export interface UnfinishedUpload
  extends Pick<UploadPlace, 'recordId' | 'type' | 'filename' | 'size' | 'sent' | 'createdAt'> {
  /** Gives it up, on the service too. */
  forget(): Promise<void>;
}
