/**
 * What every object says of itself, so that the records can be rebuilt from the bucket (promise 5):
 * what was known when its bytes were written.
 */
export interface SelfDescription {
  readonly version: 1;
  readonly deployment: string;
  readonly id: string;
  readonly recordId: string;
  readonly type: string;
  readonly filename: string;
  /** ISO 8601 UTC. */
  readonly createdAt: string;
  /** Lower-case hex, only where the bytes were known before they were sent. */
  readonly sha256?: string;
}

/**
 * S3 takes 2 KB of user metadata, names and values together ("Working with object metadata" in the S3 user guide);
 * the rest is left for the name and for what a deployment's own rules may add.
 */
const mostBytes = 1899;

/** The longest ending that counts as a filename's extension, in code points. */
const longestExtension = 16;

/**
 * As one value that any header can carry: base64url of JSON, always under 1,900 bytes for a record id of up to 200 code
 * points and a type of up to 64. Where it would pass, the filename is shortened by whole code points and keeps its
 * extension.
 */
export function encodeDescription(description: SelfDescription): string {
  const encoded = encode(description);
  if (encoded.length <= mostBytes) return encoded;
  const { stem, extension } = splitFilename(description.filename);
  let kept = 0;
  for (let step = 2 ** Math.floor(Math.log2(stem.length)); step >= 1; step /= 2) {
    const filename = stem.slice(0, kept + step).join('') + extension;
    if (encode({ ...description, filename }).length <= mostBytes) kept += step;
  }
  return encode({ ...description, filename: stem.slice(0, kept).join('') + extension });
}

/** What `encodeDescription` made, or null for any other value: the object is not ours. */
export function decodeDescription(value: string): SelfDescription | null {
  if (!/^[\w-]+$/.test(value)) return null;
  try {
    return readDescription(JSON.parse(Buffer.from(value, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}

/** A self-description out of parsed JSON, or null when it is none or of a version that this program does not know. */
export function readDescription(json: unknown): SelfDescription | null {
  if (typeof json !== 'object' || json === null) return null;
  const { version, deployment, id, recordId, type, filename, createdAt, sha256 } = json as Record<
    string,
    unknown
  >;
  if (version !== 1) return null;
  if (![deployment, id, recordId, type, filename, createdAt].every((value) => typeof value === 'string'))
    return null;
  if (sha256 !== undefined && typeof sha256 !== 'string') return null;
  const required = { version, deployment, id, recordId, type, filename, createdAt } as SelfDescription;
  return sha256 === undefined ? required : { ...required, sha256 };
}

function encode(description: SelfDescription): string {
  return Buffer.from(JSON.stringify(description)).toString('base64url');
}

function splitFilename(filename: string): { stem: string[]; extension: string } {
  const points = Array.from(filename);
  const dot = points.lastIndexOf('.');
  if (dot <= 0 || points.length - dot > longestExtension) return { stem: points, extension: '' };
  return { stem: points.slice(0, dot), extension: points.slice(dot).join('') };
}
