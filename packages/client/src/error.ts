export interface Failure {
  readonly status?: number | null;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly requestId?: string | null;
  readonly retryAfter?: number | null;
  readonly retryable?: boolean;
  readonly contact?: string | null;
  readonly cause?: unknown;
}

/**
 * Every failure of a call. `code` is one of the service's own (docs/errors.md), or one of the client's:
 *
 * - `unreachable`: no answer came;
 * - `aborted`: the signal that was given fired; its reason is the cause;
 * - `gateway`: what stands before the service answered in its place, 502, 503, 504 and the like;
 * - `too_large`: also where what stands before the service said so; then without `limit`;
 * - `file_unreadable`: the file that was to be uploaded could not be read, or changed meanwhile;
 * - `bucket_out_of_reach`: an upload that was to go straight to the bucket can't reach it from here;
 * - `token_unavailable`: the function that was to give the token failed or gave none; why is the cause;
 * - `unexpected_answer`: an answer that the service does not give.
 *
 * `message` is a sentence for people, in English; words in other languages are found by `code` and `parameters`.
 */
export class StrongroomError extends Error {
  override readonly name = 'StrongroomError';
  readonly code: string;
  /** Of the answer; null where none came. */
  readonly status: number | null;
  /** What belongs to the code, such as `limit` and `received` to `too_large`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Under which the operator's log tells more; null where it is not known. */
  readonly requestId: string | null;
  /** Seconds after which it may go better; null where nobody said. */
  readonly retryAfter: number | null;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Whom to ask about what only an operator can mend; null where none is named. */
  readonly contact: string | null;

  constructor(code: string, message: string, failure: Failure = {}) {
    super(message, failure.cause === undefined ? undefined : { cause: failure.cause });
    this.code = code;
    this.status = failure.status ?? null;
    this.parameters = failure.parameters ?? {};
    this.requestId = failure.requestId ?? null;
    this.retryAfter = failure.retryAfter ?? null;
    this.retryable = failure.retryable ?? false;
    this.contact = failure.contact ?? null;
  }
}

/** What a call raises when its signal fires. */
export function aborted(signal: AbortSignal): StrongroomError {
  return new StrongroomError('aborted', 'The call was ended before its answer.', { cause: signal.reason });
}

/** What a call raises when no answer comes, or it breaks off. */
export function unreachable(url: string, cause: unknown): StrongroomError {
  const message = `${new URL(url).origin} gave no answer${why(cause)}.`;
  return new StrongroomError('unreachable', message, { retryable: true, cause });
}

/** What the system said, where it says more than that it failed: `ECONNREFUSED` in Node. Browsers tell nothing. */
function why(cause: unknown): string {
  const { code, cause: deeper } = Object(cause) as { code?: unknown; cause?: unknown };
  if (typeof code === 'string') return ` (${code})`;
  return deeper === undefined ? '' : why(deeper);
}

/** What an upload raises when its file fails: not the connection's fault, so another attempt is none. */
export function fileUnreadable(cause: unknown): StrongroomError {
  const message = 'The file could not be read, or changed while it was sent.';
  return new StrongroomError('file_unreadable', message, { cause });
}

/** Whether what stands before the service refused a body for its size (413): a smaller one may pass. The service itself says its limit. */
export function tooLargeOnTheWay(error: unknown): boolean {
  return error instanceof StrongroomError && error.code === 'too_large' && !('limit' in error.parameters);
}
