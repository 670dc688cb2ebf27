import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectVersionsCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { S3Settings } from '../../src/settings.ts';

/** The S3 that the tests run against, named by STRONGROOM_TEST_S3_*; null when none is named. */
export function testEngine(): S3Settings | null {
  const {
    STRONGROOM_TEST_S3_ENDPOINT: endpoint,
    STRONGROOM_TEST_S3_REGION: region = 'us-east-1',
    STRONGROOM_TEST_S3_ACCESS_KEY_ID: accessKeyId = '',
    STRONGROOM_TEST_S3_SECRET_ACCESS_KEY: secretAccessKey = '',
    CI,
  } = process.env;
  if (endpoint === undefined) {
    if (CI) throw new Error('STRONGROOM_TEST_S3_ENDPOINT is not set: in CI the S3 tests may not be skipped');
    return null;
  }
  return {
    kind: 's3',
    bucket: `t-${randomBytes(6).toString('hex')}`,
    region,
    endpoint,
    publicEndpoint: null,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    acl: null,
    storageClass: null,
    sse: null,
    sseKmsKeyId: null,
    prefix: null,
  };
}

/** For `describe`: false, or why the tests of this file are skipped. */
export const skipped = testEngine() === null && 'STRONGROOM_TEST_S3_ENDPOINT is not set';

/** Amazon's own client, as a second opinion on what is in the bucket. */
export function sdk(settings: S3Settings): S3Client {
  return new S3Client({
    ...(settings.endpoint === null ? {} : { endpoint: settings.endpoint }),
    region: settings.region,
    ...(settings.credentials ? { credentials: settings.credentials } : {}),
    forcePathStyle: settings.forcePathStyle,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
}

/** Makes the bucket that the settings name. */
export async function makeBucket(settings: S3Settings): Promise<void> {
  const client = sdk(settings);
  await client.send(new CreateBucketCommand({ Bucket: settings.bucket }));
  client.destroy();
}

/** Removes the bucket and all that is in it, versions and unfinished uploads too. */
export async function removeBucket({ bucket: Bucket, ...settings }: S3Settings): Promise<void> {
  const client = sdk({ bucket: Bucket, ...settings });
  for (let more = true; more; ) {
    const page = await client.send(new ListObjectVersionsCommand({ Bucket }));
    for (const { Key, VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])])
      await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }));
    more = page.IsTruncated ?? false;
  }
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads)
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  await client.send(new DeleteBucketCommand({ Bucket }));
  client.destroy();
}
