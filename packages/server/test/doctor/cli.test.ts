/** `strongroom doctor` as an operator runs it: its own process, under settings of which some would stop the server. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { GetBucketCorsCommand, PutBucketCorsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { Check, Report } from '../../src/objects/doctor.ts';
import { httpProxy } from '../faults/http-proxy.ts';
import { tlsProxy } from '../faults/tls-proxy.ts';
import { needs, raceFreePort, testBucket, testDatabase, testFolder } from '../harness.ts';
import { keysIn, type Ran, statement, strongroomDoctor, under } from './house.ts';

const clockOff = new URL('../faults/clock-off.ts', import.meta.url).href;

/** Standard output as the report that it must be, and nothing else. */
function reportOf({ stdout, stderr }: Ran): Report & { check(name: string): Check; faults: string[] } {
  const { ok, checks, ...more } = JSON.parse(stdout) as Report;
  assert.deepEqual(more, {}, stderr);
  const check = (name: string) => checks.find((one) => one.name === name) ?? assert.fail(`no check ${name}`);
  const isFault = ({ ok: fine, result }: Check) => !fine && result !== 'unknown';
  return { ok, checks, check, faults: checks.filter(isFault).map(({ name }) => name) };
}

test('in an empty folder it is content, and leaves the folder empty', async (t) => {
  const cwd = await testFolder(t);
  const { code, stdout, stderr } = await strongroomDoctor(t, cwd, { words: [] });
  assert.deepEqual([code, stderr], [0, '']);
  assert.match(stdout, /\n {2}✓ folder +\S+ is not there yet; the first start makes it\n/);
  assert.match(stdout, /\n\nEverything that is needed works\.\n\n$/);
  assert.deepEqual(await readdir(cwd), []);
  assert.equal((await strongroomDoctor(t, cwd, { words: ['--json', 'x'] })).code, 2);
});

test('a store that can’t be reached: JSON alone on standard output, and exit code 1', async (t) => {
  const cwd = await testFolder(t);
  const S3_ENDPOINT = `http://127.0.0.1:${await raceFreePort()}`;
  const keys = { S3_ACCESS_KEY_ID: 'someone', S3_SECRET_ACCESS_KEY: 'a-secret-of-mine' };
  const ran = await strongroomDoctor(t, cwd, { env: { S3_BUCKET: 'documents', S3_ENDPOINT, ...keys } });
  assert.equal(ran.code, 1);
  const { ok, faults } = reportOf(ran);
  assert.deepEqual([ok, faults], [false, ['endpoint']]);
  assert.ok(!`${ran.stdout}${ran.stderr}`.includes('a-secret-of-mine'));
});

test('under a wrong setting the rest is asked all the same', { skip: needs('s3') }, async (t) => {
  const cwd = await testFolder(t);
  const bucket = await testBucket(t);
  const ran = await strongroomDoctor(t, cwd, { env: { ...bucket.environment, PORT: 'eighty' } });
  const { check, faults } = reportOf(ran);
  assert.deepEqual([ran.code, faults], [1, ['settings']]);
  assert.match(check('settings').detail, /^PORT is "eighty"; it takes/);
  assert.equal(check('delete').result, 'works');
  const unreadable = await strongroomDoctor(t, cwd, { env: { ...bucket.environment, S3_REGION: 'a b' } });
  assert.deepEqual(
    reportOf(unreadable).checks.map(({ name }) => name),
    ['settings'],
  );
});

test('no credentials anywhere: nothing was sent, so nothing else is known', async (t) => {
  const cwd = await testFolder(t);
  const env = { S3_BUCKET: 'documents', AWS_EC2_METADATA_DISABLED: 'true' };
  const ran = await strongroomDoctor(t, cwd, { env });
  const { check, faults } = reportOf(ran);
  assert.deepEqual([ran.code, faults], [1, ['credentials']]);
  assert.equal(check('endpoint').result, 'unknown');
  const { code, stdout } = await strongroomDoctor(t, cwd, { env, words: ['--policy'] });
  assert.equal(code, 0, 'a policy is wanted before there are credentials');
  assert.equal(JSON.parse(stdout).Statement[0].Resource, 'arn:aws:s3:::documents');
  assert.equal((await strongroomDoctor(t, cwd, { words: ['--policy'] })).code, 1, 'a disk has none');
});

