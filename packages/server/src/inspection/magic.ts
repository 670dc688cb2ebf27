/**
 * The signatures that decide most documents, checked in place. They come before file-type because they are surer here:
 * it answers nothing for a PNG or a PDF with something before its marker or past the head, reads "BM" at the start of a
 * text as a picture, and unpacks archives to look inside.
 */
type Magic = readonly [type: string, signature: Buffer, at?: number];

const magics: readonly Magic[] = [
  ['application/pdf', bytes('%PDF-')],
  ['image/jpeg', bytes('\xff\xd8\xff')],
  ['image/png', bytes('\x89PNG\r\n\x1a\n')],
  ['application/zip', bytes('PK\x03\x04')],
  ['application/zip', bytes('PK\x05\x06')],
  ['application/zip', bytes('PK\x07\x08PK\x03\x04')],
  ['application/x-cfb', bytes('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
  ['image/tiff', bytes('II*\0')],
  ['image/tiff', bytes('MM\0*')],
  ['image/tiff', bytes('II+\0')],
  ['image/tiff', bytes('MM\0+')],
  ['image/gif', bytes('GIF87a')],
  ['image/gif', bytes('GIF89a')],
  ['application/rtf', bytes('{\\rtf')],
  ['application/postscript', bytes('%!PS')],
  ['application/gzip', bytes('\x1f\x8b\x08')],
];

const executables = ['MZ', '\x7fELF', '#!'].map(bytes);
const pdf = bytes('%PDF-');
/** Where `%PDF-` may start: readers accept it anywhere in the first 1,024 bytes (ISO 32000-1 Annex H.3.4.1). */
const pdfWithin = 1024;

/** ISO base media brands (ISO 14496-12 §4.3) of still pictures; `mif1` and `msf1` name no codec. */
const pictureBrands: Readonly<Record<string, string>> = {
  heic: 'image/heic',
  heix: 'image/heic',
  heim: 'image/heic',
  heis: 'image/heic',
  hevc: 'image/heic',
  hevx: 'image/heic',
  avif: 'image/avif',
  avis: 'image/avif',
};

/** The content type by its signature, or null. */
export function magicType(head: Buffer): string | null {
  const found = magics.find(([, signature]) => startsWith(head, signature));
  if (found) return found[0];
  if (startsWith(head, bytes('RIFF')) && head.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  const picture = pictureType(head);
  if (picture) return picture;
  const isProgram = executables.some((signature) => startsWith(head, signature));
  if (!isProgram && head.subarray(0, pdfWithin + pdf.length - 1).includes(pdf)) return 'application/pdf';
  return null;
}

/** By the major brand; where that names no codec, by the first compatible one that does. */
function pictureType(head: Buffer): string | null {
  if (head.toString('latin1', 4, 8) !== 'ftyp') return null;
  const major = head.toString('latin1', 8, 12);
  const named = pictureBrands[major];
  if (named) return named;
  if (major !== 'mif1' && major !== 'msf1') return null;
  const end = Math.min(head.readUInt32BE(0), head.length, 256);
  for (let at = 16; at + 4 <= end; at += 4) {
    const compatible = pictureBrands[head.toString('latin1', at, at + 4)];
    if (compatible) return compatible;
  }
  return 'image/heif';
}

function startsWith(head: Buffer, signature: Buffer): boolean {
  return (
    head.length >= signature.length && head.compare(signature, 0, signature.length, 0, signature.length) === 0
  );
}

function bytes(latin1: string): Buffer {
  return Buffer.from(latin1, 'latin1');
}
