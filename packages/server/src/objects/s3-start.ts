import { hasCode, StartError } from '../errors.ts';
import type { S3Settings } from '../settings.ts';
import { isPassing, S3Error, toDomain } from './s3-error.ts';
import { text } from './s3-xml.ts';

type Remedy = (refusal: S3Error, settings: S3Settings) => string;

const otherRegion: Remedy = (refusal, { region }) => {
  const right = refusal.header('x-amz-bucket-region') ?? text(refusal.body, 'Region');
  return right && right !== region
    ? `it lies in the region ${right}: set S3_REGION=${right} (it is ${region})`
    : `it does not answer in the region ${region} at this endpoint: set S3_REGION and S3_ENDPOINT to where it lies`;
};

const skewed: Remedy = (refusal) => {
  const seconds = Math.round((Date.now() - Date.parse(refusal.header('date') ?? '')) / 1000);
  const by = Number.isNaN(seconds)
    ? 'too far'
    : `${Math.abs(seconds)} seconds ${seconds > 0 ? 'ahead' : 'behind'}`;
  return `this machine's clock is off (${by}): set it by NTP`;
};

const notAllowed: Remedy = () =>
  'the credentials are not allowed to use it: allow s3:ListBucket, s3:ListBucketMultipartUploads and s3:ListBucketVersions on the bucket and s3:GetObject, s3:PutObject, s3:DeleteObject, s3:DeleteObjectVersion and s3:AbortMultipartUpload on its objects (`strongroom doctor` says which is missing)';

const unknownKey: Remedy = () => 'the access key is not known there: check S3_ACCESS_KEY_ID and S3_ENDPOINT';
const wrongSecret: Remedy = () => 'the secret does not fit the access key: check S3_SECRET_ACCESS_KEY';
const badToken: Remedy = () => 'the session token is refused: renew the credentials, check S3_SESSION_TOKEN';

/** By S3's code (S3 API Reference, "Error responses"). */
const remedies: Readonly<Record<string, Remedy>> = {
  NoSuchBucket: () => 'it does not exist: make it, or correct S3_BUCKET (a bucket is never made here)',
  InvalidBucketName: () => 'that is no name for a bucket: correct S3_BUCKET',
  InvalidAccessKeyId: unknownKey,
  SignatureDoesNotMatch: wrongSecret,
  AccessDenied: notAllowed,
  AllAccessDisabled: notAllowed,
  ExpiredToken: badToken,
  InvalidToken: badToken,
  RequestTimeTooSkewed: skewed,
  PermanentRedirect: otherRegion,
  TemporaryRedirect: otherRegion,
  AuthorizationHeaderMalformed: otherRegion,
  IllegalLocationConstraintException: otherRegion,
  AccessControlListNotSupported: (_refusal, { acl }) =>
    `it takes no ACLs, and S3_ACL is ${acl}: set S3_ACL=none, and who may read it by a bucket policy`,
  InvalidStorageClass: (_refusal, { storageClass }) =>
    `it has no storage class ${storageClass}: correct S3_STORAGE_CLASS`,
  NoCredentials: () =>
    'there are no credentials: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, or give the AWS default chain a role or profile',
};

/** What to mend after this refusal, by its code; null where the code says nothing of that. */
export function remedyOf(refusal: S3Error, settings: S3Settings): string | null {
  return remedies[refusal.code]?.(refusal, settings) ?? null;
}

/**
 * What the first uses of the bucket came to: a StartError with one line for what an operator must mend, or
 * `store_unavailable` when S3 can't be reached or is out of order.
 */
export function startError(raised: unknown, settings: S3Settings): unknown {
  const error = hasCode(raised, 'store_unavailable') ? raised.cause : raised;
  if (!(error instanceof S3Error)) return raised;
  const remedy = remedies[error.code];
  if (!remedy && isPassing(error)) return toDomain(error);
  const { bucket, endpoint, region } = settings;
  const status = error.status === null ? '' : ` (HTTP ${error.status})`;
  const what =
    remedy ?? (() => 'check S3_ENDPOINT, S3_BUCKET and the credentials; `strongroom doctor` tells more');
  return new StartError(
    `The bucket "${bucket}" at ${endpoint ?? `AWS ${region}`} can't be used: ${what(error, settings)}. S3 said ${error.code}${status}.`,
    { cause: error },
  );
}
