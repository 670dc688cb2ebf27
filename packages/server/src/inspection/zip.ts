import { knownType, type ZipKind } from './content-types.ts';

/** What the beginning of a zip shows without unpacking any of it. */
export interface ZipEvidence {
  /** The content type, where the entries leave no doubt. */
  readonly certain: string | null;
  /** The kinds of package that nothing contradicts. */
  readonly fits: readonly ZipKind[];
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly data: Buffer;
}

const localHeader = 0x504b0304;
const signature = Buffer.from('PK\x03\x04', 'latin1');
const stored = 0;
/** General purpose bit 3: sizes follow the data (APPNOTE 4.4.4). */
const sizesFollow = 0x08;
const mostEntries = 64;

const openXml = 'application/vnd.openxmlformats-officedocument';
const parts: readonly (readonly [string, ZipKind, string])[] = [
  ['word/', 'word', `${openXml}.wordprocessingml.document`],
  ['xl/', 'excel', `${openXml}.spreadsheetml.sheet`],
  ['ppt/', 'powerpoint', `${openXml}.presentationml.presentation`],
];

/** Names that every Open Packaging Conventions file has, or nearly every one (ECMA-376 part 2 §6). */
const openPackage = /^(\[Content_Types\]\.xml|_rels\/\.rels|docProps\/.*)$/;
const openDocument = /^(META-INF\/manifest\.xml|content\.xml|styles\.xml)$/;
const java = /^(META-INF\/MANIFEST\.MF|AndroidManifest\.xml|classes\.dex)$/;

/** Judges a zip by the entries whose local headers (APPNOTE 4.3.7) lie in `head`. Never throws. */
export function lookIntoZip(head: Buffer): ZipEvidence {
  const seen = entries(head);
  const stated = statedType(seen);
  if (stated !== null) return { certain: stated, fits: [] };
  const has = (sign: RegExp) => seen.some(({ name }) => sign.test(name));
  const part = parts.find(([folder]) => seen.some(({ name }) => name.startsWith(folder)));
  if (part) {
    const [, kind, type] = part;
    // A folder called "word" alone may be anybody's.
    return has(openPackage) ? { certain: type, fits: [kind] } : { certain: null, fits: [kind, 'plain'] };
  }
  if (has(openPackage)) return { certain: null, fits: ['word', 'excel', 'powerpoint'] };
  if (has(openDocument)) return { certain: null, fits: ['odf'] };
  if (has(java)) return { certain: 'application/java-archive', fits: ['java'] };
  return { certain: null, fits: ['plain'] };
}

/** The type in a leading, stored entry `mimetype` (ODF 1.3 part 2 §3.3, EPUB OCF §4.3), if it is one that is known. */
function statedType([first]: readonly Entry[]): string | null {
  if (first?.name !== 'mimetype' || first.method !== stored) return null;
  const stated = knownType(first.data.toString('latin1').trim());
  return stated?.kind === 'odf' ? stated.type : null;
}

/** The entries in file order, as far as they can be followed without unpacking. */
function entries(head: Buffer): Entry[] {
  const found: Entry[] = [];
  let at = 0;
  while (found.length < mostEntries && at + 30 <= head.length && head.readUInt32BE(at) === localHeader) {
    const flags = head.readUInt16LE(at + 6);
    const method = head.readUInt16LE(at + 8);
    const packed = head.readUInt32LE(at + 18);
    const nameEnd = at + 30 + head.readUInt16LE(at + 26);
    const start = nameEnd + head.readUInt16LE(at + 28);
    if (nameEnd > head.length) break;
    const name = head.toString('utf8', at + 30, nameEnd);
    found.push({ name, method, data: head.subarray(start, start + packed) });
    if (packed > 0 || (flags & sizesFollow) === 0) {
      at = start + packed;
      continue;
    }
    // The end is not told. Data kept as it is may hold a whole zip, whose names are not ours; packed data hides it.
    if (method === stored) break;
    at = head.indexOf(signature, start);
    if (at < 0) break;
  }
  return found;
}
