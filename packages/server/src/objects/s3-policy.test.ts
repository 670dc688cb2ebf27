import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { S3Settings } from '../settings.ts';
import { leastPolicy } from './s3-policy.ts';

const settings: S3Settings = {
  kind: 's3',
  bucket: 'papers',
  region: 'eu-central-1',
  endpoint: null,
  publicEndpoint: null,
  credentials: null,
  forcePathStyle: false,
  acl: null,
  storageClass: null,
  sse: null,
  sseKmsKeyId: null,
  prefix: null,
};
const actions = (changes: Partial<S3Settings>, versioned: boolean | null = false) =>
  leastPolicy({ ...settings, ...changes }, { versioned, directUploads: false }).Statement.flatMap(
    ({ Action }) => Action,
  );
const resources = (changes: Partial<S3Settings>) =>
  leastPolicy({ ...settings, ...changes }, { versioned: false, directUploads: false }).Statement.map(
    ({ Resource }) => Resource,
  );

test('a policy names the bucket, its partition and the prefix', () => {
  assert.deepEqual(resources({}), ['arn:aws:s3:::papers', 'arn:aws:s3:::papers/*']);
  assert.equal(resources({ prefix: 'a/b' })[1], 'arn:aws:s3:::papers/a/b/*');
  assert.equal(resources({ region: 'cn-north-1' })[0], 'arn:aws-cn:s3:::papers');
});

test('versions and ACLs are in it only where they are used; what is not known counts as used', () => {
  assert.ok(!actions({}).some((action) => /Version|Acl|kms/.test(action)));
  assert.ok(actions({}, null).includes('s3:DeleteObjectVersion'));
  assert.ok(actions({}, true).includes('s3:ListBucketVersions'));
  assert.ok(actions({ acl: 'private' }).includes('s3:PutObjectAcl'));
});

test('listing parts is in it only where there are direct uploads', () => {
  const listing = (directUploads: boolean) =>
    leastPolicy(settings, { versioned: false, directUploads })
      .Statement.flatMap(({ Action }) => Action)
      .includes('s3:ListMultipartUploadParts');
  assert.deepEqual([listing(false), listing(true)], [false, true]);
});

test('a KMS key of one’s own wants rights too', () => {
  const key = 'arn:aws:kms:eu-central-1:1:key/x';
  assert.equal(resources({ sse: 'aws:kms', sseKmsKeyId: key })[2], key);
  assert.ok(actions({ sse: 'aws:kms', sseKmsKeyId: 'alias/papers' }).includes('kms:GenerateDataKey'));
  assert.ok(!actions({ sse: 'aws:kms' }).some((action) => action.startsWith('kms:')));
});

test('the policy that operating.md shows is the one that is printed', () => {
  const page = readFileSync(new URL('../../../../docs/operating.md', import.meta.url), 'utf8');
  const [, shown = ''] = /### The smallest policy\n.*?```json\n(.*?)```/s.exec(page) ?? [];
  const printed = leastPolicy(
    { ...settings, bucket: 'acme-documents', prefix: 'prod' },
    { versioned: false, directUploads: false },
  );
  assert.deepEqual(JSON.parse(shown), printed);
});
