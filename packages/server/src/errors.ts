/**
 * Domain errors. A code, its parameters, whether trying again can help, and the cause.
 * No HTTP here: http/problems.ts decides the status. docs/errors.md lists every code; a test holds it to this file.
 */

/** What each code carries. Members become members of the problem document (RFC 9457 §3.2), so no secrets here. */
export interface ErrorParameters {
  unauthenticated: Record<never, never>;
  grant_expired: Record<never, never>;
  grant_used_up: { maxFiles: number };
  /** A browser's session without the proof that its own page sent the request. */
  csrf_refused: Record<never, never>;
  link_invalid: Record<never, never>;
  not_allowed: { action: string };
  route_missing: Record<never, never>;
  method_not_allowed: { allowed: readonly string[] };
  /** What arrived is not HTTP as RFC 9112 has it. */
  invalid_request: { problem: string };
  document_missing: { id: string };
  document_deleted: { id: string; purgeAfter: string | null };
  not_ready: { id: string; state: string };
  archived_offline: { id: string };
  quarantined: { id: string };
  state_conflict: { id: string; state: string; wanted: string };
  revision_required: Record<never, never>;
  revision_conflict: { id: string; revision: number };
  /** `etag`: what the content has, with its quotes. */
  precondition_failed: { etag: string };
  idempotency_in_progress: Record<never, never>;
  idempotency_mismatch: Record<never, never>;
  invalid_input: { field: string; problem: string };
  unknown_document_type: { documentType: string; known: readonly string[] };
  unknown_parameter: { parameter: string; known: readonly string[] };
  invalid_form: { problem: string };
  length_mismatch: { declared: number; received: number };
  empty_body: Record<never, never>;
  too_large: { limit: number; received: number };
  too_slow: { minimumRate: number };
  type_refused: { detected: string; accepted: readonly string[] };
  range_unsatisfiable: { size: number };
  /** `offset`: the bytes that are stored. */
  offset_conflict: { offset: number };
  upload_taken_over: { id: string };
  /** Abandoned, expired, or its stored bytes are gone: it can't go on. */
  upload_ended: { id: string };
  checksum_mismatch: { algorithm: string };
  checksum_unsupported: { algorithm: string; supported: readonly string[] };
  tus_version_unsupported: { supported: readonly string[] };
  /** The body of a request is none of what the call takes. */
  content_type_unsupported: { accepted: readonly string[] };
  /** `missing`: numbers of parts, the first hundred of them. */
  upload_incomplete: { id: string; missing: readonly number[] };
  direct_uploads_unavailable: Record<never, never>;
  store_unavailable: Record<never, never>;
  records_unavailable: Record<never, never>;
  busy: Record<never, never>;
  internal: Record<never, never>;
  /** Raised inside the house only; documents.ts turns it into `internal`. */
  object_exists: { key: string };
  /** Raised inside the house only: bytes of an unfinished upload were stored and are not there any more. */
  upload_lost: { id: string };
  /** Raised inside the house only: a record says bytes are there and the store has none. */
  object_missing: { key: string };
  /** The caller went away or the server is stopping. Nobody is left to read an answer. */
  aborted: { reason: string };
}

export type ErrorCode = keyof ErrorParameters;

interface Entry<C extends ErrorCode> {
  /** Short, the same for every occurrence (RFC 9457 §3.1.3). */
  readonly title: string;
  /** What happened this time, and what to do about it. */
  readonly detail: (p: ErrorParameters[C]) => string;
  /** The same call may succeed later without being changed. */
  readonly retryable?: boolean;
}

const quote = (values: readonly string[]) => values.join(', ');

