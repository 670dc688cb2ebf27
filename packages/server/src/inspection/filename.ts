/** Bytes of UTF-8: the longest name that ext4, NTFS and APFS all take. */
const limit = 255;

/** A longer "extension" is a sentence with a dot in it. */
const longestExtension = 32;

/** Unicode category Cc, and the characters that turn the reading order round (embeddings, overrides, isolates). */
const unwanted = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu;

/**
 * A name that is safe to keep, show and send, made of what a caller claimed. Never throws, never refuses.
 *
 * The last segment after `/` and `\`; controls and bidi overrides removed; half characters replaced by U+FFFD; NFC; cut
 * to 255 bytes of UTF-8 between code points, keeping the extension. Blanks at both ends and dots at the end go, since
 * Windows drops them on saving and what the user sees would then not be what is kept; this also ends `.` and `..`. A leading
 * dot stays. When nothing is left: `document` and `ext` (with its dot).
 */
export function cleanFilename(raw: string | null, ext: string): string {
  const segment = (raw ?? '').split(/[/\\]/).at(-1) ?? '';
  const name = trimmed(segment.toWellFormed().replace(unwanted, '').normalize('NFC'));
  return trimmed(cut(name)) || `document${ext}`;
}

function trimmed(name: string): string {
  let end = name.length;
  // Not a regular expression: one anchored at the end takes quadratic time over long runs of blanks.
  while (end > 0 && /[\s.]/.test(name.charAt(end - 1))) end--;
  return name.slice(0, end).trimStart();
}

function cut(name: string): string {
  if (Buffer.byteLength(name) <= limit) return name;
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot) : '';
  const kept = Buffer.byteLength(extension) <= longestExtension ? extension : '';
  const stem = kept === '' ? name : name.slice(0, dot);
  return firstBytes(stem, limit - Buffer.byteLength(kept)) + kept;
}

/** The longest beginning of `text` within `count` bytes of UTF-8 that ends between code points. */
function firstBytes(text: string, count: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(count, bytes.length);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}
