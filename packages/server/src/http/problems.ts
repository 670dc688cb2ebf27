import { type ErrorCode, type ErrorParameters, StrongroomError } from '../errors.ts';

/**
 * Domain errors as HTTP answers: code → status and headers (RFC 9110), the body a problem document (RFC 9457).
 * Complete over every code by its type.
 */

interface Answer {
  readonly status: number;
  /** Seconds after which the same call may succeed (RFC 9110 §10.2.3). */
  readonly retryAfter?: number;
}

export const answers: { readonly [C in ErrorCode]: Answer } = {
  unauthenticated: { status: 401 },
  grant_expired: { status: 401 },
  grant_used_up: { status: 403 },
  csrf_refused: { status: 403 },
  link_invalid: { status: 403 },
  not_allowed: { status: 403 },
  route_missing: { status: 404 },
  method_not_allowed: { status: 405 },
  invalid_request: { status: 400 },
  document_missing: { status: 404 },
  document_deleted: { status: 410 },
  not_ready: { status: 409, retryAfter: 2 },
  archived_offline: { status: 409 },
  quarantined: { status: 403 },
  state_conflict: { status: 409 },
  revision_required: { status: 428 },
  revision_conflict: { status: 412 },
  precondition_failed: { status: 412 },
  idempotency_in_progress: { status: 409, retryAfter: 5 },
  idempotency_mismatch: { status: 409 },
  invalid_input: { status: 422 },
  unknown_document_type: { status: 422 },
  unknown_parameter: { status: 400 },
  invalid_form: { status: 400 },
  length_mismatch: { status: 400 },
  empty_body: { status: 422 },
  too_large: { status: 413 },
  too_slow: { status: 408 },
  type_refused: { status: 415 },
  range_unsatisfiable: { status: 416 },
  offset_conflict: { status: 409 },
  upload_taken_over: { status: 423 },
  upload_ended: { status: 410 },
  // tus 1.0, "Checksum".
  checksum_mismatch: { status: 460 },
  checksum_unsupported: { status: 400 },
  tus_version_unsupported: { status: 412 },
  content_type_unsupported: { status: 415 },
  upload_incomplete: { status: 409 },
  direct_uploads_unavailable: { status: 501 },
  store_unavailable: { status: 503, retryAfter: 5 },
  records_unavailable: { status: 503, retryAfter: 5 },
  busy: { status: 503, retryAfter: 5 },
  internal: { status: 500 },
  object_exists: { status: 500 },
  object_missing: { status: 500 },
  upload_lost: { status: 500 },
  aborted: { status: 503, retryAfter: 5 },
};

/** What a code is called outside the house, where that differs. */
const outside: { readonly [C in ErrorCode]?: 'internal' | 'busy' } = {
  object_exists: 'internal',
  object_missing: 'internal',
  upload_lost: 'internal',
  aborted: 'busy',
};

/** What the caller can do nothing about: the answer says whom to ask, where the settings name somebody. */
export const mendedByOperator: ReadonlySet<ErrorCode> = new Set([
  'internal',
  'store_unavailable',
  'records_unavailable',
  'quarantined',
]);

export interface Problem {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The answer to `error`. Its cause stays here.
 * @param contact whom to ask about what an operator has to mend; null: nobody is named
 */
export function problemOf(error: StrongroomError, contact: string | null = null): Problem {
  const alias = outside[error.code];
  if (alias) return problemOf(new StrongroomError(alias, {}), contact);
  const { status, retryAfter } = answers[error.code];
  const body = {
    type: `urn:strongroom:problem:${error.code}`,
    title: error.title,
    status,
    detail: error.message,
    code: error.code,
    ...error.parameters,
    ...(contact !== null && mendedByOperator.has(error.code) ? { contact } : {}),
  };
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
      ...headersOf(error),
    },
    body: Buffer.from(JSON.stringify(body)),
  };
}

function headersOf({ code, parameters }: StrongroomError): Record<string, string> {
  switch (code) {
    case 'grant_expired':
    case 'unauthenticated': // RFC 9110 §11.6.1, RFC 6750 §3
      return { 'www-authenticate': 'Bearer' };
    case 'method_not_allowed': // RFC 9110 §10.2.1
      return { allow: (parameters as ErrorParameters['method_not_allowed']).allowed.join(', ') };
    case 'range_unsatisfiable': // RFC 9110 §15.5.17
      return { 'content-range': `bytes */${(parameters as ErrorParameters['range_unsatisfiable']).size}` };
    case 'tus_version_unsupported': // tus 1.0, "Tus-Resumable"
      return {
        'tus-version': (parameters as ErrorParameters['tus_version_unsupported']).supported.join(','),
      };
    default:
      return {};
  }
}
