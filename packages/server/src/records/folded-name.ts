/** Code points of a folded name that are kept: what two names share up to there, no search tells apart. */
const kept = 100;

/** ASCII has no marks and no other forms. */
const plain = /^[\x00-\x7f]*$/;

/**
 * A name as it is searched by: compatibility forms and marks made alike (NFKD, general category M dropped; Unicode Standard
 * Annex 15), in lower case, at most 100 code points. So `Übersicht.PDF` and `ubersicht.pdf` are one, and what a name begins
 * with is what its folding begins with: the two forms of a small sigma, one of which ends words, are made one.
 */
export function foldedName(name: string): string {
  if (plain.test(name)) return name.slice(0, kept).toLowerCase();
  const folded = name
    .normalize('NFKD')
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replaceAll('ς', 'σ');
  return Array.from(folded).slice(0, kept).join('');
}

/** The least text that is more than every text that begins with `prefix`, by code points; null: there is none. */
export function afterPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (point) => point.codePointAt(0) as number);
  while (points.length > 0) {
    const last = points.pop() as number;
    // Surrogates are no characters: UTF-8 can't write them.
    if (last < 0x10ffff) return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
  }
  return null;
}
