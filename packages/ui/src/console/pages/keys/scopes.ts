/** What a key may be made for. Every scope has its words, `console.scope.<scope>`. */
export const scopes = [
  'documents:read',
  'documents:write',
  'documents:delete',
  'grants:create',
  'storage:read',
  'storage:check',
  'keys:manage',
  'metrics:read',
] as const;

export type Scope = (typeof scopes)[number];

/** Those that the holder of `own` can hand on (null: all): no key can make one that may do more than itself. */
export function grantable(own: readonly string[] | null): readonly Scope[] {
  return own === null ? scopes : scopes.filter((scope) => own.includes(scope));
}
