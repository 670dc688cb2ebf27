import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { ListMultipartUploadsCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { request } from 'undici';
import { BufferBudget } from '../../src/objects/buffer-budget.ts';
import type { DirectUpload } from '../../src/objects/direct-uploads.ts';
import type { Part } from '../../src/objects/resumable-objects.ts';
import { S3Store } from '../../src/objects/s3.ts';
import type { S3Settings } from '../../src/settings.ts';
import { makeBucket, removeBucket, sdk, skipped, testEngine } from './s3-engine.ts';
import { reply } from './s3-recorder.ts';
import { wired } from './s3-wire.ts';

const MiB = 1024 * 1024;

describe('direct uploads to S3', { skip: skipped }, () => {
  const settings = { ...(testEngine() as S3Settings), prefix: 'team a' };
  let store: S3Store;
  let other: S3Client;
  before(async () => {
    await makeBucket(settings);
    store = new S3Store({ settings, budget: new BufferBudget(MiB) });
    other = sdk(settings);
  });
  after(async () => {
    await store.close();
    other.destroy();
    await removeBucket(settings);
  });

  const target = () => {
    const id = randomUUID();
    const description = {
      version: 1 as const,
      deployment: 'd1',
      id,
      recordId: 'case 1',
      type: 'contract',
      filename: 'contract.pdf',
      createdAt: '2026-01-01T00:00:00.000Z',
    };
    return { key: `case!20(1)/é/${id}.pdf`, contentType: 'application/pdf', description };
  };
  const begun = async (size: number) => {
    const to = target();
    const { uploadId, partSize } = await store.direct.begin(to, size);
    return { to, partSize, upload: { key: to.key, uploadId } };
  };
  const urlOf = async (upload: DirectUpload, number: number, size: number, expiresIn = 60) =>
    (await store.direct.urls(upload, [{ number, size }], expiresIn))[0] as string;
  const sent = async (url: string, body: Buffer, headers: Record<string, string> = {}) => {
    const answer = await request(url, { method: 'PUT', body, headers });
    await answer.body.dump();
    return answer.statusCode;
  };
  /** S3's own list of what was begun and not ended, of this key. */
  const unfinished = async ({ key }: DirectUpload) => {
    const { Uploads = [] } = await other.send(new ListMultipartUploadsCommand({ Bucket: settings.bucket }));
    return Uploads.filter(({ Key }) => Key === `team a/${key}`);
  };

  it('take the parts past us, list them, and make the object with all that ours say of themselves', async () => {
    const bytes = randomBytes(17 * MiB);
    const { to, upload, partSize } = await begun(bytes.length);
    assert.equal(partSize, 16 * MiB);
    const cut = [bytes.subarray(0, partSize), bytes.subarray(partSize)] as const;
    // The second first: parts come in any order.
    assert.equal(await sent(await urlOf(upload, 2, cut[1].length), cut[1]), 200);
    const [only] = (await store.direct.parts(upload)) ?? [];
    assert.deepEqual([only?.number, only?.size], [2, cut[1].length]);
    assert.equal(
      await sent(await urlOf(upload, 1, cut[0].length), cut[0], { 'content-type': 'any/thing' }),
      200,
    );
    const parts = (await store.direct.parts(upload)) as Part[];
    assert.deepEqual(
      parts.map(({ number, size }) => [number, size]),
      [
        [1, partSize],
        [2, MiB],
      ],
    );
    await store.direct.complete(upload, parts);
    const facts = await store.stat(to.key);
    assert.equal(facts?.size, bytes.length);
    assert.equal(facts?.contentType, 'application/pdf');
    assert.deepEqual(facts?.description, to.description);
    assert.deepEqual(await buffer((await store.open(to.key)).body), bytes);
    assert.deepEqual(await unfinished(upload), []);
  });

  it('refuse a part of another length, another part, another key and another method', async () => {
    const { upload } = await begun(1000);
    const url = await urlOf(upload, 1, 1000);
    for (const length of [0, 999, 1001]) assert.equal(await sent(url, randomBytes(length)), 403);
    assert.equal(await sent(url.replace('partNumber=1', 'partNumber=2'), randomBytes(1000)), 403);
    assert.equal(await sent(url.replace('.pdf', '.exe'), randomBytes(1000)), 403);
    assert.equal(await sent(url.replace(/[^?]*$/, ''), randomBytes(1000)), 403);
    assert.equal((await request(url, { method: 'DELETE' })).statusCode, 403);
    assert.deepEqual(await store.direct.parts(upload), []);
  });

  it('refuse a part in chunks, whose length nobody has announced', async () => {
    const { upload } = await begun(1000);
    const chunks = Readable.from([randomBytes(1000)]);
    const { statusCode } = await request(await urlOf(upload, 1, 1000), { method: 'PUT', body: chunks });
    assert.ok(statusCode >= 400, `${statusCode}`);
    assert.deepEqual(await store.direct.parts(upload), []);
  });

  it('take no part out of another object, by a header that nobody has signed', async () => {
    const secret = randomBytes(1000);
    const Key = "team a/somebody else's";
    await other.send(new PutObjectCommand({ Bucket: settings.bucket, Key, Body: secret }));
    const { upload } = await begun(secret.length);
    const url = await urlOf(upload, 1, secret.length);
    const source = { 'x-amz-copy-source': `/${settings.bucket}/${encodeURIComponent(Key)}` };
    for (const headers of [source, { ...source, 'x-amz-copy-source-range': 'bytes=0-999' }])
      assert.ok((await sent(url, randomBytes(secret.length), headers)) >= 400);
    assert.deepEqual(await store.direct.parts(upload), []);
    await store.direct.end(upload);
  });

  it('refuse a part by a URL that has expired', async () => {
    const { upload } = await begun(10);
    const url = await urlOf(upload, 1, 10, 1);
    while ((await sent(url, randomBytes(10))) === 200) await new Promise((done) => setTimeout(done, 200));
    assert.equal(await sent(url, randomBytes(10)), 403);
    assert.equal(await sent(await urlOf(upload, 1, 10), randomBytes(10)), 200);
  });

  it('are over once the object is made, or removed: their URLs change nothing any more', async () => {
    const { to, upload } = await begun(1000);
    const [first, second] = [randomBytes(1000), randomBytes(1000)];
    const url = await urlOf(upload, 1, 1000);
    assert.equal(await sent(url, first), 200);
    await store.direct.complete(upload, (await store.direct.parts(upload)) as Part[]);
    assert.equal(await sent(url, second), 404);
    assert.equal(await store.direct.parts(upload), null);
    assert.deepEqual(await store.read(to.key, { atMost: 1000 }), first);
    await assert.rejects(store.direct.complete(upload, []), { code: 'object_exists' });

    await store.remove(to.key);
    assert.equal(await sent(url, second), 404);
    assert.equal(await store.stat(to.key), null);
    const gone = { number: 1, size: 1000, etag: '"x"', checksum: null };
    await assert.rejects(store.direct.complete(upload, [gone]), { code: 'upload_lost' });
  });

  it('are ended by a removal of their key', async () => {
    const { to, upload } = await begun(1000);
    const url = await urlOf(upload, 1, 1000);
    assert.equal(await sent(url, randomBytes(1000)), 200);
    await store.remove(to.key);
    assert.equal(await store.direct.parts(upload), null);
    assert.equal(await sent(url, randomBytes(1000)), 404);
    assert.deepEqual(await unfinished(upload), []);
  });

  it('never write over what lies at their key', async () => {
    const { to, upload } = await begun(4);
    assert.equal(await sent(await urlOf(upload, 1, 4), Buffer.from('ours')), 200);
    const Key = `team a/${to.key}`;
    await other.send(new PutObjectCommand({ Bucket: settings.bucket, Key, Body: 'foreign' }));
    const parts = (await store.direct.parts(upload)) as Part[];
    await assert.rejects(store.direct.complete(upload, parts), { code: 'object_exists' });
    assert.equal(String(await store.read(to.key, { atMost: 100 })), 'foreign');
    await store.remove(to.key);
  });

  it('take as many bytes to a part as 10,000 of them need', async () => {
    const { partSize } = await begun(1000 * 1024 * MiB);
    assert.equal(partSize, 103 * MiB);
  });
});

describe('direct uploads over the wire', () => {
  const direct = (answer: Parameters<typeof wired>[0], publicEndpoint: string | null = null) =>
    wired(answer, {
      publicEndpoint,
      credentials: { accessKeyId: 'AKIA-key', secretAccessKey: 'the-secret', sessionToken: 'a token' },
    });

  it('lead to the public endpoint, with length and token signed, and ask nothing', async () => {
    const { server, store } = await direct(() => {}, 'https://files.example');
    const upload = { key: 'k', uploadId: 'u/1+' };
    const [url = ''] = await store.direct.urls(upload, [{ number: 7, size: 5 }], 900);
    const { origin, pathname, searchParams } = new URL(url);
    assert.equal(origin + pathname, 'https://files.example/b/k');
    const told = Object.fromEntries(searchParams);
    assert.equal(told.partNumber, '7');
    assert.equal(told.uploadId, 'u/1+');
    assert.equal(told['X-Amz-SignedHeaders'], 'content-length;host');
    assert.equal(told['X-Amz-Expires'], '900');
    assert.equal(told['X-Amz-Security-Token'], 'a token');
    assert.deepEqual(server.requests, []);
  });

  it('list parts over as many pages as there are', async () => {
    const page = (numbers: number[], next: number | null) =>
      `<ListPartsResult><IsTruncated>${next !== null}</IsTruncated>${next === null ? '' : `<NextPartNumberMarker>${next}</NextPartNumberMarker>`}${numbers
        .map(
          (number) =>
            `<Part><PartNumber>${number}</PartNumber><ETag>&quot;e${number}&quot;</ETag><Size>5</Size></Part>`,
        )
        .join('')}</ListPartsResult>`;
    const asked: (string | null)[] = [];
    const { store } = await direct(({ url, response }) => {
      const marker = new URL(url, 'http://x').searchParams.get('part-number-marker');
      asked.push(marker);
      reply(response, 200, {}, marker === '0' ? page([1, 2], 2) : page([4], null));
    });
    const parts = await store.direct.parts({ key: 'k', uploadId: 'u' });
    assert.deepEqual(asked, ['0', '2']);
    assert.deepEqual(
      parts?.map(({ number, etag, size }) => [number, etag, size]),
      [
        [1, '"e1"', 5],
        [2, '"e2"', 5],
        [4, '"e4"', 5],
      ],
    );
  });

  it('are completed on the condition that nothing is there, and a bucket that is missing is no lost upload', async () => {
    const conditions: unknown[] = [];
    const { store } = await direct(async ({ read, response }) => {
      const { method, headers } = await read();
      if (method === 'HEAD') return reply(response, 404);
      if (method === 'POST') conditions.push(headers['if-none-match']);
      reply(response, 404, {}, '<Error><Code>NoSuchBucket</Code></Error>');
    });
    const parts = [{ number: 1, size: 5, etag: '"e"', checksum: null }];
    await assert.rejects(store.direct.complete({ key: 'k', uploadId: 'u' }, parts), {
      code: 'store_unavailable',
    });
    assert.deepEqual(conditions, ['*']);
  });
});
