import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import type { S3Settings } from '../settings.ts';
import { credentialSource } from './s3-credentials.ts';
import { S3Error } from './s3-error.ts';

const settings = { region: 'us-east-1', credentials: null } as S3Settings;
const before = { ...process.env };

beforeEach(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, {
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
});
afterEach(() => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});

test('gives the credentials that are set, whatever the chain has', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'other';
  process.env.AWS_SECRET_ACCESS_KEY = 'other';
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'c' };
  assert.deepEqual(await credentialSource({ ...settings, credentials })(), credentials);
});

test('asks the AWS default chain where none are set', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'from the environment';
  process.env.AWS_SECRET_ACCESS_KEY = 'secret';
  process.env.AWS_SESSION_TOKEN = 'token';
  const { accessKeyId, secretAccessKey, sessionToken } = await credentialSource(settings)();
  assert.deepEqual([accessKeyId, secretAccessKey, sessionToken], ['from the environment', 'secret', 'token']);
});

test('says so when the chain has none', async () => {
  await assert.rejects(credentialSource(settings)(), (error) => {
    assert.ok(error instanceof S3Error);
    assert.equal(error.code, 'NoCredentials');
    return true;
  });
});
