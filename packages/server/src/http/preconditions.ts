import type { IncomingHttpHeaders } from 'node:http';

/** What the content is known by. Content never changes under its id, so both are strong (RFC 9110 §8.8). */
export interface Validators {
  /** With its quotes. */
  readonly etag: string;
  /** Null: dates are not compared. */
  readonly lastModified: Date | null;
}

export type Verdict = 'go on' | 'not modified' | 'failed';

/** An entity tag (RFC 9110 §8.8.3). */
const tag = /(W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/**
 * Judges a GET or HEAD by its conditions in the order of RFC 9110 §13.2.2. `not modified` is 304, `failed` is 412.
 * A date that is none is ignored, and so is one beside an entity tag.
 */
export function judge(headers: IncomingHttpHeaders, validators: Validators): Verdict {
  const ifMatch = headers['if-match'];
  const ifNoneMatch = headers['if-none-match'];
  const modified = wholeSeconds(validators.lastModified);
  if (ifMatch !== undefined) {
    if (!names(ifMatch, validators.etag, 'strongly')) return 'failed';
  } else if (modified > time(headers['if-unmodified-since'])) return 'failed';
  if (ifNoneMatch !== undefined) {
    if (names(ifNoneMatch, validators.etag, 'weakly')) return 'not modified';
  } else if (modified <= time(headers['if-modified-since'])) return 'not modified';
  return 'go on';
}

/** Whether a range may be sent: If-Range (RFC 9110 §13.1.5) is missing, or names this very content. */
export function rangeHolds(ifRange: string | string[] | undefined, validators: Validators): boolean {
  if (ifRange === undefined) return true;
  const given = String(ifRange).trim();
  if (given.startsWith('"') || given.startsWith('W/')) return given === validators.etag;
  return time(given) === wholeSeconds(validators.lastModified);
}

/** Strong comparison takes no weak tag, weak comparison does not look at the mark (RFC 9110 §8.8.3.2). */
function names(list: string, etag: string, comparing: 'strongly' | 'weakly'): boolean {
  if (list.trim() === '*') return true;
  for (const [, weak, opaque] of list.matchAll(tag))
    if (opaque === etag && (weak === undefined || comparing === 'weakly')) return true;
  return false;
}

/** The three forms of an HTTP-date: IMF-fixdate, that of RFC 850, asctime. `Date.parse` alone makes a date of nearly anything. */
const httpDate =
  /^[A-Z][a-z]{2,8},? (?:\d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/;

/** Epoch milliseconds of an HTTP-date (RFC 9110 §5.6.7); NaN, which compares false with everything, when it is none. */
function time(field: string | undefined): number {
  if (field === undefined || !httpDate.test(field)) return Number.NaN;
  // The asctime form has no zone and means UTC.
  return Date.parse(/ GMT$/.test(field) ? field : `${field} GMT`);
}

/** An HTTP-date has no fractions. NaN without a date. */
function wholeSeconds(date: Date | null): number {
  return Math.floor((date?.getTime() ?? Number.NaN) / 1000) * 1000;
}
