import { hasCode, StrongroomError } from '../errors.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { UploadRecord, UploadRecords } from '../records/upload-records.ts';
import { type Document, listedStates } from './document.ts';
import { assertAllowed, type Caller, mayUpload } from './permissions.ts';
import type { Standing } from './resuming-port.ts';
import { claimsOf } from './upload-claims.ts';
import { isUuid } from './uuid.ts';

/** An upload that can go on, or where one stands that has made its document. */
export type FoundUpload =
  | { readonly upload: UploadRecord; readonly standing: null }
  | { readonly upload: null; readonly standing: Standing };

type Found = Pick<DocumentRecords, 'get'> & Pick<UploadRecords, 'findUpload'>;

/**
 * The upload with the id of its document, for who may bring such documents. Raises `not_allowed`, `document_missing`, and
 * `upload_ended` for one that was given up or whose document is gone.
 */
export async function findUpload(
  records: Found,
  caller: Caller,
  id: string,
  transport: UploadRecord['transport'],
): Promise<FoundUpload> {
  const { document, upload } = await findUploaded(records, caller, id);
  if (document.state !== 'receiving') return { upload: null, standing: standingOf(document) };
  if (upload?.transport === transport) return { upload, standing: null };
  throw new StrongroomError('document_missing', { id });
}

/** The same with the document, of whichever way it comes; `upload`: as long as it goes on. */
export async function findUploaded(
  records: Found,
  caller: Caller,
  id: string,
): Promise<{ document: Document; upload: UploadRecord | null }> {
  assertAllowed(caller, 'upload');
  const upload = isUuid(id) ? await unlessMissing(records.findUpload(id)) : null;
  const document = upload?.document ?? (isUuid(id) ? await records.get(id) : null);
  if (document === null || !mayUpload(caller, document))
    throw new StrongroomError('document_missing', { id });
  if (document.state !== 'receiving' && !listedStates.includes(document.state))
    throw new StrongroomError('upload_ended', { id });
  return { document, upload };
}

/** Where an upload stands whose document is there. */
export function standingOf({ id, size }: Document): Standing {
  if (size === null) throw new Error(`document ${id} is there without a size`);
  return { id, offset: size, length: size, expiresAt: null, sent: null };
}

/** Where an upload stands that goes on. */
export function standingAt(
  upload: Pick<UploadRecord, 'document' | 'offset' | 'length' | 'claims'>,
  expiresAt: Date,
): Standing {
  const { document, offset, length } = upload;
  return { id: document.id, offset, length, expiresAt, sent: claimsOf(upload).sent };
}

async function unlessMissing<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if (hasCode(error, 'document_missing')) return null;
    throw error;
  }
}
