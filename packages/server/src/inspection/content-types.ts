/**
 * The content types that sniffing tells apart by name: those of the text family and of the container families, whose
 * first bytes say no more than the family. A type of another family is known by its magic alone.
 */
export type Family = 'text' | 'zip' | 'cfb' | 'bmff';

export interface ContentType {
  readonly type: string;
  /** With dots; the first is the one that keys carry. */
  readonly extensions: readonly string[];
  readonly family: Family | null;
  /** Inside zip: what sort of package it is (zip.ts). */
  readonly kind?: ZipKind;
}

export type ZipKind = 'word' | 'excel' | 'powerpoint' | 'odf' | 'java' | 'plain';

const openXml = 'application/vnd.openxmlformats-officedocument';
const oasis = 'application/vnd.oasis.opendocument';

const contentTypes: readonly ContentType[] = [
  of(null, 'application/pdf', '.pdf'),
  of(null, 'image/jpeg', '.jpg', '.jpeg', '.jpe', '.jfif'),
  of(null, 'image/png', '.png'),
  of(null, 'image/gif', '.gif'),
  of(null, 'image/webp', '.webp'),
  of(null, 'image/tiff', '.tif', '.tiff'),
  of(null, 'application/rtf', '.rtf'),
  of(null, 'application/postscript', '.ps', '.eps'),
  of(null, 'application/gzip', '.gz', '.tgz'),

  of('text', 'text/plain', '.txt', '.text', '.log'),
  of('text', 'text/csv', '.csv'),
  of('text', 'text/tab-separated-values', '.tsv'),
  of('text', 'text/markdown', '.md', '.markdown'),
  of('text', 'text/html', '.html', '.htm'),
  of('text', 'text/css', '.css'),
  of('text', 'text/javascript', '.js', '.mjs'),
  of('text', 'text/calendar', '.ics'),
  of('text', 'text/vcard', '.vcf'),
  of('text', 'application/json', '.json'),
  of('text', 'application/xml', '.xml'),
  of('text', 'application/xhtml+xml', '.xhtml'),
  of('text', 'application/yaml', '.yaml', '.yml'),
  of('text', 'image/svg+xml', '.svg'),
  of('text', 'message/rfc822', '.eml'),

  zip('plain', 'application/zip', '.zip'),
  zip('word', `${openXml}.wordprocessingml.document`, '.docx'),
  zip('word', `${openXml}.wordprocessingml.template`, '.dotx'),
  zip('word', 'application/vnd.ms-word.document.macroenabled.12', '.docm'),
  zip('excel', `${openXml}.spreadsheetml.sheet`, '.xlsx'),
  zip('excel', `${openXml}.spreadsheetml.template`, '.xltx'),
  zip('excel', 'application/vnd.ms-excel.sheet.macroenabled.12', '.xlsm'),
  zip('powerpoint', `${openXml}.presentationml.presentation`, '.pptx'),
  zip('powerpoint', `${openXml}.presentationml.slideshow`, '.ppsx'),
  zip('powerpoint', 'application/vnd.ms-powerpoint.presentation.macroenabled.12', '.pptm'),
  zip('odf', `${oasis}.text`, '.odt'),
  zip('odf', `${oasis}.text-template`, '.ott'),
  zip('odf', `${oasis}.spreadsheet`, '.ods'),
  zip('odf', `${oasis}.presentation`, '.odp'),
  zip('odf', `${oasis}.graphics`, '.odg'),
  zip('odf', 'application/epub+zip', '.epub'),
  zip('java', 'application/java-archive', '.jar'),
  zip('java', 'application/vnd.android.package-archive', '.apk'),
  zip('plain', 'application/vnd.apple.pages', '.pages'),
  zip('plain', 'application/vnd.apple.numbers', '.numbers'),
  zip('plain', 'application/vnd.apple.keynote', '.key'),

  of('cfb', 'application/x-cfb', '.cfb'),
  of('cfb', 'application/msword', '.doc', '.dot'),
  of('cfb', 'application/vnd.ms-excel', '.xls', '.xlt'),
  of('cfb', 'application/vnd.ms-powerpoint', '.ppt', '.pps'),
  of('cfb', 'application/vnd.ms-outlook', '.msg'),
  of('cfb', 'application/x-msi', '.msi'),

  of('bmff', 'image/heic', '.heic'),
  of('bmff', 'image/heif', '.heif', '.hif'),
  of('bmff', 'image/avif', '.avif'),
  of('bmff', 'video/mp4', '.mp4'),
  of('bmff', 'video/x-m4v', '.m4v'),
  of('bmff', 'audio/mp4', '.m4a'),
  of('bmff', 'video/quicktime', '.mov', '.qt'),
  of('bmff', 'video/3gpp', '.3gp'),
];

/** Other names that browsers and systems send for a type. */
const aliases: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'application/x-pdf': 'application/pdf',
  'application/x-zip-compressed': 'application/zip',
  'application/x-zip': 'application/zip',
  'application/x-gzip': 'application/gzip',
  'application/csv': 'text/csv',
  'application/x-ole-storage': 'application/x-cfb',
  'text/rtf': 'application/rtf',
  'text/xml': 'application/xml',
  'text/x-markdown': 'text/markdown',
  'text/yaml': 'application/yaml',
  'audio/x-m4a': 'audio/mp4',
  'application/javascript': 'text/javascript',
};

const byType = new Map(contentTypes.map((entry) => [entry.type, entry]));
const byExtension = new Map(contentTypes.flatMap((entry) => entry.extensions.map((ext) => [ext, entry])));

/** The entry of a content type by its usual name, without parameters. */
export function knownType(type: string): ContentType | undefined {
  return byType.get(type);
}

/** The entry that a filename's extension names. */
export function typeByFilename(filename: string | null): ContentType | undefined {
  const dot = filename?.lastIndexOf('.') ?? -1;
  return dot < 0 ? undefined : byExtension.get(filename?.slice(dot).trim().toLowerCase() ?? '');
}

/** A type and a subtype as they can be registered (RFC 6838 §4.2). */
const mediaType = /^[a-z0-9][\w!#$&^.+-]{0,126}\/[a-z0-9][\w!#$&^.+-]{0,126}$/;

/**
 * A Content-Type field (RFC 9110 §8.3) as one lower-case name without parameters, under its usual name. Null where it
 * claims nothing: missing, empty, no media type, `application/octet-stream`. What it claims is kept in the history, so it
 * may not be just any text.
 */
export function claimedType(field: string | null): string | null {
  const name = field?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (name === 'application/octet-stream' || !mediaType.test(name)) return null;
  return aliases[name] ?? name;
}

function of(family: Family | null, type: string, ...extensions: string[]): ContentType {
  return { type, extensions, family };
}

function zip(kind: ZipKind, type: string, ...extensions: string[]): ContentType {
  return { type, extensions, family: 'zip', kind };
}
