/** docs/engines.md says of the test engine what the doctor finds there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PutBucketCorsCommand } from '@aws-sdk/client-s3';
import { needs, testBucket } from '../harness.ts';
import { seenIn, settingsOf } from './house.ts';

const page = readFileSync(new URL('../../../../docs/engines.md', import.meta.url), 'utf8');
const origin = 'https://app.example.org';

test('the page’s table of Ceph is what the doctor finds', { skip: needs('s3') }, async (t) => {
  const bucket = await testBucket(t);
  const CORSRules = [{ AllowedOrigins: [origin], AllowedMethods: ['GET', 'PUT'] }];
  await bucket.client.send(
    new PutBucketCorsCommand({ Bucket: bucket.bucket, CORSConfiguration: { CORSRules } }),
  );
  const settings = await settingsOf(bucket, { S3_ACL: 'authenticated-read', S3_SSE: 'AES256' });
  const { checks } = await seenIn(settings, {
    linkMode: 'redirect',
    directUploads: true,
    allowedOrigins: [origin],
  });
  const [, told = ''] =
    /\n\| probe \| result \| what is seen \|\n\|---\|---\|---\|\n((?:\|.*\n)+)/.exec(page) ?? [];
  const before = ['endpoint', 'clock', 'credentials', 'region', 'bucket'];
  const found = checks
    .filter(({ name }) => !before.includes(name))
    .map(({ name, result, detail }) => `| \`${name}\` | ${result} | ${detail} |\n`);
  assert.equal(told, found.join('').replace(bucket.endpoint, '(endpoint)'));
});
