import { StartError } from '../errors.ts';
import type { S3Settings } from '../settings.ts';
import type { Environment, Kind } from './environment.ts';
import { flag, httpUrl, matching, oneOf } from './values.ts';

const bucket: Kind<string> = {
  takes:
    'the name of a bucket alone (3 to 255 letters, digits, "-", "_", "."; S3 API, "Bucket naming rules")',
  read: matching(/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/),
};

const region: Kind<string> = {
  takes: 'a region such as us-east-1',
  read: matching(/^[A-Za-z0-9-]{1,64}$/),
};

const endpoint: Kind<string> = {
  takes: 'an http:// or https:// URL of a host and port, without path, query or credentials',
  read: httpUrl({ path: false }),
};

const yesOrNo: Kind<boolean> = { takes: 'true or false', read: flag };

const secret: Kind<string> = {
  takes: 'what the store gave out: at least 3 characters, none of them a space',
  read: matching(/^[\x21-\x7e]{3,}$/),
  secret: true,
};

/** S3 API, "Canned ACL"; those that apply to objects. */
const acls = [
  'none',
  'private',
  'public-read',
  'public-read-write',
  'authenticated-read',
  'aws-exec-read',
  'bucket-owner-read',
  'bucket-owner-full-control',
] as const;
const acl: Kind<(typeof acls)[number]> = { takes: acls.join(', '), read: oneOf(acls) };

const storageClass: Kind<string> = {
  takes: 'a storage class whose objects can be read at once, such as STANDARD_IA (not GLACIER, DEEP_ARCHIVE)',
  read: (text) =>
    /^[A-Za-z0-9_-]{1,64}$/.test(text) && !['GLACIER', 'DEEP_ARCHIVE'].includes(text) ? text : undefined,
};

const encryptions = ['AES256', 'aws:kms', 'aws:kms:dsse'] as const;
const encryption: Kind<(typeof encryptions)[number]> = {
  takes: encryptions.join(', '),
  read: oneOf(encryptions),
};

const kmsKey: Kind<string> = {
  takes: 'the id, alias or ARN of a KMS key',
  read: matching(/^[\x21-\x7e]{1,2048}$/),
};

const prefix: Kind<string> = {
  takes:
    'folders such as prod/documents: letters, digits and ! - _ . * \' ( ) between slashes, at most 200 characters, no part "." or ".." or ".strongroom"',
  read: (text) => {
    const trimmed = text.replace(/^\/+|\/+$/g, '');
    const parts = trimmed.split('/');
    // The characters that the S3 API's page "Naming Amazon S3 objects" calls safe.
    const safe = trimmed.length <= 200 && parts.every((part) => /^[A-Za-z0-9!_.*'()-]+$/.test(part));
    return safe && !parts.some((part) => ['.', '..', '.strongroom'].includes(part)) ? trimmed : undefined;
  },
};

/** The S3_* settings; null when S3_BUCKET is not set, which means disk. Raises StartError. */
export function readS3(env: Environment): S3Settings | null {
  const endpointUrl = env.get('S3_ENDPOINT', endpoint, null);
  const cannedAcl = env.get('S3_ACL', acl, 'none');
  const settings: Omit<S3Settings, 'bucket'> = {
    kind: 's3',
    // AWS_REGION speaks of AWS, so it says nothing about a store elsewhere.
    region: env.get('S3_REGION', region, (endpointUrl === null && env.text('AWS_REGION')) || 'us-east-1'),
    endpoint: endpointUrl,
    publicEndpoint: env.get('S3_PUBLIC_ENDPOINT', endpoint, null),
    credentials: readCredentials(env),
    forcePathStyle: env.get('S3_FORCE_PATH_STYLE', yesOrNo, endpointUrl !== null),
    acl: cannedAcl === 'none' ? null : cannedAcl,
    storageClass: env.get('S3_STORAGE_CLASS', storageClass, null),
    sse: env.get('S3_SSE', encryption, null),
    sseKmsKeyId: env.get('S3_SSE_KMS_KEY_ID', kmsKey, null),
    prefix: env.get('S3_PREFIX', prefix, null),
  };
  if (settings.sseKmsKeyId !== null && !settings.sse?.startsWith('aws:kms'))
    throw new StartError('S3_SSE_KMS_KEY_ID is set but S3_SSE is not aws:kms; set both or neither.');
  const name = env.get('S3_BUCKET', bucket, null);
  if (name === null) return refuseLoneSettings(env);
  return { ...settings, bucket: name };
}

function readCredentials(env: Environment): S3Settings['credentials'] {
  const accessKeyId = env.get('S3_ACCESS_KEY_ID', secret, null);
  const secretAccessKey = env.get('S3_SECRET_ACCESS_KEY', secret, null);
  const sessionToken = env.get('S3_SESSION_TOKEN', secret, null);
  if (accessKeyId !== null && secretAccessKey !== null)
    return { accessKeyId, secretAccessKey, ...(sessionToken !== null && { sessionToken }) };
  if (accessKeyId !== null)
    throw new StartError('S3_ACCESS_KEY_ID is set but S3_SECRET_ACCESS_KEY is not; set both or neither.');
  if (secretAccessKey !== null)
    throw new StartError('S3_SECRET_ACCESS_KEY is set but S3_ACCESS_KEY_ID is not; set both or neither.');
  if (sessionToken !== null)
    throw new StartError('S3_SESSION_TOKEN is set but S3_ACCESS_KEY_ID is not; set all three or none.');
  return null;
}

/** Someone who says where the bucket is means S3. Falling back to disk would put documents where nobody looks. */
function refuseLoneSettings(env: Environment): null {
  const telling = ['S3_ENDPOINT', 'S3_PREFIX', 'S3_ACCESS_KEY_ID', 'S3_PUBLIC_ENDPOINT'];
  const set = telling.find((name) => env.text(name) !== null);
  if (set !== undefined)
    throw new StartError(
      `${set} is set but S3_BUCKET is not; set S3_BUCKET, or unset ${set} to keep the bytes on disk.`,
    );
  return null;
}
