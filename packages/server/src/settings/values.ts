/** How sizes, durations and other values are written. Each reader answers undefined for what it does not take. */

const sizeUnits: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const durationUnits: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

function measured(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const [, digits, unit] = /^(\d{1,15}) ?([A-Za-z]*)$/.exec(text) ?? [];
  const factor = units[(unit ?? '').toLowerCase()];
  if (digits === undefined || factor === undefined) return undefined;
  const value = Number(digits) * factor;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Bytes: `1048576`, `64MiB` (powers of 1,024), `5GB` (powers of 1,000, as SI says). */
export function size(text: string): number | undefined {
  return measured(text, sizeUnits);
}

/** Bytes per second: a size, optionally with `/s`. */
export function rate(text: string): number | undefined {
  return size(text.replace(/\/s$/i, ''));
}

/** Milliseconds: `500ms`, `60s`, `5m`, `1h`, `30d`. The unit is needed, except after 0. */
export function duration(text: string): number | undefined {
  return text === '0' ? 0 : measured(text, durationUnits);
}

/** `true` or `false`. */
export function flag(text: string): boolean | undefined {
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** A reader for whole numbers from `least` to `most`. */
export function whole(least: number, most: number): (text: string) => number | undefined {
  return (text) => (/^\d{1,15}$/.test(text) ? within(least, most)(Number(text)) : undefined);
}

/** The number itself when it lies between `least` and `most`, both included. */
export function within(least: number, most: number): (value: number | undefined) => number | undefined {
  return (value) => (value !== undefined && value >= least && value <= most ? value : undefined);
}

/** A reader for one of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): (text: string) => Word | undefined {
  return (text) => words.find((word) => word === text);
}

/** A reader for text that matches as a whole. */
export function matching(pattern: RegExp): (text: string) => string | undefined {
  return (text) => (pattern.test(text) ? text : undefined);
}

/**
 * An http or https URL without credentials, query or fragment, and without a slash at its end.
 * `path` says whether it may have a path.
 */
export function httpUrl({ path }: { path: boolean }): (text: string) => string | undefined {
  return (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !/^https?:\/\//i.test(text) || /[?#@\s\\]/.test(text)) return undefined;
    // WHATWG's parser lets the asterisk pass; no host is called that, and nothing here reads it as a pattern.
    if (url.hostname.includes('*')) return undefined;
    const trimmed = url.pathname.replace(/\/+$/, '');
    return path || trimmed === '' ? `${url.origin}${trimmed}` : undefined;
  };
}

/** A value as an error may show it: on one line, cut, and without what could be a password in a URL. */
export function shown(value: string): string {
  const safe = value.replace(/^.*@/s, '…@').replace(/\?.*$/s, '?…');
  return JSON.stringify(cut(safe));
}

/** The text, or its first 80 characters. */
export function cut(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Milliseconds as `duration` reads them, in the largest unit that leaves a whole number. */
export function inUnits(ms: number): string {
  const [unit, factor] = Object.entries(durationUnits).findLast(([, f]) => ms % f === 0) ?? ['ms', 1];
  return ms === 0 ? '0' : `${ms / factor}${unit}`;
}

/** Of the known names (at least one), the one that `name` was most likely meant to be. */
export function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((candidate) => edits(name, candidate));
  return known[distances.indexOf(Math.min(...distances))] ?? name;
}

/** Levenshtein distance: insertions, deletions and replacements of one character. */
function edits(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const following = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      following.push(Math.min(replaced, (row[j] ?? 0) + 1, (following[j - 1] ?? 0) + 1));
    }
    row = following;
  }
  return row[b.length] ?? 0;
}