test('--fix-cors lets the pages send to the bucket, and keeps the rules of others', {
  skip: needs('s3'),
}, async (t) => {
  const cwd = await testFolder(t);
  const bucket = await testBucket(t);
  const Bucket = bucket.bucket;
  const others = [
    {
      ID: 'a shop’s & <more>',
      AllowedOrigins: ['https://shop.example'],
      AllowedMethods: ['GET'],
      ExposeHeaders: ['ETag'],
    },
    { AllowedOrigins: ['https://*.example.org'], AllowedMethods: ['DELETE'], MaxAgeSeconds: 5 },
  ];
  await bucket.client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: others } }));
  const rules = async () =>
    (await bucket.client.send(new GetBucketCorsCommand({ Bucket }))).CORSRules?.map(
      ({ AllowedOrigins, AllowedMethods }) => [AllowedMethods?.toSorted(), AllowedOrigins?.toSorted()],
    );
  const env = {
    ...bucket.environment,
    DIRECT_UPLOADS: 'true',
    ALLOWED_ORIGINS: 'https://app.example.org',
    PUBLIC_URL: 'https://papers.example/box',
  };
  const before = await strongroomDoctor(t, cwd, { env });
  assert.deepEqual(reportOf(before).faults, ['cors']);

  const fixed = await strongroomDoctor(t, cwd, { env, words: ['--fix-cors', '--json'] });
  const { ok, check } = reportOf(fixed);
  assert.deepEqual([fixed.code, ok], [0, true], fixed.stderr);
  assert.match(
    fixed.stderr,
    /pages of https:\/\/app\.example\.org, https:\/\/papers\.example may send to the bucket now; 2 other CORS rules were kept, after it/,
  );
  assert.equal(check('cors').detail, 'PUT is allowed from https://app.example.org, https://papers.example');
  const kept = [
    [['GET'], ['https://shop.example']],
    [['DELETE'], ['https://*.example.org']],
  ];
  // Another rule names an origin of ours, and Ceph goes by the first that does.
  assert.deepEqual(await rules(), [
    [['PUT'], ['https://app.example.org', 'https://papers.example']],
    ...kept,
  ]);

  const again = await strongroomDoctor(t, cwd, { env, words: ['--fix-cors'] });
  assert.match(again.stderr, /are as they should be/);
  const other = { ...env, ALLOWED_ORIGINS: 'https://new.example', PUBLIC_URL: '' };
  assert.equal((await strongroomDoctor(t, cwd, { env: other, words: ['--fix-cors'] })).code, 0);
  assert.deepEqual(await rules(), [...kept, [['PUT'], ['https://new.example']]], 'ours is exchanged');
});

test('--fix-cors says where there is nothing to write, and why it could not', {
  skip: needs('s3'),
}, async (t) => {
  const cwd = await testFolder(t);
  const bucket = await testBucket(t);
  const off = await strongroomDoctor(t, cwd, { env: bucket.environment, words: ['--fix-cors', '--json'] });
  assert.equal(off.code, 1);
  assert.match(off.stderr, /no CORS rule is needed: DIRECT_UPLOADS is off/);
  const env = { ...bucket.environment, DIRECT_UPLOADS: 'true', ALLOWED_ORIGINS: '*' };
  const denied = await under(bucket, [statement(bucket, 'Deny', 's3:PutBucketCORS')], () =>
    strongroomDoctor(t, cwd, { env, words: ['--fix-cors', '--json'] }),
  );
  assert.equal(denied.code, 1);
  assert.match(denied.stderr, /PutBucketCors is answered AccessDenied \(HTTP 403\)\. Allow s3:GetBucketCORS/);
  const disk = await strongroomDoctor(t, cwd, { words: ['--fix-cors'] });
  assert.equal(disk.code, 1);
  assert.match(disk.stderr, /documents are kept on disk here/);
});

