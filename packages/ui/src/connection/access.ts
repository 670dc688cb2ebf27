import type { CallerAccess, DocumentType, Strongroom } from '@strongroom/client';

/** What a caller may do with documents. */
export const everything = [
  'upload',
  'list',
  'read',
  'change',
  'link',
  'archive',
  'delete',
  'restore',
] as const;

export type Action = (typeof everything)[number];

interface Known {
  caller?: Promise<CallerAccess>;
  types?: Promise<readonly DocumentType[]>;
}

/** An answer serves every element of the page for this long: rights change rarely, and elements come many at a time. */
const keptFor = 60_000;

const known = new WeakMap<Strongroom, Known>();

/** What the caller of `client` may do. Asked once for all elements; asked again after a failure and after a minute. */
export function callerOf(client: Strongroom): Promise<CallerAccess> {
  return keep(client, 'caller', () => client.caller());
}

/** The document types that the caller may upload, with their limits. Kept as `callerOf` keeps. */
export function typesOf(client: Strongroom): Promise<readonly DocumentType[]> {
  return keep(client, 'types', () => client.documentTypes());
}

/** Forgets what is known of the caller: after another sign-in, or when a call says that a right is gone. */
export function forgetAccess(client: Strongroom): void {
  known.delete(client);
}

function keep<K extends keyof Known>(
  client: Strongroom,
  what: K,
  ask: () => NonNullable<Known[K]>,
): NonNullable<Known[K]> {
  const answers = known.get(client) ?? {};
  known.set(client, answers);
  const kept = answers[what];
  if (kept) return kept as NonNullable<Known[K]>;
  const answer = ask();
  const forget = () => {
    if (answers[what] === answer) delete answers[what];
  };
  answers[what] = answer;
  answer.then(() => setTimeout(forget, keptFor), forget);
  return answer;
}
