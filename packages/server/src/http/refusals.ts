import type { FastifyError } from 'fastify';
import { StrongroomError } from '../errors.ts';

/** One complaint of the schema validator (Ajv's error object). */
interface Complaint {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
  readonly parentSchema?: { readonly properties?: Readonly<Record<string, unknown>> } | undefined;
}

/**
 * Whatever a handler, a hook or Fastify raised, as a domain error. What nobody foresaw is `internal`, with the
 * original as its cause.
 */
export function asStrongroomError(raised: unknown): StrongroomError {
  if (raised instanceof StrongroomError) return raised;
  const { code, validation, validationContext } = (raised ?? {}) as Partial<FastifyError>;
  const complaint = validation?.[0] as Complaint | undefined;
  if (complaint) return complainedOf(complaint, validationContext ?? 'body');
  switch (code) {
    case 'FST_ERR_BAD_URL':
      return new StrongroomError('invalid_request', {
        problem: 'The path holds a broken percent escape. Encode it as RFC 3986 §2.1 says.',
      });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new StrongroomError('route_missing', {});
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new StrongroomError('invalid_input', {
        field: 'Content-Type',
        problem: 'send application/json',
      });
    default:
      return new StrongroomError('internal', {}, { cause: raised });
  }
}

function complainedOf(complaint: Complaint, where: string): StrongroomError {
  const { keyword, instancePath, params, message, parentSchema } = complaint;
  if (keyword === 'additionalProperties' && where === 'querystring') {
    return new StrongroomError('unknown_parameter', {
      parameter: String(params.additionalProperty),
      known: Object.keys(parentSchema?.properties ?? {}),
    });
  }
  const named = params.additionalProperty ?? params.missingProperty;
  const path = instancePath.split('/').slice(1);
  if (named !== undefined) path.push(String(named));
  const problems: { readonly [keyword: string]: string } = {
    additionalProperties: 'is not known here',
    required: 'is missing',
    minProperties: 'names nothing to change',
  };
  const allowed = params.allowedValues;
  return new StrongroomError('invalid_input', {
    field: path.join('.') || where,
    problem: Array.isArray(allowed)
      ? `must be one of ${allowed.join(', ')}`
      : (problems[keyword] ?? message ?? 'is not valid'),
  });
}
