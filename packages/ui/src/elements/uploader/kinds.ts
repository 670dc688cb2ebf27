/**
 * Content types by extension, for what a document type may accept: browsers take a file's type from the system, which has
 * none for some (HEIC, EML) and an odd one for others (CSV where Excel is installed).
 */
const byExtension: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  heic: 'image/heic',
  heif: 'image/heif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  odt: 'application/vnd.oasis.opendocument.text',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv',
  txt: 'text/plain',
  eml: 'message/rfc822',
  zip: 'application/zip',
};

/** What `file` claims to be by its extension, else by the system; empty when neither says. */
export function claimedKind(file: File): string {
  const extension = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  return byExtension[extension] ?? file.type.split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The value of `<input accept>` for these content types: each with its extensions, which some systems know better. */
export function acceptOf(contentTypes: readonly string[]): string {
  const extensions = Object.entries(byExtension)
    .filter(([, kind]) => contentTypes.includes(kind))
    .map(([extension]) => `.${extension}`);
  return [...contentTypes, ...extensions].join(',');
}
