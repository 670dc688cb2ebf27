import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectAclCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { hasCode, StartError } from '../../src/errors.ts';
import { BufferBudget } from '../../src/objects/buffer-budget.ts';
import type { PutOptions } from '../../src/objects/object-store.ts';
import { S3Store, type S3StoreOptions } from '../../src/objects/s3.ts';
import { decodeDescription } from '../../src/objects/self-description.ts';
import type { S3Settings } from '../../src/settings.ts';
import { objectStoreContract } from './object-store.ts';
import { resumableObjectsContract } from './resumable-objects.ts';
import { makeBucket, removeBucket, sdk, skipped, testEngine } from './s3-engine.ts';

const MiB = 1024 * 1024;

describe('S3', { skip: skipped }, () => {
  for (const prefix of [null, 'team a/documents']) {
    objectStoreContract(prefix === null ? 'S3' : 'S3 under a prefix', async () => {
      const settings = { ...(testEngine() as S3Settings), prefix };
      await makeBucket(settings);
      const [store, second] = [storeOf(settings), storeOf(settings)] as const;
      await Promise.all([store.connect(), second.connect()]);
      return {
        store,
        second,
        cleanup: async () => {
          await Promise.all([store.close(), second.close()]);
          await removeBucket(settings);
        },
      };
    });
  }

  resumableObjectsContract('S3 under a prefix', () => resumableStore('team a/documents'));

  const settings = testEngine() as S3Settings;
  const budget = new BufferBudget(64 * MiB);
  let store: S3Store;
  let other: S3Client;
  before(async () => {
    await makeBucket(settings);
    store = storeOf(settings, { budget });
    other = sdk(settings);
  });
  after(async () => {
    assert.equal(budget.inUse, 0, 'all that was reserved was released');
    await store.close();
    other.destroy();
    await removeBucket(settings);
  });
  const putForeign = (Key: string) =>
    other.send(new PutObjectCommand({ Bucket: settings.bucket, Key, Body: 'foreign' }));
  const unfinished = async () =>
    (await other.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }))).Uploads ?? [];

  const keysUnder = async (prefix: string, after = '') => {
    const keys: string[] = [];
    for await (const { key } of store.list(prefix, { after })) keys.push(key);
    return keys;
  };

  describe('what another client sees', () => {
    it('is content type, self-description and no grant beyond the owner’s', async () => {
      const key = `seen/${randomUUID()}`;
      const options = facts();
      await store.put(key, Buffer.from('abc'), options);
      const at = { Bucket: settings.bucket, Key: key };
      const head = await other.send(new HeadObjectCommand(at));
      assert.equal(head.ContentType, 'application/pdf');
      assert.deepEqual(decodeDescription(head.Metadata?.strongroom ?? ''), options.description);
      assert.equal((await other.send(new GetObjectAclCommand(at))).Grants?.length, 1);
    });

    it('is a canned ACL where one is set', async () => {
      const open = storeOf({ ...settings, acl: 'authenticated-read' });
      const key = `acl/${randomUUID()}`;
      await open.put(key, Buffer.from('abc'), facts());
      await open.put(`${key}-parts`, chunked(randomBytes(9 * MiB)), facts());
      for (const Key of [key, `${key}-parts`]) {
        const { Grants = [] } = await other.send(new GetObjectAclCommand({ Bucket: settings.bucket, Key }));
        assert.ok(Grants.some(({ Grantee }) => Grantee?.URI?.endsWith('/global/AuthenticatedUsers')));
      }
      await open.close();
    });
  });

  describe('multipart', () => {
    const kinds: [string, number, Partial<PutOptions>][] = [
      ['of unknown length', 20 * MiB + 17, {}],
      ['of unknown length that ends with a part', 16 * MiB, {}],
      ['of unknown length that fills one part', 8 * MiB, {}],
      ['of at least so many bytes, with a tail', 13 * MiB + 100, { atLeast: 13 * MiB }],
      ['of at least so many bytes, without a tail', 13 * MiB, { atLeast: 13 * MiB }],
      ['larger than one PutObject may be', 19 * MiB + 1, { size: 19 * MiB + 1 }],
    ];
    for (const [kind, size, options] of kinds) {
      it(`stores a body ${kind}`, async () => {
        const cut = storeOf(settings, { budget, limits: { single: 7 * MiB } });
        const key = `parts/${randomUUID()}`;
        const bytes = randomBytes(size);
        const sent = { ...facts(), ...options };
        const stored = await cut.put(key, chunked(bytes), sent);
        const found = await store.stat(key);
        assert.deepEqual([found?.size, found?.etag], [size, stored.etag]);
        assert.deepEqual(found?.description, sent.description);
        assert.equal(digest(await buffer((await store.open(key)).body)), digest(bytes));
        assert.deepEqual(await unfinished(), []);
        await cut.close();
      });
    }

    for (const [kind, options] of [
      ['unknown', {}],
      ['least', { atLeast: 13 * MiB }],
      ['known', { size: 20 * MiB }],
    ] as const) {
      it(`leaves no parts when a body of ${kind} length ends early or fails`, async () => {
        const cut = storeOf(settings, { budget, limits: { single: 7 * MiB } });
        const key = `parts/${randomUUID()}`;
        const fault = new Error('the line went dead');
        const body = Readable.from(
          (async function* () {
            for (let sent = 0; sent < 10 * MiB; sent += MiB) yield randomBytes(MiB);
            throw fault;
          })(),
        );
        await assert.rejects(cut.put(key, body, { ...facts(), ...options }), (error) => error === fault);
        assert.deepEqual(await unfinished(), []);
        assert.equal(await store.stat(key), null);
        await cut.close();
      });
    }

    it('refuses a tail that is too long, and a body longer than it can be', async () => {
      const refused = [
        { bytes: 15 * MiB, options: { atLeast: 6 * MiB } },
        { bytes: 6 * MiB + 2, options: { atLeast: 6 * MiB, atMost: 6 * MiB + 1 } },
      ];
      for (const { bytes, options } of refused) {
        const body = chunked(randomBytes(bytes));
        await assert.rejects(store.put(`parts/${randomUUID()}`, body, { ...facts(), ...options }), (error) =>
          hasCode(error, 'length_mismatch'),
        );
      }
      await assert.rejects(
        store.put('parts/x', chunked(randomBytes(11)), { ...facts(), atMost: 10 }),
        (error) => hasCode(error, 'too_large'),
      );
      assert.deepEqual(await unfinished(), []);
    });
  });

  it('never overwrites an object that the service did not write', async () => {
    const key = `foreign/${randomUUID()}`;
    await putForeign(key);
    const bodies: [Buffer | Readable, Partial<PutOptions>][] = [
      [Buffer.from('foreign'), {}],
      [chunked(randomBytes(2 * MiB)), { size: 2 * MiB }],
      [chunked(randomBytes(9 * MiB)), {}],
      [chunked(randomBytes(6 * MiB)), { atLeast: 6 * MiB }],
    ];
    for (const [body, options] of bodies) {
      const put = store.put(key, body, { ...facts(), ...options });
      await assert.rejects(put, (error) => hasCode(error, 'object_exists'));
    }
    assert.equal((await buffer((await store.open(key)).body)).toString(), 'foreign');
    assert.equal((await store.stat(key))?.description, null);
    assert.deepEqual(await unfinished(), []);
  });

  it('reads and lists keys that it would never make', async () => {
    const names = [
      "it's (a) *b*",
      'a+b=c&d;e',
      '100%25',
      'ü/漢/🏠',
      'tab\tand\u0001',
      'a//b',
      'q?x#y',
      '~!@$^,',
    ];
    const keys = names.map((name) => `odd/${name}`);
    for (const key of keys) await putForeign(key);
    const found = await keysUnder('odd/');
    assert.deepEqual(
      found,
      keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    );
    for (const [at, key] of found.entries()) {
      // In the path, in the query, and in the query of a presigned URL.
      assert.equal((await store.read(key, { atMost: 7 })).toString(), 'foreign', key);
      assert.ok((await keysUnder(key)).includes(key), key);
      assert.deepEqual(await keysUnder('odd/', key), found.slice(at + 1), key);
      const shown = {
        filename: key,
        disposition: 'inline',
        contentType: `text/plain; a="${at}+&%"`,
      } as const;
      const linked = await fetch(await store.link(key, { expiresIn: 60, ...shown }));
      assert.deepEqual([linked.status, await linked.text()], [200, 'foreign'], key);
      assert.equal(linked.headers.get('content-type'), shown.contentType);
    }
    for (const key of keys) await store.remove(key);
    assert.deepEqual(await keysUnder('odd/'), []);
  });

  it('takes every version, marker and unfinished upload of the key, and of no other', async () => {
    const versioned = { ...settings, bucket: `${settings.bucket}-v` };
    await makeBucket(versioned);
    const Bucket = versioned.bucket;
    await other.send(
      new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
    const keeper = storeOf(versioned);
    const [gone, stays] = ['case/a', 'case/a.pdf'];
    for (const Key of [gone, stays]) {
      const stored = await keeper.put(Key, Buffer.from('first'), facts());
      assert.equal(stored.versionId, (await keeper.stat(Key))?.versionId);
      assert.ok(stored.versionId);
      await other.send(new PutObjectCommand({ Bucket, Key, Body: 'second' }));
      await other.send(new CreateMultipartUploadCommand({ Bucket, Key }));
      await other.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    }
    await keeper.remove(gone);
    await keeper.remove(gone);
    const { Versions = [], DeleteMarkers = [] } = await other.send(new ListObjectVersionsCommand({ Bucket }));
    assert.deepEqual(
      [...Versions, ...DeleteMarkers].map(({ Key }) => Key),
      [stays, stays],
    );
    const { Uploads = [] } = await other.send(new ListMultipartUploadsCommand({ Bucket }));
    assert.deepEqual(
      Uploads.map(({ Key }) => Key),
      [stays, stays],
    );
    await keeper.close();
    await removeBucket(versioned);
  });

  describe('link', () => {
    it('is answered with the bytes, the filename and the content type, and with nothing when changed', async () => {
      const key = `link/it's !20 ${randomUUID()}`;
      await store.put(key, Buffer.from('linked'), facts());
      const options = { expiresIn: 60, filename: 'naïve "q" 漢.pdf', contentType: 'image/png' } as const;
      const url = await store.link(key, { ...options, disposition: 'inline' });
      const answer = await fetch(url);
      assert.equal(await answer.text(), 'linked');
      assert.equal(answer.headers.get('content-type'), 'image/png');
      assert.equal(answer.headers.get('cache-control'), 'private, no-cache');
      assert.equal(
        answer.headers.get('content-disposition'),
        `inline; filename="na?ve \\"q\\" ?.pdf"; filename*=UTF-8''na%C3%AFve%20%22q%22%20%E6%BC%A2.pdf`,
      );
      const attached = await fetch(await store.link(key, { ...options, disposition: 'attachment' }));
      assert.match(attached.headers.get('content-disposition') ?? '', /^attachment; /);
      await attached.arrayBuffer();
      for (const changed of [url.replace('inline', 'attachment'), url.replace('=60', '=61')]) {
        assert.equal((await fetch(changed)).status, 403);
      }
    });

    it('names the public endpoint', async () => {
      const inside = storeOf({ ...settings, publicEndpoint: 'https://files.example.org' });
      const url = await inside.link('a/b.pdf', {
        expiresIn: 60,
        filename: 'b.pdf',
        contentType: 'application/pdf',
        disposition: 'inline',
      });
      assert.ok(url.startsWith(`https://files.example.org/${settings.bucket}/a/b.pdf?X-Amz-Algorithm=`), url);
      await inside.close();
    });
  });

  describe('connect', () => {
    const known = { accessKeyId: '', secretAccessKey: '', ...settings?.credentials };
    const wrong: [string, Partial<S3Settings>, RegExp][] = [
      ['a bucket that is not there', { bucket: `none-${randomUUID()}` }, /"none-.*S3_BUCKET.*NoSuchBucket/],
      [
        'an unknown access key',
        { credentials: { ...known, accessKeyId: 'nobody' } },
        /S3_ACCESS_KEY_ID.*InvalidAccessKeyId/,
      ],
      [
        'a wrong secret',
        { credentials: { ...known, secretAccessKey: 'no secret' } },
        /S3_SECRET_ACCESS_KEY.*SignatureDoesNotMatch/,
      ],
    ];
    for (const [what, changes, said] of wrong) {
      it(`stops the start with one line for ${what}`, async () => {
        const mistaken = storeOf({ ...settings, ...changes });
        await assert.rejects(mistaken.connect(), (error) => {
          assert.ok(error instanceof StartError, String(error));
          assert.match(error.message, said);
          assert.ok(!error.message.includes('\n') && !error.message.includes('no secret'));
          return true;
        });
        await mistaken.close();
      });
    }

    it('raises store_unavailable where nobody listens', async () => {
      const nowhere = storeOf({ ...settings, endpoint: 'http://127.0.0.1:9' });
      await assert.rejects(nowhere.connect(), (error) => hasCode(error, 'store_unavailable'));
      await nowhere.close();
    });
  });
});

