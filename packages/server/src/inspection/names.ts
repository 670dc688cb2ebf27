import { StrongroomError } from '../errors.ts';

/** Unicode category Cc (C0, DEL, C1). */
const control = /\p{Cc}/u;

const recordIdLimit = 200;
const metadataLimit = 8 * 1024;
const metadataDepth = 32;

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

/**
 * A record id is 1 to 200 code points without control characters or lone surrogates; everything else is kept as it is.
 * Raises `invalid_input`.
 */
export function assertRecordId(value: unknown): asserts value is string {
  const field = 'recordId';
  if (typeof value !== 'string') throw invalid(field, 'is missing; name the record the document belongs to');
  if (value === '') throw invalid(field, `is empty; it takes 1 to ${recordIdLimit} characters`);
  assertText(field, value);
  // A code point is at most two UTF-16 units: a hostile length is refused before it is counted.
  const points = value.length > 2 * recordIdLimit ? value.length : [...value].length;
  if (points > recordIdLimit)
    throw invalid(field, `is too long; it takes at most ${recordIdLimit} characters. Send a shorter id`);
}

/**
 * Metadata is one JSON object (RFC 8259) of at most 8 KiB as UTF-8 and 32 levels, with no control character and no lone
 * surrogate in any string or name. Raises `invalid_input`.
 */
export function assertMetadata(value: unknown): asserts value is { [name: string]: Json } {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('metadata', 'is not a JSON object; send one such as {"case":"42"}');
  assertJson('metadata', value, 1);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > metadataLimit)
    throw invalid('metadata', `has ${bytes} bytes; it takes at most ${metadataLimit}. Send less`);
}

function assertJson(field: string, value: unknown, depth: number): void {
  if (typeof value === 'string') {
    assertText(field, value);
    return;
  }
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    // JSON.parse makes Infinity of 1e999, and JSON.stringify null of that: it would be changed in silence.
    if (!Number.isFinite(value))
      throw invalid(field, 'holds a number too large to keep; send it as a string');
    return;
  }
  if (typeof value !== 'object') throw invalid(field, 'holds something that JSON has no word for; remove it');
  if (depth > metadataDepth)
    throw invalid(field, `is nested too deep; it takes at most ${metadataDepth} levels. Send it flatter`);
  for (const [name, member] of Object.entries(value)) {
    assertText(field, name);
    assertJson(field, member, depth + 1);
  }
}

function assertText(field: string, text: string): void {
  if (control.test(text))
    throw invalid(field, 'holds a control character (such as a line break, tab or NUL); remove it');
  if (!text.isWellFormed()) throw invalid(field, 'holds half a character (a lone surrogate); remove it');
}

function invalid(field: string, problem: string): StrongroomError<'invalid_input'> {
  return new StrongroomError('invalid_input', { field, problem });
}
