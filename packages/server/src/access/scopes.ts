import { type Action, everything, type Rights } from '../documents/permissions.ts';

/** What each scope of an API key allows. A key without scopes may do everything. */
export const scopes = {
  'documents:read': ['list', 'read', 'link'],
  'documents:write': ['upload', 'change', 'archive', 'restore'],
  'documents:delete': ['delete'],
  'grants:create': ['grant'],
  'storage:read': ['storage'],
  'storage:check': ['storage-check'],
  'keys:manage': ['keys'],
  'metrics:read': ['metrics'],
} as const satisfies Readonly<Record<string, readonly Action[]>>;

export type Scope = keyof typeof scopes;

/** What narrows an API key. Null narrows nothing. */
export interface KeyLimits {
  /** One that this version does not know allows nothing: a newer version gave it. */
  readonly scopes: readonly string[] | null;
  /** Only documents whose recordId begins with it are there for the key. */
  readonly recordPrefix: string | null;
}

export const unlimited: KeyLimits = { scopes: null, recordPrefix: null };

export function isScope(text: string): text is Scope {
  return Object.hasOwn(scopes, text);
}

/** What a key with these limits may do. */
export function rightsOf({ scopes: given, recordPrefix }: KeyLimits): Rights {
  if (given === null && recordPrefix === null) return everything;
  const allowed = given?.flatMap((scope): readonly Action[] => (isScope(scope) ? scopes[scope] : []));
  return {
    ...everything,
    actions: allowed === undefined ? everything.actions : new Set(allowed),
    scopes: given,
    recordPrefix,
  };
}

/** What is wrong with a record prefix; null: nothing. It is held to what a record's id may hold. */
export function prefixProblem(prefix: string): string | null {
  if (prefix === '' || [...prefix].length > 200) return 'takes 1 to 200 characters';
  if (/\p{Cc}/u.test(prefix) || !prefix.isWellFormed())
    return 'takes no control characters and no half characters';
  return null;
}
