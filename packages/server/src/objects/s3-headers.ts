import type { S3Settings } from '../settings.ts';
import { encodeDescription, type SelfDescription } from './self-description.ts';

export const descriptionHeader = 'x-amz-meta-strongroom';

/** The headers of every object that the service writes, PutObject and CreateMultipartUpload alike. */
export function objectHeaders(
  settings: S3Settings,
  { contentType, description }: { contentType: string; description: SelfDescription },
): Record<string, string> {
  const { acl, storageClass } = settings;
  return {
    'content-type': contentType,
    [descriptionHeader]: encodeDescription(description),
    ...(acl === null ? {} : { 'x-amz-acl': acl }),
    ...(storageClass === null ? {} : { 'x-amz-storage-class': storageClass }),
    ...encryptionHeaders(settings),
  };
}

/** The headers of what is written under the reserved prefix for a while: nobody reads it but the service. */
export function scratchHeaders(settings: S3Settings): Record<string, string> {
  return { 'content-type': 'application/octet-stream', ...encryptionHeaders(settings) };
}

function encryptionHeaders({ sse, sseKmsKeyId }: S3Settings): Record<string, string> {
  return {
    ...(sse === null ? {} : { 'x-amz-server-side-encryption': sse }),
    ...(sseKmsKeyId === null ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': sseKmsKeyId }),
  };
}
