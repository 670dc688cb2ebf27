import { type ContentType, claimedType, knownType, typeByFilename } from './content-types.ts';
import type { Claim } from './sniff.ts';

/** A short extension that no type here names, as a claim may have it. */
const plainExtension = /\.[a-z0-9]{1,8}$/;

/**
 * What bytes that nobody has seen yet will be found to be (`sniff`), if the claim is right. The first of its readings that is
 * accepted counts; null when none is. A name that says text goes before what a browser says of the file: sniffing reads it
 * so, and some systems call a CSV file a spreadsheet.
 */
export function expected(
  { contentType, filename }: Claim,
  accept: readonly string[],
): { contentType: string; ext: string } | null {
  const declared = claimedType(contentType);
  const named = typeByFilename(filename);
  const readings = isReadByName(named, declared) ? [named?.type, declared] : [declared, named?.type];
  const claims = readings.filter((type) => typeof type === 'string');
  const found = (claims.length === 0 ? ['application/octet-stream'] : claims).find((type) =>
    accept.includes(type),
  );
  return found === undefined ? null : { contentType: found, ext: extensionFor(found, filename) };
}

/** A package in a zip is told by its name where all that is declared is the zip. */
function isReadByName(named: ContentType | undefined, declared: string | null): boolean {
  return named?.family === 'text' || (named?.family === 'zip' && declared === 'application/zip');
}

function extensionFor(type: string, filename: string | null): string {
  const own = knownType(type)?.extensions[0];
  return own ?? plainExtension.exec(filename?.toLowerCase() ?? '')?.[0] ?? '.bin';
}
