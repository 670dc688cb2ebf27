import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hasCode } from '../../src/errors.ts';
import { BufferBudget } from '../../src/objects/buffer-budget.ts';
import type { PutOptions, Stored } from '../../src/objects/object-store.ts';
import { S3Client } from '../../src/objects/s3-client.ts';
import { defaultLimits } from '../../src/objects/s3-parts.ts';
import { S3Writer } from '../../src/objects/s3-writer.ts';
import { encodeDescription } from '../../src/objects/self-description.ts';
import { type Recorded, reply } from './s3-recorder.ts';
import {
  agreeable,
  calls,
  closing,
  description,
  listening,
  MiB,
  options,
  sha256,
  stream,
  wired,
} from './s3-wire.ts';

describe('S3 on the wire: what is sent', () => {
  const amazon = ['authorization', 'x-amz-content-sha256', 'x-amz-date'];
  const client = ['connection', 'content-length', 'host'];

  it('a small body: its digest signed, a condition, and no header more', async () => {
    const { server, store } = await wired(agreeable());
    const body = randomBytes(1000);
    await store.put('a/b!20.pdf', body, { ...options, size: 1000 });
    await store.put('a/c.pdf', stream(body), { ...options, size: 1000 });
    assert.deepEqual(calls(server), ['PUT /b/a/b%2120.pdf', 'PUT /b/a/c.pdf']);
    for (const { headers, body: sent } of server.requests) {
      const own = ['content-type', 'if-none-match', 'x-amz-meta-strongroom'];
      assert.deepEqual(Object.keys(headers).sort(), [...amazon, ...client, ...own].sort());
      assert.equal(headers['x-amz-content-sha256'], sha256(body));
      assert.equal(headers['if-none-match'], '*');
      assert.equal(headers['content-type'], 'application/pdf');
      assert.equal(headers['content-length'], '1000');
      assert.match(
        headers.authorization ?? '',
        /SignedHeaders=content-type;host;if-none-match;x-amz-content-sha256;x-amz-date;x-amz-meta-strongroom,/,
      );
      assert.ok(sent.equals(body));
    }
  });

  it('a digest that is known is not computed again', async () => {
    const { server, store } = await wired(agreeable());
    await store.put('a', Buffer.from('abc'), { ...options, sha256: 'f'.repeat(64) });
    assert.equal(server.requests[0]?.headers['x-amz-content-sha256'], 'f'.repeat(64));
  });

  it('a large body: straight through, exact length, unsigned payload, no checksum of the SDK’s', async () => {
    const { server, store } = await wired(agreeable());
    const body = randomBytes(3 * MiB + 1);
    await store.put('a', stream(body), { ...options, size: body.length });
    assert.equal(server.requests.length, 1);
    const { headers, body: sent } = server.requests[0] as Recorded;
    assert.equal(headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
    assert.equal(headers['content-length'], String(body.length));
    assert.equal(headers['transfer-encoding'], undefined);
    assert.ok(sent.equals(body));
    const names = Object.keys(headers).join(' ');
    assert.doesNotMatch(
      names,
      /checksum|crc|trailer|encoding|content-md5|acl|storage-class|encryption|expect/,
    );
  });

  it('canned ACL, storage class and encryption where they are set, on both kinds of put', async () => {
    const { server, store } = await wired(agreeable(), {
      acl: 'bucket-owner-full-control',
      storageClass: 'STANDARD_IA',
      sse: 'aws:kms',
      sseKmsKeyId: 'key-1',
    });
    await store.put('a', Buffer.from('abc'), options);
    await store.put('b', stream(randomBytes(8 * MiB + 1)), options);
    const made = server.requests.filter(({ url, method }) => method === 'PUT' || url.includes('uploads'));
    assert.deepEqual(
      made.map(({ headers }) => headers['x-amz-acl']),
      ['bucket-owner-full-control', 'bucket-owner-full-control', undefined, undefined],
      'parts take what the upload was begun with',
    );
    for (const { headers } of made.slice(0, 2)) {
      assert.equal(headers['x-amz-storage-class'], 'STANDARD_IA');
      assert.equal(headers['x-amz-server-side-encryption'], 'aws:kms');
      assert.equal(headers['x-amz-server-side-encryption-aws-kms-key-id'], 'key-1');
      assert.equal(headers['x-amz-meta-strongroom'], encodeDescription(description));
    }
  });

  it('metadata stays under S3’s 2 KB for the longest names', async () => {
    const { server, store } = await wired(agreeable());
    const longest = {
      ...description,
      recordId: '🏠'.repeat(200),
      filename: `${'漢'.repeat(83)}.pdf`,
      type: 't'.repeat(64),
      sha256: 'f'.repeat(64),
    };
    await store.put('a', Buffer.from('abc'), { ...options, description: longest });
    const { headers } = server.requests[0] as Recorded;
    assert.ok('strongroom'.length + String(headers['x-amz-meta-strongroom']).length < 2048);
  });

  it('multipart: equal parts, numbered; the list of their ETags; conditional completion', async () => {
    const { server, store } = await wired(agreeable());
    const body = randomBytes(17 * MiB);
    const stored = await store.put('k', stream(body), options);
    assert.deepEqual(stored, { size: body.length, etag: '"done-1"', versionId: null });
    assert.deepEqual(calls(server), [
      'POST /b/k?uploads=',
      ...[1, 2, 3].map((part) => `PUT /b/k?partNumber=${part}&uploadId=u%2F1`),
      'HEAD /b/k',
      'POST /b/k?uploadId=u%2F1',
    ]);
    const parts = server.requests.slice(1, 4).map((request) => request.body);
    assert.deepEqual(
      parts.map(({ length }) => length),
      [8 * MiB, 8 * MiB, MiB],
    );
    assert.ok(Buffer.concat(parts).equals(body));
    const completion = server.requests[5] as Recorded;
    assert.equal(completion.headers['if-none-match'], '*');
    assert.match(
      completion.body.toString(),
      /<Part><PartNumber>2<\/PartNumber><ETag>"etag-\/b\/k\?partNumber=2&#38;uploadId=u%2F1"<\/ETag><\/Part>/,
    );
  });

  it('a body in parts lets others have the memory between two of them', async () => {
    const { store } = await wired(agreeable(), {}, { budget: new BufferBudget(8 * MiB) });
    let small: Promise<Stored> | null = null;
    async function* slowly() {
      yield randomBytes(4 * MiB);
      // By now all memory is held.
      small = store.put('small', stream(Buffer.from('abc')), options);
      yield randomBytes(5 * MiB);
      assert.equal((await small).size, 3);
      yield randomBytes(8 * MiB);
    }
    const signal = AbortSignal.timeout(10_000);
    const large = await store.put('large', Readable.from(slowly()), { ...options, signal });
    assert.equal(large.size, 17 * MiB);
  });

  it('a small body of known length goes straight through where memory is short', async () => {
    const budget = new BufferBudget(MiB);
    const { server, store } = await wired(agreeable(), {}, { budget });
    const held = await budget.reserve(MiB);
    const body = randomBytes(500_000);
    await store.put('k', stream(body), { ...options, size: body.length });
    held.release();
    assert.ok(server.requests[0]?.body.equals(body));
    assert.equal(server.requests[0]?.headers['x-amz-content-sha256'], 'UNSIGNED-PAYLOAD');
    assert.equal(budget.inUse, 0);
  });

  it('atMost sets the part size, so that 10,000 parts are enough', async () => {
    const { server, store } = await wired(agreeable());
    await store.put('k', stream(randomBytes(10 * MiB)), { ...options, atMost: 90_000 * MiB });
    assert.equal(server.requests[1]?.body.length, 9 * MiB);
  });

  it('lists page by page, and reads what lies under the prefix only', async () => {
    const page = (keys: string[], next: string) =>
      `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${next !== ''}</IsTruncated><NextContinuationToken>${next}</NextContinuationToken>${keys
        .map(
          (key) =>
            `<Contents><Key>${key}</Key><Size>7</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>`,
        )
        .join('')}</ListBucketResult>`;
    const pages = [page(['p/x%2F1', 'p/x%2F2+3'], 'next&amp;one'), page(['p/x%2F4'], '')];
    const { server, store } = await wired(
      async ({ read, response }) => {
        await read();
        reply(response, 200, {}, pages.shift());
      },
      { prefix: 'p' },
    );
    const found = [];
    for await (const object of store.list('x', { after: 'w z' })) found.push(object);
    assert.deepEqual(
      found.map(({ key }) => key),
      ['x/1', 'x/2 3', 'x/4'],
    );
    assert.deepEqual(found[0], { key: 'x/1', size: 7, modifiedAt: new Date('2026-01-02T03:04:05.000Z') });
    assert.deepEqual(calls(server), [
      'GET /b/?encoding-type=url&list-type=2&prefix=p%2Fx&start-after=p%2Fw%20z',
      'GET /b/?continuation-token=next%26one&encoding-type=url&list-type=2&prefix=p%2Fx&start-after=p%2Fw%20z',
    ]);
  });
});

describe('S3 on the wire: what is learned while a body is under way', () => {
  it('has the parts of one upload all with a checksum, or all without', async () => {
    for (const checksums of [false, true]) {
      const { server, store } = await wired(
        agreeable(({ url }) => {
          if (url.includes('partNumber=1')) store.learn({ checksums: !checksums });
          return false;
        }),
        {},
        { profile: { checksums } },
      );
      await store.put('k', stream(randomBytes(17 * MiB)), options);
      const sums = server.requests
        .filter(({ url }) => url.includes('partNumber='))
        .map(({ headers }) => headers['x-amz-checksum-sha256'] !== undefined);
      assert.ok(sums.length > 1);
      assert.deepEqual(
        sums,
        sums.map(() => checksums),
      );
    }
  });
});

describe('S3 on the wire: where the engine checks trailers', () => {
  async function checking() {
    const server = await listening(agreeable());
    const endpoint = {
      origin: server.endpoint,
      host: 'b.s3.amazonaws.com',
      basePath: '',
      isAws: true,
    };
    const credentials = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'token' };
    const client = closing(new S3Client(endpoint, 'us-east-1', async () => credentials));
    const writer = new S3Writer(client, new BufferBudget(64 * MiB), defaultLimits);
    const target = (more: Partial<PutOptions>) => ({
      key: 'k',
      headers: { 'content-type': 'application/pdf' },
      options: { ...options, ...more },
      look: async () => null,
    });
    return { server, writer, target };
  }

  /** One chunk, then the trailer, as the S3 API Reference has it. */
  const encoded = (body: Buffer) =>
    Buffer.concat([
      Buffer.from(`${body.length.toString(16)}\r\n`),
      body,
      Buffer.from(`\r\n0\r\nx-amz-checksum-sha256:${sha256(body, 'base64')}\r\n\r\n`),
    ]);

  it('a large body carries its SHA-256 behind it', async () => {
    const { server, writer, target } = await checking();
    const body = randomBytes(2 * MiB + 5);
    await writer.stream(target({ size: body.length }), stream(body));
    const { headers, body: sent } = server.requests[0] as Recorded;
    assert.equal(headers.host, 'b.s3.amazonaws.com');
    assert.equal(headers['x-amz-security-token'], 'token');
    assert.equal(headers['x-amz-content-sha256'], 'STREAMING-UNSIGNED-PAYLOAD-TRAILER');
    assert.equal(headers['x-amz-trailer'], 'x-amz-checksum-sha256');
    assert.equal(headers['content-encoding'], 'aws-chunked');
    assert.equal(headers['x-amz-decoded-content-length'], String(body.length));
    assert.equal(headers['content-length'], String(sent.length));
    assert.ok(sent.equals(encoded(body)));
  });

  it('a buffered body carries it in front', async () => {
    const { server, writer, target } = await checking();
    const body = randomBytes(2 * MiB);
    await writer.buffer(target({}), body);
    const { headers } = server.requests[0] as Recorded;
    assert.equal(headers['x-amz-checksum-sha256'], sha256(body, 'base64'));
    assert.equal(headers['x-amz-content-sha256'], sha256(body));
  });

  it('parts carry theirs, and the completion names them', async () => {
    const { server, writer, target } = await checking();
    const body = randomBytes(6 * MiB);
    const tail = randomBytes(100);
    await writer.stream(target({ atLeast: body.length }), stream(Buffer.concat([body, tail])));
    const [begun, first, last, completion] = server.requests as [Recorded, Recorded, Recorded, Recorded];
    assert.equal(begun.headers['x-amz-checksum-algorithm'], 'SHA256');
    assert.ok(first.body.equals(encoded(body)));
    assert.ok(last.body.equals(tail));
    assert.equal(last.headers['x-amz-checksum-sha256'], sha256(tail, 'base64'));
    const named = [...completion.body.toString().matchAll(/<ChecksumSHA256>(.*?)</g)].map(([, sum]) => sum);
    assert.deepEqual(named, [sha256(body, 'base64'), sha256(tail, 'base64')]);
  });

  it('a body cut short never gets its trailer', async () => {
    const { server, writer, target } = await checking();
    const put = writer.stream(target({ size: 3 * MiB }), stream(randomBytes(2 * MiB)));
    await assert.rejects(put, (error) => hasCode(error, 'length_mismatch'));
    await sleep(20);
    assert.deepEqual(server.requests, []);
  });
});
