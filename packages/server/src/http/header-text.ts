import { isUtf8 } from 'node:buffer';
import { parse } from 'content-disposition';

/**
 * The bytes of a header value as text: UTF-8 where they are that, else Latin-1. RFC 9110 §5.5 leaves the encoding of
 * other than ASCII open; clients send UTF-8, and a name must not refuse an upload.
 */
export function headerText(bytes: Buffer): string {
  return bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1');
}

/**
 * The filename that a request's Content-Disposition claims (RFC 6266; `filename*` as in RFC 8187 goes first), or null.
 * @param header as Node gives it: every byte one character
 */
export function claimedFilename(header: string | undefined): string | null {
  if (header === undefined) return null;
  return parse(headerText(Buffer.from(header, 'latin1'))).parameters.filename || null;
}
