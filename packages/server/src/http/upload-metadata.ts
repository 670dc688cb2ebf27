import { isUtf8 } from 'node:buffer';
import { invalid } from './new-document.ts';

/**
 * What Upload-Metadata says (tus 1.0, "Upload-Metadata"): pairs with commas between, each a key, a space and the value in
 * base64; a value that is empty may be left out. Values are UTF-8 here. Raises `invalid_input`.
 */
export function readUploadMetadata(header: string | undefined): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (header === undefined || header.trim() === '') return pairs;
  for (const pair of header.split(',')) {
    const [key = '', value = '', ...rest] = pair.trim().split(' ');
    if (key === '' || rest.length > 0)
      throw invalid(
        'Upload-Metadata',
        'takes pairs with commas between: a key, a space and a value in base64',
      );
    if (pairs.has(key)) throw invalid('Upload-Metadata', `has ${shown(key)} twice`);
    pairs.set(key, decoded(key, value));
  }
  return pairs;
}

function decoded(key: string, value: string): string {
  const bytes = Buffer.from(value, 'base64');
  // Node leaves out what is no base64. Some clients leave out the padding.
  if (bytes.toString('base64').replace(/=+$/, '') !== value.replace(/=+$/, ''))
    throw invalid('Upload-Metadata', `${shown(key)} is not base64`);
  if (!isUtf8(bytes)) throw invalid('Upload-Metadata', `${shown(key)} is not UTF-8`);
  return bytes.toString('utf8');
}

function shown(key: string): string {
  return JSON.stringify(key.slice(0, 80));
}
