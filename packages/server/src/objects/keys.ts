import { createHash } from 'node:crypto';

/**
 * Keys: where a document's bytes lie in the store, made from a template.
 *
 * A value becomes safe by encoding: `A–Z a–z 0–9 - _` and a `.` that is not leading stay, every other byte of its UTF-8
 * becomes `!HH`. `!` is in S3's safe set ("Creating object key names" in the S3 user guide), `%` is not. A slash in a
 * value is encoded, so no value opens or leaves a folder; the encoding can be undone, so no two values share a folder.
 */

/** The service's own scratch, under the store's prefix. No template makes a key in it. */
export const reservedPrefix = '.strongroom/';

export const defaultTemplate = '{recordId}/{type}/{id}{ext}';

export interface KeyValues {
  readonly recordId: string;
  /** The document type's id. */
  readonly type: string;
  /** UUIDv7. */
  readonly id: string;
  /** With its dot, as in `.pdf`; empty for none. */
  readonly ext: string;
  /** {yyyy} and {mm} are its year and month in UTC. */
  readonly createdAt: Date;
}

/** An encoded value longer than this is cut to `keptBytes` and told apart by its digest. */
const maxValueBytes = 120;
const keptBytes = 80;
/** Our own extensions have up to five bytes. */
const maxExtBytes = 17;
/** File systems take names of 255 bytes; the disk store puts a dot before the name of an object's facts. */
const maxPartBytes = 254;
/** S3 takes keys of 1,024 bytes. */
const maxKeyBytes = 1023;

/** For each placeholder: what it gives, and the most bytes that this has. */
const placeholders: Readonly<
  Record<string, { readonly bytes: number; of(values: KeyValues): string } | undefined>
> = {
  recordId: { bytes: maxValueBytes, of: (v) => encode(v.recordId) },
  // Spreads keys over prefixes and keeps the record's name out of them. 64 bits: a spread, not a promise of uniqueness.
  recordHash: { bytes: 16, of: (v) => sha256(v.recordId).slice(0, 16) },
  type: { bytes: maxValueBytes, of: (v) => encode(v.type) },
  id: { bytes: 36, of: (v) => encode(v.id) },
  ext: { bytes: maxExtBytes, of: (v) => encodeExt(v.ext) },
  yyyy: { bytes: 4, of: (v) => v.createdAt.toISOString().slice(0, 4) },
  mm: { bytes: 2, of: (v) => v.createdAt.toISOString().slice(5, 7) },
};

const placeholder = /\{([^{}]*)\}/g;

/** The key of a document. `template` has passed `checkTemplate`. ASCII; parts under 255 bytes, the whole under 1,024. */
export function makeKey(template: string, values: KeyValues): string {
  return template.replace(placeholder, (_, name: string) => placeholders[name]?.of(values) ?? '');
}

/** What is wrong with a template, as a sentence for the operator; null when nothing is. */
export function checkTemplate(template: string): string | null {
  const names = [...template.matchAll(placeholder)].map((match) => match[1] ?? '');
  const known = Object.keys(placeholders).map((name) => `{${name}}`);
  const unknown = names.find((name) => !Object.hasOwn(placeholders, name));
  if (unknown !== undefined) return `{${unknown}} is not a placeholder; known are ${known.join(' ')}`;
  if (!names.includes('id')) return 'it must contain {id}, which keeps documents apart';
  if (template.startsWith('/')) return 'it must not begin with a slash';
  const parts = template.split('/');
  const problem = parts.map(checkPart).find((found) => found !== null);
  if (problem) return problem;
  if (mostBytes(template) > maxKeyBytes) return `its keys could pass ${maxKeyBytes} bytes`;
  return null;
}

function checkPart(part: string): string | null {
  if (part === '') return 'it has an empty part between slashes or at its end';
  if (part.startsWith('.')) return `the part "${part}" begins with a dot; such names belong to the service`;
  if (part.startsWith('{ext}')) return `the part "${part}" begins with {ext}, which can be empty`;
  const text = part.replace(placeholder, '');
  if (!/^[A-Za-z0-9._-]*$/.test(text))
    return `the part "${part}" has other characters than A-Z a-z 0-9 . _ -`;
  if (mostBytes(part) > maxPartBytes) return `the part "${part}" could pass ${maxPartBytes} bytes`;
  return null;
}

function mostBytes(template: string): number {
  const text = template.replace(placeholder, '').length;
  const matches = [...template.matchAll(placeholder)];
  return matches.reduce((sum, match) => sum + (placeholders[match[1] ?? '']?.bytes ?? 0), text);
}

function encode(value: string): string {
  const encoded = value.replace(/^\.|[^A-Za-z0-9._-]+/g, (run) =>
    Array.from(Buffer.from(run), escaped).join(''),
  );
  if (encoded.length <= maxValueBytes) return encoded;
  // `!!` is in no encoding that was not cut, so a cut value never meets a whole one.
  return `${encoded.slice(0, keptBytes)}!!${sha256(value).slice(0, 24)}`;
}

function escaped(byte: number): string {
  return `!${byte.toString(16).toUpperCase().padStart(2, '0')}`;
}

function encodeExt(ext: string): string {
  return ext === '' ? '' : `.${encode(ext.slice(1)).slice(0, maxExtBytes - 1)}`;
}

function sha256(value: string): string {
  return createHash('sha256').update(value).digest('hex');
}
