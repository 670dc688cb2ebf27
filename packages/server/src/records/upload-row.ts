import type { JsonObject } from '../documents/document.ts';
import type { Part } from '../objects/resumable-objects.ts';
import { documentColumns, documentWidth, type Row, toDocument } from './row.ts';
import type { NewUpload, UploadRecord } from './upload-records.ts';

/** The last time that a Date can say: an operator who restores a backup takes rows out of the queue (docs/operating.md). */
const never = 8.64e15;

/** In the order that `newUploadRow` writes them, and `toUpload` reads them. */
export const uploadColumns = 'transport, length, durable, fence, state, claims';

/** Where in a row that `toUpload` reads the offset and the fence stand. */
export const durableAt = documentWidth + 2;
export const fenceAt = documentWidth + 3;

const of = (table: string, columns: string) => columns.replaceAll(/\b(?=\w)/g, `${table}.`);

/** A document, its upload, and when that expires: what `toUpload` reads, from these two tables. */
export const standingColumns = (documents: string, uploads: string) =>
  `${of(documents, documentColumns)}, ${of(uploads, uploadColumns)}, ${documents}.due_at`;

/** The row that an upload begins as: nothing has come, and nobody has taken it over. */
export function newUploadRow({ transport, length, state, claims }: NewUpload): Row {
  return [transport, length, 0, 0, JSON.stringify(state), JSON.stringify(claims)];
}

/** Of a row that `newUploadRow` made; null where there is none. */
export function transportOf(upload: Row | null): string | null {
  return (upload?.[0] as string | undefined) ?? null;
}

/** Null where the document has no upload. */
export function toUpload(row: Row): UploadRecord | null {
  const [transport = null, length, offset, fence, state, claims, due] = row.slice(documentWidth);
  if (transport === null) return null;
  return {
    document: toDocument(row),
    transport: transport as UploadRecord['transport'],
    length: length as number | null,
    offset: offset as number,
    fence: fence as number,
    expiresAt: new Date((due as number | null) ?? never),
    state: JSON.parse(state as string) as JsonObject,
    claims: JSON.parse(claims as string) as JsonObject,
  };
}

/** In the order that `partRow` writes them, and `toPart` reads them. */
export const partColumns = 'number, size, etag, checksum';

export function partRow({ number, size, etag, checksum }: Part): Row {
  return [number, size, etag, checksum];
}

export function toPart([number, size, etag, checksum]: Row): Part {
  return { number, size, etag, checksum } as Part;
}
