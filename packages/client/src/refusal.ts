import { StrongroomError } from './error.ts';
import { retryableCodes } from './generated.ts';

/** Answers of what stands before a service: it could not reach it, or asks for patience. */
const gatewayStatus = new Set([408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

/** The error that an answer without success stands for: the service's own problem (RFC 9457), or a proxy's page. */
export async function refusal(answer: Response): Promise<StrongroomError> {
  const { status, headers } = answer;
  const told = {
    status,
    requestId: headers.get('x-request-id'),
    retryAfter: secondsUntil(headers.get('retry-after')),
  };
  const problem = await problemIn(answer);
  if (problem === null) return fromElsewhere(told);
  const { type: _type, title, status: _status, detail, code, contact, ...parameters } = problem;
  return new StrongroomError(String(code), words(detail) ?? words(title) ?? String(code), {
    ...told,
    parameters,
    retryable: retryableCodes.has(String(code)),
    contact: words(contact),
  });
}

const words = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null);

/** Null where the answer is not the service's: another type, no code, or broken off. */
async function problemIn(answer: Response): Promise<Record<string, unknown> | null> {
  const isProblem = answer.headers.get('content-type')?.startsWith('application/problem+json') === true;
  try {
    const text = await answer.text();
    const problem: unknown = isProblem ? JSON.parse(text) : null;
    return typeof problem === 'object' && problem !== null && 'code' in problem ? { ...problem } : null;
  } catch {
    return null;
  }
}

type Told = Pick<StrongroomError, 'requestId' | 'retryAfter'> & { readonly status: number };

/** A page of a proxy, a load balancer, a wall: its markup says nothing that its status does not. */
function fromElsewhere(told: Told): StrongroomError {
  const { status } = told;
  if (status === 413)
    return new StrongroomError(
      'too_large',
      'The file is larger than what stands before the service takes.',
      told,
    );
  if (gatewayStatus.has(status))
    return new StrongroomError('gateway', `What stands before the service answered ${status} in its place.`, {
      ...told,
      retryable: true,
    });
  return unexpected(told);
}

/** An answer that the service does not give: most likely another server answers at this URL. */
export function unexpected(told: Partial<Told>, cause?: unknown): StrongroomError {
  const message = `The answer is not of this service (status ${told.status}). Is the URL right?`;
  return new StrongroomError('unexpected_answer', message, { ...told, cause });
}

/** Retry-After (RFC 9110 §10.2.3): seconds, or a date. Null where it is neither. */
export function secondsUntil(text: string | null, now: number = Date.now()): number | null {
  if (text === null) return null;
  if (/^\d+$/.test(text)) return Number(text);
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - now) / 1000));
}
