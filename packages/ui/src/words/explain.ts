import type { Formats } from './formats.ts';
import { isNamed, kindName } from './kind-name.ts';
import type { Say, WordKey } from './words.ts';

/** An error in words: what happened with what to do about it and whom to ask; and what that person will ask for. */
export interface Explanation {
  readonly text: string;
  /** Only where an operator must mend it and the service has named somebody. */
  readonly contact: string | null;
  /** Under which the operator's log tells more; only for faults of the service. */
  readonly requestId: string | null;
}

/** What a StrongroomError tells, by its members: two copies of the client on one page are two classes. */
interface Told {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly status?: unknown;
  readonly requestId?: unknown;
  readonly contact?: unknown;
}

/** A code that has no words of its own is told in the service's own sentence, which is English. */
export function explain(error: unknown, say: Say, formats: Formats): Explanation {
  const told = (error ?? {}) as Told;
  const contact = typeof told.contact === 'string' ? told.contact : null;
  const text = sentence(told, say, formats);
  return {
    text: contact === null ? text : `${text} ${say('error.contact', { contact })}`,
    contact,
    requestId: typeof told.requestId === 'string' && Number(told.status) >= 500 ? told.requestId : null,
  };
}

function sentence({ code, message, parameters = {} }: Told, say: Say, formats: Formats): string {
  if (typeof code !== 'string') return say('error.unknown');
  const key = keyOf(code, parameters, say);
  const text = say(key, valuesOf(parameters, message, say, formats));
  if (text !== key) return text;
  return typeof message === 'string' && message !== '' ? message : say('error.unknown');
}

/** Some codes come with a parameter or without it, which are two sentences. */
function keyOf(
  code: string,
  { limit, detected, accepted }: Readonly<Record<string, unknown>>,
  say: Say,
): WordKey {
  if (code === 'too_large' && typeof limit !== 'number') return 'error.too_large_here';
  if (code === 'type_refused' && !(Array.isArray(accepted) && isNamed(detected, say))) {
    return 'error.type_refused_unknown';
  }
  return `error.${code}`;
}

function valuesOf(
  { limit, detected, accepted, maxFiles }: Readonly<Record<string, unknown>>,
  message: unknown,
  say: Say,
  formats: Formats,
): Record<string, string | number> {
  const kinds = Array.isArray(accepted) ? accepted.map((kind) => kindName(String(kind), say)) : [];
  return {
    detail: typeof message === 'string' ? message : '',
    accepted: formats.allOf(kinds),
    ...(typeof limit === 'number' && { limit: formats.size(limit) }),
    ...(typeof detected === 'string' && { detected: kindName(detected, say) }),
    ...(typeof maxFiles === 'number' && { count: maxFiles }),
  };
}
