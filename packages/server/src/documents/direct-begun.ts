import type { DirectUpload, DirectUploads } from '../objects/direct-uploads.ts';
import type { UploadRecord, UploadRecords } from '../records/upload-records.ts';
import type { Document } from './document.ts';
import { type DraftingParts, selfDescription } from './drafting.ts';

export interface BeginningParts extends Pick<DraftingParts, 'deployment'> {
  readonly records: UploadRecords;
  readonly direct: DirectUploads;
  /** Milliseconds that an upload lives without going on. */
  readonly uploadLives: number;
}

/** What is kept of a direct upload once the store has begun it. */
export type Begun = DirectUpload & { readonly size: number; readonly partSize: number };

/** Null: the store has not begun it yet, as far as is known. */
export function begunOf({ document, length, state }: UploadRecord): Begun | null {
  const { uploadId, partSize } = state;
  if (typeof uploadId !== 'string' || typeof partSize !== 'number') return null;
  return { key: document.storage.key, uploadId, size: length as number, partSize };
}

/**
 * Begins it at the store, and keeps how. What nobody would know of is ended again. Raises `store_unavailable`, and as
 * `UploadRecords.advanceUpload` does.
 */
export async function beginAt(
  parts: BeginningParts,
  document: Document,
  fence: number,
  size: number,
): Promise<Begun> {
  const { records, direct, uploadLives } = parts;
  const { contentType, storage } = document;
  const target = { key: storage.key, contentType, description: selfDescription(parts, document) };
  const { uploadId, partSize } = await direct.begin(target, size);
  const begun = { key: storage.key, uploadId, size, partSize };
  try {
    const state = { uploadId, partSize };
    await records.advanceUpload(document.id, fence, { offset: 0, state, dueIn: uploadLives });
    return begun;
  } catch (error) {
    await direct.end(begun).catch(() => {});
    throw error;
  }
}

/**
 * Whoever began it died before it could keep how the store calls it: nobody has sent a byte. What that one left at the store is
 * ended with the upload: now it can't be told from what another call begins beside this one. Raises as `beginAt`.
 */
export async function beginAgain(parts: BeginningParts, id: string): Promise<Begun> {
  const taken = await parts.records.takeUpload(id);
  const { document, fence, length } = taken;
  return begunOf(taken) ?? beginAt(parts, document, fence, length as number);
}
