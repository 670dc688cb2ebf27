import { StrongroomError } from '../errors.ts';

interface Facts {
  readonly operation: string;
  readonly key: string;
  readonly code: string;
  readonly status: number | null;
  readonly requestId?: string | undefined;
  readonly headers?: Answer;
  readonly body?: string;
}

/** Headers of an answer, by lower-case name. */
export type Answer = Readonly<Record<string, string | string[] | undefined>>;

/** The version that an answer names; null in a bucket that keeps none. */
export function versionOf(answer: Answer): string | null {
  const version = answer['x-amz-version-id'];
  return typeof version === 'string' && version !== 'null' ? version : null;
}

/**
 * What S3, or the way to it, said. Message and fields go to the operator's log, so S3's own message stays out: a
 * refused signature is answered with the string that was signed. Answers are told apart by code and status, never by
 * their message.
 */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  /** As the S3 API names it, such as `PutObject`. */
  readonly operation: string;
  /** The whole key; empty where the call is about the bucket. */
  readonly key: string;
  /** S3's code, the system's (`ECONNREFUSED`) or the HTTP client's (`UND_ERR_HEADERS_TIMEOUT`). */
  readonly code: string;
  /** Null when no answer came. */
  readonly status: number | null;
  readonly requestId: string | null;
  /** The answer itself, for the few who need more of it; private, so that no log prints it. */
  readonly #headers: Answer;
  readonly #body: string;

  constructor({ operation, key, code, status, requestId, headers = {}, body = '' }: Facts) {
    const said = status === null ? code : `${code} (HTTP ${status})`;
    super(`${operation} ${key}: ${said}${requestId ? `, request ${requestId}` : ''}`);
    this.operation = operation;
    this.key = key;
    this.code = code;
    this.status = status;
    this.requestId = requestId ?? null;
    this.#headers = headers;
    this.#body = body;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  /** The answer's XML; empty for HEAD and where no answer came. */
  get body(): string {
    return this.#body;
  }
}

const passing = new Set([
  'RequestTimeout',
  'SlowDown',
  'InternalError',
  'ServiceUnavailable',
  'OperationAborted',
  'ConditionalRequestConflict',
]);

/** Whether the very same request may succeed a moment later (S3 API Reference, "Error responses"). */
export function isPassing(error: unknown): error is S3Error {
  if (!(error instanceof S3Error)) return false;
  if (error.status === null || passing.has(error.code)) return true;
  return error.status === 429 || (error.status >= 500 && error.status !== 501);
}

/** True when S3 answered with this status. */
export function hasStatus(error: unknown, status: number): error is S3Error {
  return error instanceof S3Error && error.status === status;
}

/** Whatever S3 said becomes `store_unavailable`; every other error is left as it is. */
export function toDomain(error: unknown): unknown {
  return error instanceof S3Error ? new StrongroomError('store_unavailable', {}, { cause: error }) : error;
}

/** Runs `work`, raising `store_unavailable` for what S3 said. */
export async function inDomain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toDomain(error);
  }
}
