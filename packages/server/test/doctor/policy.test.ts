/** The smallest policy, given to a Ceph user who has no other right: with it all works, without any of it something does not. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { PutBucketVersioningCommand } from '@aws-sdk/client-s3';
import { BufferBudget } from '../../src/objects/buffer-budget.ts';
import { S3Store } from '../../src/objects/s3.ts';
import { leastPolicy, type PolicyDocument } from '../../src/objects/s3-policy.ts';
import type { S3Settings } from '../../src/settings.ts';
import { needs, type TestBucket, testBucket } from '../harness.ts';
import { type CephUser, cephUser } from './ceph-user.ts';
import { keysIn, seenIn, settingsOf, under } from './house.ts';

const MiB = 2 ** 20;

/**
 * The policy as a bucket policy for this user. `denied` is refused to him again: by leaving it out he would not lose what
 * the owner of an object may do with it.
 */
function granting({ Statement }: PolicyDocument, { arn }: CephUser, denied?: string): object[] {
  const Principal = { AWS: [arn] };
  const allowed = Statement.map(({ Sid, ...statement }) => ({ ...statement, Principal }));
  const Resource = Statement.map((statement) => statement.Resource);
  return denied === undefined
    ? allowed
    : [...allowed, { Effect: 'Deny', Principal, Action: [denied], Resource }];
}

/** What a service does with its store, from the start to the purge. */
async function dayOf(settings: S3Settings): Promise<void> {
  const store = new S3Store({ settings, budget: new BufferBudget(64 * MiB) });
  try {
    await store.connect();
    const description = { version: 1, deployment: 'd', recordId: 'r', type: 't', filename: 'f' } as const;
    const large = randomBytes(9 * MiB);
    for (const [id, body] of [
      ['small', Buffer.from('small')],
      ['large', Readable.from([large.subarray(0, 4 * MiB), large.subarray(4 * MiB)])],
    ] as const) {
      const options = { contentType: 'text/plain', description: { ...description, id, createdAt: '' } };
      await store.put(id, body, options);
    }
    assert.ok((await buffer((await store.open('large')).body)).equals(large));
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    assert.deepEqual(keys, ['large', 'small']);
    for (const key of keys) await store.remove(key);
    assert.equal(await store.stat('large'), null);
  } finally {
    await store.close();
  }
}

async function prepared(t: { after(undo: () => unknown): void }, changes: Record<string, string>) {
  const bucket: TestBucket = await testBucket(t);
  const user = await cephUser(t, bucket);
  const keys = { S3_ACCESS_KEY_ID: user.accessKeyId, S3_SECRET_ACCESS_KEY: user.secretAccessKey };
  return { bucket, user, settings: await settingsOf(bucket, { ...keys, ...changes }) };
}

describe('the smallest policy', { skip: needs('s3') }, () => {
  it('is enough for the service and the doctor, and each of its actions is needed', async (t) => {
    const { bucket, user, settings } = await prepared(t, { S3_ACL: 'bucket-owner-full-control' });
    const policy = leastPolicy(settings, { versioned: false, directUploads: true });
    const seen = await under(bucket, granting(policy, user), async () => {
      await dayOf(settings);
      return seenIn(settings, { linkMode: 'redirect', directUploads: true });
    });
    assert.deepEqual([seen.ok, seen.faults], [true, []]);
    const actions = policy.Statement.flatMap(({ Action }) => Action);
    for (const action of actions) {
      const { ok } = await under(bucket, granting(policy, user, action), () =>
        seenIn(settings, { directUploads: true }),
      );
      // Ceph takes a canned ACL with s3:PutObject alone; AWS wants s3:PutObjectAcl.
      assert.equal(ok, action === 's3:PutObjectAcl', `without ${action}`);
    }
    const left = await keysIn(bucket);
    assert.ok(left.every((key) => key.startsWith('.strongroom/check/')));
  });

  it('covers versions where they are kept, under a prefix alone', async (t) => {
    const { bucket, user, settings } = await prepared(t, { S3_PREFIX: 'docs' });
    const VersioningConfiguration = { Status: 'Enabled' } as const;
    await bucket.client.send(
      new PutBucketVersioningCommand({ Bucket: bucket.bucket, VersioningConfiguration }),
    );
    const policy = leastPolicy(settings, { versioned: true, directUploads: false });
    await under(bucket, granting(policy, user), async () => {
      await dayOf(settings);
      assert.deepEqual((await seenIn(settings)).faults, []);
    });
    assert.deepEqual(await keysIn(bucket), []);
    for (const action of ['s3:ListBucketVersions', 's3:DeleteObjectVersion']) {
      const seen = await under(bucket, granting(policy, user, action), () => seenIn(settings));
      assert.deepEqual(seen.faults, ['delete'], `without ${action}`);
    }
  });
});
