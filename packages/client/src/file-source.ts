/** A file that is read piece by piece, anew for each attempt: what `fileOf` gives, and what an app may give of its own. */
export interface FileSource {
  readonly name?: string;
  /** Content type, where it is known. */
  readonly type?: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. Tells a file that was changed from the one whose upload goes on. */
  readonly lastModified?: number;
  chunks(): AsyncIterable<Uint8Array>;
  /** Bytes `from` until `to`, which is not included. Without it the file goes in one request, and begins anew when that fails. */
  range?(from: number, to: number): AsyncIterable<Uint8Array>;
}

/** What can be uploaded. An AsyncIterable (a stream) is read once, so an upload of one is not repeated. */
export type Uploadable = Blob | Uint8Array | ArrayBuffer | string | FileSource | AsyncIterable<Uint8Array>;
