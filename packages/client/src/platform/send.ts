/** What one attempt at a call is made with. */
export interface Sending {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal | undefined;
  /** Milliseconds without a sign of life after which the attempt has failed. */
  readonly timeout: number;
}

/** One attempt: the answer, whatever its status. Rejects when none comes. */
export type Send = (sending: Sending) => Promise<Response>;

/** The body of an upload. */
export interface Sendable {
  /** Bytes; null where it is not known before the end. */
  readonly size: number | null;
  /** Whether it can be read more than once. */
  readonly repeatable: boolean;
  /** Whether it has been read and can't be again. */
  spent(): boolean;
  /** Where it is at hand in one piece, for what takes no stream. */
  readonly whole: Blob | null;
  chunks(): AsyncIterable<Uint8Array>;
}

/** Told how many bytes have been sent in this attempt, whenever that changes. */
export type Sent = (bytes: number) => void;

/**
 * How this platform sends a body and tells of its progress.
 *
 * @param stall milliseconds without a byte that leaves, while there are some left, after which the attempt has failed; a browser's
 *   request on a line that died otherwise hangs as long as one for an answer may. Default: as for an answer.
 */
export type Sender = (body: Sendable, sent: Sent, stall?: number) => Send;
