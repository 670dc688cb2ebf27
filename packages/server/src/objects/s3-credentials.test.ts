import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, type TestContext, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
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

/** Milliseconds that the credentials below are good for. */
const goodFor = 1_500;

/** A role's credentials by HTTP, as containers get them; each answer has new ones, whose id is when they end. */
async function byHttp(t: TestContext): Promise<void> {
  const server = createServer((_request, response) => {
    const ends = Date.now() + goodFor;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        AccessKeyId: String(ends),
        SecretAccessKey: 's',
        Token: 't',
        Expiration: new Date(ends).toISOString(),
      }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI = `http://127.0.0.1:${port}/`;
}

/** The same by a program that the profile names. */
async function byProcess(t: TestContext): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-credentials-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const program = join(folder, 'give.cjs');
  writeFileSync(
    program,
    `const ends = Date.now() + ${goodFor};
    console.log(JSON.stringify({ Version: 1, AccessKeyId: String(ends), SecretAccessKey: 's', SessionToken: 't',
      Expiration: new Date(ends).toISOString() }));`,
  );
  const config = join(folder, 'config');
  writeFileSync(config, `[default]\ncredential_process = "${process.execPath}" "${program}"\n`);
  process.env.AWS_CONFIG_FILE = config;
}

for (const [from, give] of [
  ['a container’s address', byHttp],
  ['a process', byProcess],
] as const) {
  test(`credentials from ${from} that expire are renewed, and never given out after their end`, async (t) => {
    await give(t);
    const source = credentialSource(settings);
    const given = new Set<string>();
    for (const until = Date.now() + 2 * goodFor; given.size < 2 || Date.now() < until; await wait(50)) {
      const asked = Date.now();
      const { accessKeyId, sessionToken } = await source();
      assert.ok(Number(accessKeyId) > asked, `they had ended ${asked - Number(accessKeyId)} ms before`);
      assert.equal(sessionToken, 't');
      given.add(accessKeyId);
    }
  });
}
