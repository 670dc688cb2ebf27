import type { IncomingMessage } from 'node:http';
import type { ErrorCode } from '../errors.ts';

/** A request that has ended, as its line in the log tells of it. */
export interface AnsweredRequest {
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern; null where none fits. */
  readonly route: string | null;
  /** Null when the answer did not come to its end: the client went away, or the store broke off. */
  readonly status: number | null;
  /** The problem that broke it off, where that was not the client. */
  readonly brokenOffBy?: ErrorCode;
  readonly ms: number;
  /** Bytes of the connection, heads included. */
  readonly in: number;
  readonly out: number;
}

/** Hears of every request. What it does is paid by every request, so it must be cheap. */
export interface RequestObserver {
  answered(answer: AnsweredRequest, request: IncomingMessage): void;
  /** A problem is answered, or breaks off an answer that has begun. */
  refused(code: ErrorCode): void;
  /** The id of the request's trace, for its line in the log. */
  readonly traceOf?: (request: IncomingMessage) => string | undefined;
}
