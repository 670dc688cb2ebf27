/**
 * The one-time code in the fragment of a sign-in link, `/sign-in#code=7KQ2M-X4R9D-0HTBW`; null where there is none. A fragment
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

/**
 * What somebody typed or pasted: a code, with or without its hyphens and in any case, the link that carries one, or else an
 * API key. A code has fifteen letters and digits; no key is that short.
 */
export function proofOf(text: string): { key: string } | { code: string } {
  const typed = text.trim();
  const code = new URLSearchParams(typed.split('#')[1] ?? '').get('code') ?? typed;
  return /^[a-z\d]{15}$/i.test(code.replace(/[\s-]/g, '')) ? { code } : { key: typed };
}
