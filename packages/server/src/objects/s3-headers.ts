import type { S3Settings } from '../settings.ts';
import { encodeDescription, type SelfDescription } from './self-description.ts';

export const descriptionHeader = 'x-amz-meta-strongroom';

/** The headers of every object that the service writes, PutObject and CreateMultipartUpload alike. */
export function objectHeaders(
  { acl, storageClass, sse, sseKmsKeyId }: S3Settings,
  { contentType, description }: { contentType: string; description: SelfDescription },
): Record<string, string> {
  return {
    'content-type': contentType,
    [descriptionHeader]: encodeDescription(description),
    ...(acl === null ? {} : { 'x-amz-acl': acl }),
    ...(storageClass === null ? {} : { 'x-amz-storage-class': storageClass }),
    ...(sse === null ? {} : { 'x-amz-server-side-encryption': sse }),
    ...(sseKmsKeyId === null ? {} : { 'x-amz-server-side-encryption-aws-kms-key-id': sseKmsKeyId }),
  };
}
