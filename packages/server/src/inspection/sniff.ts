import { isUtf8 } from 'node:buffer';
import { type ContentType, claimedType, knownType, typeByFilename } from './content-types.ts';
import { headSize } from './head.ts';
import { magicType } from './magic.ts';
import { lookIntoZip } from './zip.ts';

/** What a caller says its bytes are. */
export interface Claim {
  /** The Content-Type as sent. */
  readonly contentType: string | null;
  readonly filename: string | null;
}

export interface Sniffed {
  /** What the bytes are, without parameters; `application/octet-stream` when nobody can tell. */
  readonly contentType: string;
  /** With its dot; `.bin` when nobody can tell. */
  readonly ext: string;
  /** The claim that is wrong, else the one that was made; null when none was. */
  readonly claimed: string | null;
  readonly agrees: boolean;
}

interface Found {
  readonly contentType: string;
  readonly ext: string;
}

const unknown: Found = { contentType: 'application/octet-stream', ext: '.bin' };

/**
 * Decides the content type by the first `headSize` bytes (all of them for a smaller body).
 *
 * The bytes decide the family. Inside a container (zip, CFB, ISO base media) the declared type is taken, or the one that
 * the extension names, if it is of that family and nothing contradicts it. No signature, valid UTF-8 and no NUL is text:
 * its subtype is the extension's, else the declared one, else what its first tag says, else `text/plain`. So a `.txt` of
 * HTML stays plain text (it is served as such, with nosniff), while HTML called `.pdf` is found to be HTML.
 *
 * Missing, empty and `application/octet-stream` claim nothing. Never throws.
 */
export async function sniff(head: Buffer, claim: Claim): Promise<Sniffed> {
  const declared = claimedType(claim.contentType);
  const named = typeByFilename(claim.filename);
  const found = await find(head, declared === null ? undefined : knownType(declared), named);
  return { ...found, ...judgeClaim(claim, found.contentType) };
}

/** What was claimed, held to what the bytes were found to be. */
export function judgeClaim(
  { contentType, filename }: Claim,
  found: string,
): Pick<Sniffed, 'claimed' | 'agrees'> {
  const claims = [claimedType(contentType), typeByFilename(filename)?.type].filter(
    (type) => typeof type === 'string',
  );
  const wrong = claims.find((type) => !agree(type, found));
  return { claimed: wrong ?? claims[0] ?? null, agrees: wrong === undefined };
}

async function find(
  head: Buffer,
  declared: ContentType | undefined,
  named: ContentType | undefined,
): Promise<Found> {
  const magic = magicType(head);
  if (magic === 'application/zip') return inZip(head, [declared, named]);
  if (magic === 'application/x-cfb') return inFamily(magic, [declared, named]);
  if (magic === 'image/heif') return inFamily(magic, [declared, named], (type) => type.startsWith('image/'));
  if (magic !== null) return answer(magic);
  if (isText(head)) return inText(head, [named, declared]);
  const other = await byFileType(head);
  if (other.contentType !== 'video/mp4') return other;
  return inFamily('video/mp4', [declared, named], (type) => !type.startsWith('image/'));
}

function inZip(head: Buffer, claims: readonly (ContentType | undefined)[]): Found {
  const generic = 'application/zip';
  const { certain, fits } = lookIntoZip(head);
  const believed = claims.find((entry) => entry?.kind && fits.includes(entry.kind) && entry.type !== generic);
  return answer(believed?.type ?? certain ?? generic);
}

/** The first claim of the same family as `generic`, else `generic`. */
function inFamily(
  generic: string,
  claims: readonly (ContentType | undefined)[],
  fits: (type: string) => boolean = () => true,
): Found {
  const family = knownType(generic)?.family;
  const believed = claims.find((entry) => entry && entry.family === family && fits(entry.type));
  return answer(believed?.type ?? generic);
}

function inText(head: Buffer, claims: readonly (ContentType | undefined)[]): Found {
  const believed = claims.find((entry) => entry?.family === 'text');
  return answer(believed?.type ?? markupType(head) ?? 'text/plain');
}

/** What a text that nobody named says of itself. */
function markupType(head: Buffer): string | null {
  const start = head
    .toString('utf8', 0, 1024)
    .replace(/^\ufeff/, '')
    .trimStart()
    .toLowerCase();
  if (/^(<!doctype html|<(html|head|body|script|iframe)\b)/.test(start)) return 'text/html';
  if (/^<(svg\b|\?xml|!--|!doctype svg)/.test(start) && /<svg\b/.test(start)) return 'image/svg+xml';
  return start.startsWith('<?xml') ? 'application/xml' : null;
}

/** The long tail: sound, video, fonts, programs, other archives. */
async function byFileType(head: Buffer): Promise<Found> {
  // Loaded when something of the long tail first comes: most services never see any of it.
  const { fileTypeFromBuffer } = await import('file-type');
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const contentType = claimedType(found?.mime ?? null);
  // Text is UTF-8 here; what only begins like a text type is not one.
  if (!found || contentType === null || knownType(contentType)?.family === 'text') return unknown;
  return { contentType, ext: knownType(contentType)?.extensions[0] ?? `.${found.ext}` };
}

function answer(type: string): Found {
  return { contentType: type, ext: knownType(type)?.extensions[0] ?? unknown.ext };
}

/** A claim is right when it names the type or no more than its family. */
function agree(claimed: string, found: string): boolean {
  if (claimed === found) return true;
  const family = knownType(found)?.family;
  if (family === 'text') return claimed === 'text/plain';
  if (family === 'zip') return claimed === 'application/zip';
  if (family === 'cfb') return claimed === 'application/x-cfb';
  return found === 'image/heic' && claimed === 'image/heif';
}

/** Valid UTF-8 without NUL; a character that the end of the head cuts through does not count against it. */
function isText(head: Buffer): boolean {
  return !head.includes(0) && isUtf8(head.length < headSize ? head : withoutCutCharacter(head));
}

function withoutCutCharacter(head: Buffer): Buffer {
  let lead = head.length - 1;
  while (lead > head.length - 4 && ((head[lead] ?? 0) & 0xc0) === 0x80) lead--;
  const first = head[lead] ?? 0;
  const needs = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return lead + needs > head.length ? head.subarray(0, lead) : head;
}
