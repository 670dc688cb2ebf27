import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../errors.ts';
import { readTrial } from './trial.ts';

const typed = {
  S3_BUCKET: 'documents',
  S3_ACCESS_KEY_ID: 'typed-in',
  S3_SECRET_ACCESS_KEY: 'nobody-knows-it',
};

test('what was typed in is read as the environment is', () => {
  const { bucket, region, credentials, acl, forcePathStyle } = readTrial({
    ...typed,
    S3_REGION: ' eu-central-1 ',
    S3_ENDPOINT: 'http://127.0.0.1:7480',
    S3_ACL: 'none',
    S3_PREFIX: '',
  });
  assert.deepEqual(
    [bucket, region, credentials, acl, forcePathStyle],
    [
      'documents',
      'eu-central-1',
      { accessKeyId: 'typed-in', secretAccessKey: 'nobody-knows-it' },
      null,
      true,
    ],
  );
});

test('what a start would stop at is refused by its name, and no secret is said again', () => {
  const wrong: [Record<string, string>, string, RegExp][] = [
    [{}, 'S3_BUCKET', /^is missing$/],
    [{ S3_BUCKET: 'documents' }, 'S3_ACCESS_KEY_ID', /^is missing: the credentials of the service/],
    [{ ...typed, S3_BUCKET: '' }, 'S3_ACCESS_KEY_ID', /^is set but S3_BUCKET is not/],
    [{ ...typed, S3_BUCKET: 's3://documents' }, 'S3_BUCKET', /^is "s3:\/\/documents"; it takes the name/],
    [{ ...typed, S3_ENDPOINT: 'file:///etc/passwd' }, 'S3_ENDPOINT', /^is .*; it takes an http/],
    [{ ...typed, S3_SECRET_ACCESS_KEY: '' }, 'S3_ACCESS_KEY_ID', /^is set but S3_SECRET_ACCESS_KEY is not/],
    [{ ...typed, S3_SECRET_ACCESS_KEY: 'two words' }, 'S3_SECRET_ACCESS_KEY', /^has 9 characters; it takes/],
    [{ ...typed, S3_SSE_KMS_KEY_ID: 'alias/x' }, 'S3_SSE_KMS_KEY_ID', /^is set but S3_SSE is not aws:kms/],
  ];
  for (const [settings, name, problem] of wrong)
    assert.throws(
      () => readTrial(settings),
      (error) => {
        assert.ok(hasCode(error, 'invalid_input'), String(error));
        assert.equal(error.parameters.field, `settings.${name}`);
        assert.match(error.parameters.problem, problem);
        assert.doesNotMatch(error.message, /nobody-knows-it|two words/);
        return true;
      },
      JSON.stringify(settings),
    );
});