test('a clock that is 20 minutes off, where the store takes it no more', { skip: needs('s3') }, async (t) => {
  const cwd = await testFolder(t);
  const bucket = await testBucket(t);
  const env = { ...bucket.environment, CLOCK_OFF: String(-20 * 60_000) };
  const ran = await strongroomDoctor(t, cwd, { env, node: ['--import', clockOff] });
  const { check, faults } = reportOf(ran);
  assert.deepEqual([ran.code, faults], [1, ['clock']]);
  assert.match(check('clock').detail, /RequestTimeTooSkewed/);
  assert.match(check('clock').remedy, /^This machine's clock is off \(1[12]\d\d seconds behind\)/);
});

test('TLS that is not trusted is, once the remedy is followed', { skip: needs('s3') }, async (t) => {
  const cwd = await testFolder(t);
  const bucket = await testBucket(t);
  const { url, certificate } = await tlsProxy(t, bucket.endpoint);
  const env = { ...bucket.environment, S3_ENDPOINT: url };
  assert.match(
    reportOf(await strongroomDoctor(t, cwd, { env })).check('endpoint').remedy,
    /NODE_EXTRA_CA_CERTS/,
  );
  const NODE_EXTRA_CA_CERTS = join(cwd, 'authority.pem');
  await writeFile(NODE_EXTRA_CA_CERTS, certificate);
  const trusted = await strongroomDoctor(t, cwd, { env: { ...env, NODE_EXTRA_CA_CERTS } });
  assert.deepEqual([trusted.code, reportOf(trusted).faults], [0, []]);
});

test('a bucket of another deployment', { skip: needs('s3') }, async (t) => {
  const cwd = await testFolder(t);
  const bucket = await testBucket(t);
  const theirs = randomUUID();
  const Key = '.strongroom/deployment';
  await bucket.client.send(new PutObjectCommand({ Bucket: bucket.bucket, Key, Body: `${theirs}\n` }));
  const ran = await strongroomDoctor(t, cwd, { env: { ...bucket.environment } });
  assert.deepEqual([ran.code, reportOf(ran).faults], [1, ['deployment']]);
  assert.match(
    reportOf(ran).check('deployment').detail,
    new RegExp(`already belongs to deployment ${theirs}`),
  );
  assert.match(reportOf(ran).check('deployment').remedy, /^Use the records that go with it, another bucket/);
  assert.deepEqual(await keysIn(bucket), [Key]);
  assert.deepEqual(await readdir(cwd), [], 'records were made');
  const adopted = { ...bucket.environment, STRONGROOM_DEPLOYMENT: theirs };
  assert.equal((await strongroomDoctor(t, cwd, { env: adopted })).code, 0);
});

test('no key on PostgreSQL, and a database that is down', { skip: needs('postgres') }, async (t) => {
  const cwd = await testFolder(t);
  const DATABASE_URL = await testDatabase(t);
  const noKey = await strongroomDoctor(t, cwd, { env: { DATABASE_URL } });
  assert.deepEqual([noKey.code, reportOf(noKey).faults], [1, ['api_key']]);
  assert.match(reportOf(noKey).check('api_key').remedy, /strongroom keys create/);
  assert.match(reportOf(noKey).check('records').detail, /empty yet/);
  const down = `postgres://me:hunter2@127.0.0.1:${await raceFreePort()}/none`;
  const away = await strongroomDoctor(t, cwd, { env: { DATABASE_URL: down } });
  assert.deepEqual([away.code, reportOf(away).faults], [1, ['records']]);
  assert.ok(!`${away.stdout}${away.stderr}`.includes('hunter2'));
});

test('Ctrl-C in the middle leaves nothing in the bucket', { skip: needs('s3') }, async (t) => {
  const cwd = await testFolder(t);
  const bucket = await testBucket(t);
  let interrupt = () => {};
  const S3_ENDPOINT = await httpProxy(t, bucket, {
    changeAnswer: ({ method }) => {
      if (method === 'PUT') interrupt();
    },
  });
  const ran = await strongroomDoctor(t, cwd, {
    env: { ...bucket.environment, S3_ENDPOINT },
    onStart: (kill) => {
      interrupt = () => kill('SIGINT');
    },
  });
  assert.deepEqual([ran.code, ran.stdout], [130, '']);
  assert.deepEqual(await keysIn(bucket), []);
});
