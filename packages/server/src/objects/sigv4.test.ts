import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { emptyHash, encodePath, encodeQuery, Signer, sha256 } from './sigv4.ts';

/** The worked examples of the Amazon S3 API Reference, "Signature Calculations for the Authorization Header". */
const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const now = Date.UTC(2013, 4, 24);
const host = 'examplebucket.s3.amazonaws.com';

const published = [
  {
    name: 'GET Object with a range',
    request: { method: 'GET', path: '/test.txt', query: '', headers: { host, range: 'bytes=0-9' } },
    payload: emptyHash,
    signed: 'host;range;x-amz-content-sha256;x-amz-date',
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'PUT Object',
    request: {
      method: 'PUT',
      path: encodePath('/test$file.text'),
      query: '',
      headers: {
        host,
        date: 'Fri, 24 May 2013 00:00:00 GMT',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
      },
    },
    payload: sha256('Welcome to Amazon S3.'),
    signed: 'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'GET Bucket Lifecycle: a parameter without a value',
    request: { method: 'GET', path: '/', query: encodeQuery({ lifecycle: '' }), headers: { host } },
    payload: emptyHash,
    signed: 'host;x-amz-content-sha256;x-amz-date',
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'List Objects: parameters in order',
    request: {
      method: 'GET',
      path: '/',
      query: encodeQuery({ prefix: 'J', 'max-keys': '2' }),
      headers: { host },
    },
    payload: emptyHash,
    signed: 'host;x-amz-content-sha256;x-amz-date',
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
  {
    name: 'PUT of chunks: its seed ("Transferring Payload in Multiple Chunks")',
    request: {
      method: 'PUT',
      path: '/examplebucket/chunkObject.txt',
      query: '',
      headers: {
        host: 's3.amazonaws.com',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '66560',
        'content-length': '66824',
      },
    },
    payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    signed:
      'content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class',
    signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
  },
  {
    name: 'PUT of chunks with a trailer: its seed ("Including Trailing Headers")',
    request: {
      method: 'PUT',
      path: '/examplebucket/chunkObject.txt',
      query: '',
      headers: {
        host: 's3.amazonaws.com',
        'x-amz-storage-class': 'REDUCED_REDUNDANCY',
        'content-encoding': 'aws-chunked',
        'x-amz-decoded-content-length': '66560',
        'x-amz-trailer': 'x-amz-checksum-crc32c',
      },
    },
    payload: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    signed:
      'content-encoding;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class;x-amz-trailer',
    signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
  },
];

for (const { name, request, payload, signed, signature } of published) {
  test(`signs as AWS publishes: ${name}`, () => {
    const headers = new Signer('us-east-1').sign(request, payload, credentials, now);
    assert.equal(
      headers.authorization,
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${signed}, Signature=${signature}`,
    );
    assert.equal(headers['x-amz-date'], '20130524T000000Z');
    assert.equal(headers['x-amz-content-sha256'], payload);
  });
}

test('presigns as AWS publishes ("Authenticating Requests: Using Query Parameters")', () => {
  const query = new Signer('us-east-1').presign(
    { method: 'GET', path: '/test.txt', headers: { host } },
    {},
    86400,
    credentials,
    now,
  );
  assert.equal(
    query,
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

/** What Amazon's own client would send for a command: nothing leaves the process. */
async function sentByAmazon(command: GetObjectCommand | ListObjectsV2Command) {
  let sent: Sent | undefined;
  const client = new S3Client({
    region: 'us-east-1',
    credentials: { ...credentials, sessionToken: 'to/ken=' },
    requestHandler: {
      handle: async (request: Sent) => {
        sent = request;
        throw new Error('kept');
      },
    },
    maxAttempts: 1,
  });
  await client.send(command as GetObjectCommand).catch(() => {});
  client.destroy();
  return sent ?? assert.fail('nothing was sent');
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
}

test('signs as Amazon’s own client does, whatever is in keys and queries', async () => {
  const odd = fc.string({ unit: fc.oneof(fc.constantFrom(...".-_~/!'()*+&=;:@$,?#% \t"), fc.string()) });
  await fc.assert(
    fc.asyncProperty(odd, fc.boolean(), async (text, asKey) => {
      fc.pre(text !== '' && text.isWellFormed() && !/(^|\/)\.{0,2}(\/|$)/.test(text));
      const Bucket = 'bucket';
      const theirs = await sentByAmazon(
        asKey
          ? new GetObjectCommand({ Bucket, Key: text, Range: 'bytes=0-9' })
          : new ListObjectsV2Command({ Bucket, Prefix: text, StartAfter: `${text}/` }),
      );
      const { authorization = '', ...headers } = theirs.headers;
      const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
      const time = headers['x-amz-date']?.replace(/^(....)(..)(..T..)(..)/, '$1-$2-$3:$4:') ?? '';
      const ours = new Signer('us-east-1').sign(
        {
          method: theirs.method,
          path: asKey ? encodePath(`/${text}`) : theirs.path,
          query: encodeQuery(theirs.query),
          headers: Object.fromEntries(names.map((name) => [name, headers[name] ?? ''])),
        },
        headers['x-amz-content-sha256'] ?? '',
        { ...credentials, sessionToken: 'to/ken=' },
        Date.parse(time),
      );
      assert.equal(ours.authorization, authorization);
      if (asKey) assert.equal(encodePath(`/${text}`), theirs.path);
    }),
    { numRuns: 200 },
  );
});

test('a new day, another secret and a session token change what is signed', () => {
  const signer = new Signer('us-east-1');
  const request = { method: 'GET', path: '/', query: '', headers: { host } };
  const signature = (by: object, at: number) =>
    signer.sign(request, emptyHash, { ...credentials, ...by }, at).authorization;
  const first = signature({}, now);
  const others = [
    signature({}, now + 86_400_000),
    signature({ secretAccessKey: 'another' }, now),
    signature({ sessionToken: 'token' }, now),
  ];
  assert.equal(new Set([first, ...others]).size, 4);
  assert.equal(signature({}, now), first, 'the kept key is the right one again');
  const withToken = signer.sign(request, emptyHash, { ...credentials, sessionToken: 'token' }, now);
  assert.equal(withToken['x-amz-security-token'], 'token');
  assert.match(withToken.authorization ?? '', /SignedHeaders=host;[^,]*x-amz-security-token,/);
});

test('paths and queries are encoded byte by byte, and slashes of a path stay', () => {
  assert.equal(encodePath('/a/b-c_d.e~f'), '/a/b-c_d.e~f');
  assert.equal(encodePath("/r!C3!A9/(it's)*&+ ü"), '/r%21C3%21A9/%28it%27s%29%2A%26%2B%20%C3%BC');
  assert.equal(encodePath('/a%2Fb'), '/a%252Fb');
  assert.equal(encodeQuery({ b: 'x/y z', a: '', B: '1' }), 'B=1&a=&b=x%2Fy%20z');
});
