import { parse } from 'content-disposition';
import { invalidForm } from './form-error.ts';
import { headerText } from './header-text.ts';

/** What the headers of one part of a form say (RFC 7578 §4). */
export interface PartHeaders {
  readonly name: string;
  /** As claimed; null when none was given. */
  readonly filename: string | null;
  readonly contentType: string | null;
  /** Bytes, from the part's own Content-Length; null when it has none. */
  readonly size: number | null;
}

const lineLimit = 20;

/** Reads the header lines of a part, without the empty line after them. Raises `invalid_form`. */
export function readPartHeaders(block: Buffer): PartHeaders {
  const lines = headerText(block)
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n');
  if (lines.length > lineLimit) {
    throw invalidForm(
      `A part of the form has more than ${lineLimit} header lines. Send only those it needs.`,
    );
  }
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  // `multipart`: quotes and line ends in names come as %22 %0D %0A (WHATWG HTML, multipart/form-data encoding).
  const { type, parameters } = parse(headers.get('content-disposition') ?? '', { multipart: true });
  const name = parameters.name;
  if (type !== 'form-data' || name === undefined) {
    throw invalidForm(
      'A part of the form has no "Content-Disposition: form-data" with a name. Give every part one.',
    );
  }
  assertPlain(name, headers.get('content-transfer-encoding'));
  return {
    name,
    filename: parameters.filename || null,
    contentType: headers.get('content-type') || null,
    size: lengthOf(name, headers.get('content-length')),
  };
}

/** RFC 7578 §4.7: HTTP needs no transfer encoding. An encoded file must not be kept as if it were the document. */
function assertPlain(name: string, encoding: string | undefined): void {
  if (encoding === undefined || /^(?:binary|8bit|7bit)$/i.test(encoding)) return;
  throw invalidForm(
    `The part "${name}" is sent with Content-Transfer-Encoding ${encoding}. Send its bytes as they are.`,
  );
}

function lengthOf(name: string, length: string | undefined): number | null {
  if (length === undefined) return null;
  if (/^\d{1,15}$/.test(length)) return Number(length);
  throw invalidForm(
    `The Content-Length of the part "${name}" is not a whole number. Send none, or the right one.`,
  );
}