async function resumableStore(prefix: string) {
  const settings = { ...(testEngine() as S3Settings), prefix };
  await makeBucket(settings);
  const part = 5 * MiB;
  const [store, second] = [1, 2].map(() => storeOf(settings, { limits: { part } })) as [S3Store, S3Store];
  const other = sdk(settings);
  const Bucket = settings.bucket;
  const scratch = async () => {
    const Prefix = `${prefix}/.strongroom/uploads/`;
    const { Contents = [] } = await other.send(new ListObjectsV2Command({ Bucket, Prefix }));
    return Contents.map(({ Key = '' }) => Key);
  };
  const begun = async () => (await other.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads ?? [];
  return {
    store,
    second,
    part,
    leftovers: async () => [...(await scratch()), ...(await begun()).map(({ Key = '' }) => Key)],
    lose: async () => {
      for (const Key of await scratch()) await other.send(new DeleteObjectCommand({ Bucket, Key }));
      for (const { Key, UploadId } of await begun())
        await other.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    },
    cleanup: async () => {
      await Promise.all([store.close(), second.close()]);
      other.destroy();
      await removeBucket(settings);
    },
  };
}

function storeOf(settings: S3Settings, options: Partial<S3StoreOptions> = {}): S3Store {
  return new S3Store({ settings, budget: new BufferBudget(64 * MiB), ...options });
}

function facts(): PutOptions {
  const description = {
    version: 1,
    deployment: randomUUID(),
    id: randomUUID(),
    recordId: 'case 1',
    type: 'contract',
    filename: 'contract.pdf',
    createdAt: new Date().toISOString(),
  } as const;
  return { contentType: 'application/pdf', description };
}

function chunked(bytes: Buffer): Readable {
  const cuts = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, at) => at * 65_536);
  return Readable.from(cuts.map((at) => bytes.subarray(at, at + 65_536)));
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
