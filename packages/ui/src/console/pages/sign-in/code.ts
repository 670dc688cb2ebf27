/**
 * The one-time code in the fragment of a sign-in link, `/sign-in#code=ABCDE-FGHJK`; null where there is none. A fragment
 * is sent to no server and stands in no log.
 */
export function codeIn({
  pathname,
  hash,
}: {
  readonly pathname: string;
  readonly hash: string;
}): string | null {
  return pathname === '/sign-in' ? new URLSearchParams(hash.slice(1)).get('code') : null;
}

/** What somebody typed or pasted: a code, with or without its hyphen and in any case, or else an API key. */
export function proofOf(text: string): { key: string } | { code: string } {
  const typed = text.trim();
  const code = new URLSearchParams(typed.split('#')[1] ?? '').get('code') ?? typed;
  return /^[A-Z0-9]{5}-?[A-Z0-9]{5}$/i.test(code) ? { code: code.toUpperCase() } : { key: typed };
}
