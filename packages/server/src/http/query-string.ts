import { isUtf8 } from 'node:buffer';
import { parse } from 'node:querystring';

/**
 * A query as names and values (WHATWG URL, application/x-www-form-urlencoded): `+` is a space, a `%` that begins no
 * escape stays; a name that comes again makes a list. Never throws: Fastify asks before there is a request to refuse.
 * Escapes that make no UTF-8 leave lone surrogates, which the rules refuse in ids and mend in filenames. To take them
 * for anything else would keep a name that nobody sent.
 */
export function parseQuery(query: string): Record<string, unknown> {
  return parse(query, '&', '=', { decodeURIComponent: decoded, maxKeys: 0 });
}

const loneSurrogate = '\udffd';

/** ASCII without an escape, which is nearly every one. */
const plain = /^[\x20-\x24\x26-\x7e]*$/;

function decoded(text: string): string {
  if (plain.test(text)) return text;
  const unescaped = text.replace(/%([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const bytes = Buffer.from(unescaped, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : bytes.toString().replaceAll('\ufffd', loneSurrogate);
}