export const catalogue: { readonly [C in ErrorCode]: Entry<C> } = {
  unauthenticated: {
    title: 'No valid API key or grant',
    detail: () =>
      'Send an API key or a grant as "Authorization: Bearer <key>". Keys are made with `strongroom keys create`.',
  },
  grant_expired: {
    title: 'The grant has expired',
    detail: () => 'Ask whoever gave you this grant for a new one.',
  },
  grant_used_up: {
    title: 'The grant is used up',
    detail: (p) =>
      `This grant is good for ${p.maxFiles} ${p.maxFiles === 1 ? 'upload' : 'uploads'}, all made by now.`,
  },
  csrf_refused: {
    title: 'Not sent by the console’s own page',
    detail: () =>
      'A session changes things only from its own page, which sends the csrfToken of GET /v1/session as Strongroom-CSRF. Reload the page and try again.',
  },
  link_invalid: {
    title: 'This link does not work',
    detail: () => 'The link was changed, has expired or never existed. Ask for a new one.',
  },
  not_allowed: {
    title: 'Not allowed',
    detail: (p) => `These credentials do not allow "${p.action}".`,
  },
  route_missing: {
    title: 'No such route',
    detail: () => 'Nothing answers at this path. The API lives under /v1.',
  },
  method_not_allowed: {
    title: 'Method not allowed',
    detail: (p) => `This path answers ${quote(p.allowed)}.`,
  },
  invalid_request: { title: 'The request can’t be read', detail: (p) => p.problem },
  document_missing: { title: 'No such document', detail: (p) => `There is no document ${p.id} to be had.` },
  document_deleted: {
    title: 'The document was deleted',
    detail: (p) =>
      p.purgeAfter === null
        ? `Document ${p.id} is in the trash. Restore it to read it.`
        : `Document ${p.id} is in the trash until ${p.purgeAfter}. Restore it before then to read it.`,
  },
  not_ready: {
    title: 'Not ready yet',
    detail: (p) => `Document ${p.id} is ${p.state}. Try again in a moment.`,
    retryable: true,
  },
  archived_offline: {
    title: 'The document is archived offline',
    detail: (p) => `Document ${p.id} must be brought back from the archive before it can be read.`,
  },
  quarantined: {
    title: 'The document is quarantined',
    detail: (p) => `Document ${p.id} is held back and can't be read.`,
  },
  state_conflict: {
    title: 'The document is in another state',
    detail: (p) => `Document ${p.id} is ${p.state}; from there it can't become ${p.wanted}.`,
  },
  revision_required: {
    title: 'Say which revision you are changing',
    detail: () => 'Send If-Match with the ETag of the document as you last read it.',
  },
  revision_conflict: {
    title: 'The document has changed meanwhile',
    detail: (p) =>
      `Document ${p.id} is at revision ${p.revision}. Read it again, then repeat the change with its ETag.`,
  },
  precondition_failed: {
    title: 'The content is not the one you named',
    detail: (p) => `If-Match or If-Unmodified-Since does not hold: the ETag of this content is ${p.etag}.`,
  },
  idempotency_in_progress: {
    title: 'The same upload is still running',
    detail: () => 'An upload with this Idempotency-Key is under way. Ask again in a moment for its answer.',
    retryable: true,
  },
  idempotency_mismatch: {
    title: 'The Idempotency-Key was used for something else',
    detail: () =>
      'This Idempotency-Key belongs to an upload with another record, type, filename, length or digest. Use a new one.',
  },
  invalid_input: { title: 'Invalid input', detail: (p) => `${p.field}: ${p.problem}` },
  unknown_document_type: {
    title: 'No such document type',
    detail: (p) => `"${p.documentType}" is not configured. Known types: ${quote(p.known)}.`,
  },
  unknown_parameter: {
    title: 'Unknown parameter',
    detail: (p) =>
      p.known.length === 0
        ? `"${p.parameter}" is not a parameter of this call; it takes none.`
        : `"${p.parameter}" is not a parameter of this call. It takes: ${quote(p.known)}.`,
  },
  invalid_form: { title: 'The form can’t be read', detail: (p) => p.problem },
  length_mismatch: {
    title: 'The body has another length than declared',
    detail: (p) =>
      `${p.declared} bytes were declared and ${p.received} arrived. Nothing was kept; send it again.`,
  },
  empty_body: { title: 'The document is empty', detail: () => 'The file has no bytes. Nothing was kept.' },
  too_large: {
    title: 'The document is too large',
    detail: (p) =>
      `At most ${p.limit} bytes are accepted here; this is ${p.received} or more. Nothing was kept.`,
  },
  too_slow: {
    title: 'The upload was too slow',
    detail: (p) =>
      `Less than ${p.minimumRate} bytes a second arrived over a minute. Nothing was kept; send it again.`,
    retryable: true,
  },
  type_refused: {
    title: 'This kind of file is not accepted',
    detail: (p) => `The file is ${p.detected}. Accepted here: ${quote(p.accepted)}.`,
  },
  range_unsatisfiable: {
    title: 'No such range',
    detail: (p) => `The document has ${p.size} bytes.`,
  },
  offset_conflict: {
    title: 'The upload stands elsewhere',
    detail: (p) => `${p.offset} bytes of this upload are stored. Go on from there.`,
    retryable: true,
  },
  upload_taken_over: {
    title: 'Another request goes on with this upload',
    detail: (p) =>
      `Upload ${p.id} was taken over by a later request. Ask where it stands, and go on from there.`,
    retryable: true,
  },
  upload_ended: {
    title: 'The upload is over',
    detail: (p) => `Upload ${p.id} was given up or has expired, and can't go on. Begin a new one.`,
  },
  checksum_mismatch: {
    title: 'The bytes are not those that were summed',
    detail: (p) =>
      `The ${p.algorithm} checksum of this request's bytes does not hold. None of them were kept; send them again.`,
    retryable: true,
  },
  checksum_unsupported: {
    title: 'Unknown checksum',
    detail: (p) =>
      `"${p.algorithm}" is not a checksum that can be checked here. Known: ${quote(p.supported)}.`,
  },
  tus_version_unsupported: {
    title: 'Another version of tus',
    detail: (p) => `Send Tus-Resumable: ${quote(p.supported)}.`,
  },
  content_type_unsupported: {
    title: 'Not the Content-Type that this call takes',
    detail: (p) => `This call takes ${quote(p.accepted)}.`,
  },
  upload_incomplete: {
    title: 'Parts are missing',
    detail: (p) =>
      `Upload ${p.id} lacks ${p.missing.length === 1 ? 'part' : 'parts'} ${p.missing.join(', ')}, or they have another length. Send them, then complete it again.`,
  },
  direct_uploads_unavailable: {
    title: 'No direct uploads here',
    detail: () => 'This service takes no uploads past itself. Upload by POST /v1/documents or by tus.',
  },
  store_unavailable: {
    title: 'The document store does not answer',
    detail: () => 'Nothing was changed by this call, or it will be settled shortly. Try again in a moment.',
    retryable: true,
  },
  records_unavailable: {
    title: 'The records do not answer',
    detail: () => 'Nothing was changed by this call, or it will be settled shortly. Try again in a moment.',
    retryable: true,
  },
  busy: {
    title: 'Too busy',
    detail: () => 'The service has no room for this now. Try again in a moment.',
    retryable: true,
  },
  internal: {
    title: 'Something went wrong here',
    detail: () => 'The fault is in the service. Its log says more under this request id.',
  },
  object_exists: { title: 'The key is taken', detail: (p) => `An object already lies at ${p.key}.` },
  upload_lost: {
    title: 'Stored bytes are gone',
    detail: (p) => `Bytes of the unfinished upload ${p.id} are not in the store any more.`,
  },
  object_missing: { title: 'The object is missing', detail: (p) => `No object lies at ${p.key}.` },
  aborted: { title: 'Ended early', detail: (p) => p.reason, retryable: true },
};

/**
 * The one error of the domain. `cause` holds what the store or database said; it goes to the operator's log with its
 * code and never into an answer.
 */
export class StrongroomError<C extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'StrongroomError';
  readonly code: C;
  readonly parameters: ErrorParameters[C];

  constructor(code: C, parameters: ErrorParameters[C], options?: { cause?: unknown }) {
    super((catalogue[code] as Entry<C>).detail(parameters), options);
    this.code = code;
    this.parameters = parameters;
  }

  get title(): string {
    return catalogue[this.code].title;
  }

  get retryable(): boolean {
    return catalogue[this.code].retryable ?? false;
  }
}

/** True when `error` is a domain error with that code. */
export function hasCode<C extends ErrorCode>(error: unknown, code: C): error is StrongroomError<C> {
  return error instanceof StrongroomError && error.code === code;
}

/**
 * Something an operator must change before the service can start: a wrong setting, a missing bucket, records of another
 * deployment. The message is one line that says what it is and what to do. main.ts prints it and exits with 1.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}
