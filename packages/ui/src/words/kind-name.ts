import type { Say } from './words.ts';

/** What people call a content type: `PDF`. Without a word for it, the end of it: `application/x-foo` is `FOO`. */
export function kindName(contentType: string, say: Say): string {
  const key = `kind.${contentType}` as const;
  const name = say(key);
  if (name !== key) return name;
  const subtype = contentType.split('/')[1] ?? contentType;
  return subtype.replace(/^(x-|vnd\.)/, '').toUpperCase();
}

/** Whether people have a name for it. */
export function isNamed(contentType: unknown, say: Say): boolean {
  return typeof contentType === 'string' && say(`kind.${contentType}`) !== `kind.${contentType}`;
}
