import type { UploadRecord } from '../records/upload-records.ts';
import type { NewDocument } from './documents-port.ts';

/** What a client said of the bytes before they came. */
export interface UploadClaims extends Pick<NewDocument, 'filename' | 'contentType'> {
  /** As it sent it. */
  readonly sent: string;
}

/** As they are kept beside the upload. */
export function claimsOf({ claims }: Pick<UploadRecord, 'claims'>): UploadClaims {
  return claims as unknown as UploadClaims;
}
