import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { httpProxy } from '../faults/http-proxy.ts';
import { jpeg, paddedPdf, pdf } from '../fixtures/make.ts';
import {
  type Ending,
  needs,
  startServer,
  type TestServer,
  testBucket,
  testDatabase,
  testFolder,
} from '../harness.ts';
import type { ApiDocument, ApiEvent } from './client.ts';
import { lookAtRecords, type RecordsLook } from './crash-records.ts';
import { type Begun, DirectClient, put, sendParts } from './direct-client.ts';

const MiB = 1024 * 1024;
const config = {
  documentTypes: [
    { id: 'scan', accept: ['application/pdf', 'image/jpeg'] },
    { id: 'small', accept: ['application/pdf'], maxSize: '1KiB' },
    { id: 'table', accept: ['text/csv', 'application/vnd.ms-excel'] },
  ],
  lifecycle: { every: '50ms', lookAgainAfter: '20ms' },
};

/** A PDF of two parts. */
const large = await paddedPdfOf(17 * MiB);
const small = pdf();

async function paddedPdfOf(size: number): Promise<Buffer> {
  const { body } = paddedPdf(size);
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const codeOf = ({ status, body }: { status: number; body: unknown }) =>
  `${status} ${(body as { code?: string } | null)?.code}`;
const scan = { recordId: 'case 1', type: 'scan', filename: 'ö scan.pdf', contentType: 'application/pdf' };

describe('direct uploads', { skip: needs('s3') || needs('postgres') }, () => {
  let server: TestServer;
  let client: DirectClient;
  let store: S3Client;
  let bucket: string;
  let records: RecordsLook;
  const undo: (() => unknown)[] = [];
  const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };

  before(async () => {
    const made = await testBucket(ending);
    ({ client: store, bucket } = made);
    const DATA_DIR = await testFolder(ending);
    await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(config));
    const settings = { ...made.environment, DATA_DIR, DATABASE_URL: await testDatabase(ending) };
    records = lookAtRecords(settings);
    server = await startServer(ending, { ...settings, DIRECT_UPLOADS: 'true' });
    client = new DirectClient(server);
  });
  after(async () => {
    for (const last of undo) await last();
  });

  const holding = async (grant: object) => {
    const { body } = await client.send<{ token: string }>('POST', '/v1/grants', { body: grant });
    return new DirectClient({ url: server.url, key: body.token });
  };
  const documentOf = (id: string) => client.send('GET', `/v1/documents/${id}`);
  const keyOf = async (id: string) => (await documentOf(id)).body.storage.key ?? '';
  const unfinished = async (key: string) => {
    const { Uploads = [] } = await store.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return Uploads.filter(({ Key }) => Key === key);
  };
  const isThere = (Key: string) =>
    store.send(new HeadObjectCommand({ Bucket: bucket, Key })).then(
      () => true,
      () => false,
    );
  /** Waits until nothing of it is left: no object, no unfinished upload, no record. */
  const gone = async (id: string, key: string) => {
    while (await isThere(key)) await sleep(20);
    while ((await unfinished(key)).length > 0) await sleep(20);
    while ((await documentOf(id)).status !== 404) await sleep(20);
  };

  test('become documents like any other, and none of their bytes pass through the service', async () => {
    const begun = await client.begun({ ...scan, metadata: { case: '42' } }, large);
    const { id, partSize, partCount, parts, received } = begun.upload;
    assert.deepEqual([partSize, partCount, received], [16 * MiB, 2, []]);
    assert.deepEqual(
      parts.map(({ number, offset, size }) => [number, offset, size]),
      [
        [1, 0, 16 * MiB],
        [2, 16 * MiB, MiB],
      ],
    );
    await sendParts(begun);
    assert.equal(codeOf(await client.send('GET', `/v1/documents/${id}/content`)), '409 not_ready');
    assert.equal((await documentOf(id)).body.state, 'receiving');

    const { status, headers, body } = await client.complete(id);
    assert.equal(status, 200);
    assert.equal(headers.etag, `"${body.revision}"`);
    const { state, size, sha256: digest, filename, contentType, metadata } = body;
    assert.deepEqual(
      { state, size, digest, filename, contentType, metadata },
      {
        state: 'available',
        size: large.length,
        digest: sha256(large),
        filename: 'ö scan.pdf',
        contentType: 'application/pdf',
        metadata: { case: '42' },
      },
    );
    assert.equal((await client.content(id)).sha256, sha256(large));
    const { body: history } = await client.send<{ items: ApiEvent[] }>('GET', `/v1/documents/${id}/events`);
    assert.deepEqual(
      history.items.map(({ action, actor }) => [action, actor.kind]),
      [
        ['document.received', 'key'],
        ['document.inspecting', 'key'],
        ['document.available', 'chore'],
      ],
    );
    assert.deepEqual(await unfinished(body.storage.key ?? ''), []);
    assert.deepEqual((await client.complete(id)).body, body, 'a repeat gives the same answer');
    const found = await client.send<{ items: ApiDocument[] }>('GET', '/v1/documents?q=%C3%B6%20scan');
    assert.ok(
      found.body.items.some((each) => each.id === id),
      'it is found by its name',
    );
  });

  test('go on where they stood, with fresh URLs for what is missing', async () => {
    const begun = await client.begun(scan, large);
    const { id } = begun.upload;
    await sendParts(begun, [2]);
    const incomplete = await client.complete(id);
    assert.equal(codeOf(incomplete), '409 upload_incomplete');
    assert.deepEqual((incomplete.body as unknown as { missing: number[] }).missing, [1]);
    const { status, body } = await client.parts(id);
    assert.equal(status, 200);
    assert.deepEqual(body.received, [{ number: 2, size: MiB }]);
    assert.deepEqual(
      body.parts.map(({ number }) => number),
      [1],
    );
    const again = await client.parts(id, [2]);
    assert.deepEqual(
      again.body.parts.map(({ number }) => number),
      [2],
    );
    assert.equal(codeOf(await client.parts(id, [3])), '422 invalid_input');
    await sendParts({ upload: body, bytes: large });
    assert.equal((await client.complete(id)).body.sha256, sha256(large));
    const over = await client.parts(id);
    assert.deepEqual([over.body.parts, over.body.expiresAt], [[], null]);
  });

  test('are begun once by one Idempotency-Key', async () => {
    const first = await client.begin(scan, small.length, 'one');
    const again = await client.begin(scan, small.length, 'one');
    assert.deepEqual([again.status, again.body.id], [201, first.body.id]);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(codeOf(await client.begin(scan, small.length + 1, 'one')), '409 idempotency_mismatch');
    await sendParts({ upload: again.body, bytes: small });
    const { body } = await client.complete(first.body.id);
    const late = await client.begin(scan, small.length, 'one');
    assert.deepEqual([late.status, late.body.id, late.body.parts], [201, first.body.id, []]);
    assert.deepEqual((await client.complete(late.body.id)).body, body);
  });

  test('are refused before they begin where any upload would be', async () => {
    const refusals = [
      [{ ...scan, contentType: 'text/html', filename: 'a.html' }, 10, '415 type_refused'],
      [{ ...scan, contentType: 'image/png', filename: 'a' }, 10, '415 type_refused'],
      [{ recordId: 'r', type: 'scan' }, 10, '415 type_refused'],
      [{ ...scan, type: 'small' }, 1025, '413 too_large'],
      [scan, 6 * 1024 * MiB, '413 too_large'],
      [scan, 0, '422 empty_body'],
      [scan, 1.5, '422 invalid_input'],
      [{ ...scan, type: 'none' }, 10, '422 unknown_document_type'],
      [{ ...scan, recordId: '' }, 10, '422 invalid_input'],
    ] as const;
    for (const [claims, size, refusal] of refusals)
      assert.equal(codeOf(await client.begin(claims, size)), refusal);
    const { body } = await client.begin(
      { ...scan, type: 'table', contentType: 'text/csv', filename: 'a.csv' },
      4,
    );
    assert.match(await keyOf(body.id), /\.csv$/);
  });

  const html = Buffer.from('<!doctype html><script>alert(1)</script>'.padEnd(small.length));
  for (const [what, bytes] of [
    ['no document type takes', html],
    [
      'was not granted, though the document type takes it',
      Buffer.concat([jpeg(), Buffer.alloc(small.length)]).subarray(0, small.length),
    ],
  ] as const)
    test(`of a type that ${what} never become readable, and their bytes go`, async () => {
      const { upload } = await client.begun(scan, bytes);
      const key = await keyOf(upload.id);
      await sendParts({ upload, bytes });
      assert.equal(codeOf(await client.complete(upload.id)), '415 type_refused');
      assert.equal(
        codeOf(await client.send('GET', `/v1/documents/${upload.id}/content`)),
        '404 document_missing',
      );
      assert.equal(codeOf(await client.complete(upload.id)), '410 upload_ended');
      await records.passTime();
      await gone(upload.id, key);
    });

  test('take no part of another length, and no URL for another part, key or upload', async () => {
    const begun = await client.begun(scan, small);
    const other = await client.begun(scan, small);
    const { url = '' } = begun.upload.parts[0] ?? {};
    assert.equal(await put(url, Buffer.concat([small, Buffer.alloc(1)])), 403);
    assert.equal(await put(url, small.subarray(1)), 403);
    const elsewhere = new URL(url);
    elsewhere.searchParams.set(
      'uploadId',
      new URL(other.upload.parts[0]?.url ?? '').searchParams.get('uploadId') ?? '',
    );
    assert.equal(await put(elsewhere.href, small), 403);
    assert.equal(codeOf(await client.complete(begun.upload.id)), '409 upload_incomplete');
  });

  test('keep to what a grant allows', async () => {
    const mine = await holding({
      recordId: 'case 1',
      actions: ['upload'],
      types: ['scan'],
      maxSize: 1000,
      maxFiles: 1,
    });
    const stranger = await holding({ recordId: 'case 2', actions: ['upload', 'read'] });
    const reader = await holding({ recordId: 'case 1', actions: ['read'] });
    assert.equal(codeOf(await mine.begin(scan, 1001)), '413 too_large');
    assert.equal(codeOf(await mine.begin({ ...scan, recordId: 'case 2' }, 10)), '403 not_allowed');
    assert.equal(codeOf(await mine.begin({ ...scan, type: 'small' }, 10)), '403 not_allowed');
    const bytes = html.subarray(0, 500);
    const first = await mine.begun(scan, bytes);
    assert.equal(codeOf(await mine.begin(scan, 10)), '403 grant_used_up');
    for (const call of ['parts', 'complete', 'abandon'] as const) {
      assert.equal(codeOf(await stranger[call](first.upload.id)), '404 document_missing');
      assert.equal(codeOf(await reader[call](first.upload.id)), '403 not_allowed');
    }
    await sendParts(first);
    assert.equal(codeOf(await mine.complete(first.upload.id)), '415 type_refused');
    // What came to nothing is not counted.
    const second = await mine.begun(scan, small.subarray(0, 600));
    await sendParts(second);
    assert.equal((await mine.complete(second.upload.id)).status, 200);
    assert.ok(Date.parse(second.upload.urlsExpireAt ?? '') <= Date.now() + 3_600_000);
  });

  test('that are completed by several at once become one document', async () => {
    const begun = await client.begun(scan, large);
    await sendParts(begun);
    const answers = await Promise.all(Array.from({ length: 4 }, () => client.complete(begun.upload.id)));
    assert.deepEqual(
      answers.map(({ status, body }) => [status, body.sha256]),
      answers.map(() => [200, sha256(large)]),
    );
  });

  test('are changed by none of their URLs once they are documents', async () => {
    const begun = await client.begun(scan, small);
    await sendParts(begun);
    await client.complete(begun.upload.id);
    assert.equal(await put(begun.upload.parts[0]?.url ?? '', Buffer.alloc(small.length, 'x')), 404);
    assert.equal((await client.content(begun.upload.id)).sha256, sha256(small));
    assert.equal(codeOf(await client.abandon(begun.upload.id)), '409 state_conflict');
    assert.equal((await client.content(begun.upload.id)).status, 200);
  });

  test('that are given up end at once, and leave nothing', async () => {
    const begun = await client.begun(scan, large);
    const key = await keyOf(begun.upload.id);
    await sendParts(begun, [1]);
    assert.equal((await client.abandon(begun.upload.id)).status, 204);
    assert.equal((await client.abandon(begun.upload.id)).status, 204);
    assert.equal(await put(begun.upload.parts[1]?.url ?? '', large.subarray(16 * MiB)), 404);
    for (const call of ['parts', 'complete'] as const)
      assert.equal(codeOf(await client[call](begun.upload.id)), '410 upload_ended');
    await records.passTime();
    await gone(begun.upload.id, key);
  });

  test('that nobody goes on with expire, and leave nothing, S3’s own list of unfinished uploads included', async () => {
    const begun = await client.begun({ ...scan, recordId: 'forgotten' }, large);
    const key = await keyOf(begun.upload.id);
    await sendParts(begun, [1]);
    assert.equal((await unfinished(key)).length, 1);
    // Two hours at a time.
    for (let day = 0; day < 12; day++) await records.passTime(['forgotten']);
    while ((await unfinished(key)).length > 0) await sleep(20);
    assert.equal(await put(begun.upload.parts[1]?.url ?? '', large.subarray(16 * MiB)), 404);
    await records.passTime(['forgotten']);
    await gone(begun.upload.id, key);
  });

  describe('whose completion was cut off', () => {
    const sent = async (
      bytes: Buffer,
      numbers?: readonly number[],
    ): Promise<Begun & { readonly key: string; readonly UploadId: string }> => {
      const begun = await client.begun(scan, bytes);
      await sendParts(begun, numbers);
      const UploadId = new URL(begun.upload.parts[0]?.url ?? '').searchParams.get('uploadId') ?? '';
      return { ...begun, key: await keyOf(begun.upload.id), UploadId };
    };
    /** What the service asks of S3 before it dies. */
    const completeAtStore = async (Key: string, UploadId: string) => {
      const at = { Bucket: bucket, Key, UploadId };
      const { Parts = [] } = await store.send(new ListPartsCommand(at));
      const MultipartUpload = {
        Parts: Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })),
      };
      await store.send(new CompleteMultipartUploadCommand({ ...at, MultipartUpload }));
    };

    test('after the object was made go on from there', async () => {
      const { upload, key, UploadId } = await sent(large);
      await completeAtStore(key, UploadId);
      const { body } = await client.parts(upload.id);
      assert.deepEqual([body.parts, body.expiresAt], [[], null], 'all of it is there');
      assert.equal((await client.complete(upload.id)).body.sha256, sha256(large));
    });

    test('and whose object has another length are over, and it goes', async () => {
      // Ceph makes no object of some of the parts.
      const { upload, key, UploadId } = await sent(large, [1]);
      await completeAtStore(key, UploadId);
      assert.equal(codeOf(await client.complete(upload.id)), '400 length_mismatch');
      await records.passTime();
      await gone(upload.id, key);
    });

    test('and whose parts somebody threw away are over', async () => {
      const { upload, key, UploadId } = await sent(small);
      await store.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId }));
      assert.equal(codeOf(await client.complete(upload.id)), '410 upload_ended');
    });

    test('and at whose key somebody else’s object lies are over, and that is left alone', async () => {
      const { upload, key } = await sent(small);
      await store.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: small }));
      assert.equal(codeOf(await client.complete(upload.id)), '500 internal');
      assert.equal(codeOf(await client.complete(upload.id)), '410 upload_ended');
      await records.passTime();
      while (!server.logs().includes('a foreign object lies at a key of ours')) await sleep(20);
      assert.ok(await isThere(key));
    });
  });

  test('are told of to who asks which ways in there are', async () => {
    const { body } = await client.send<{ transports: string[] }>('GET', '/v1/caller');
    assert.deepEqual(body.transports, ['plain', 'tus', 'direct']);
  });
});

describe('a direct upload that the store does not begin', { skip: needs('s3') }, () => {
  test('is given up, or begun anew by its Idempotency-Key', async (t) => {
    const bucket = await testBucket(t);
    let isRefusing = true;
    const S3_ENDPOINT = await httpProxy(t, bucket, {
      answer: ({ method, url }, response) => {
        const refuses = isRefusing && method === 'POST' && /[?&]uploads/.test(url);
        if (refuses) response.writeHead(503, { 'content-length': 0 }).end();
        return refuses;
      },
    });
    const server = await startServer(t, {
      ...bucket.environment,
      S3_ENDPOINT,
      S3_PUBLIC_ENDPOINT: bucket.endpoint,
      DIRECT_UPLOADS: 'true',
    });
    const client = new DirectClient(server);
    const claims = { recordId: 'r', type: 'contract', filename: 'a.pdf' };
    const states = async () => {
      const { body } = await client.send<{ items: ApiDocument[] }>(
        'GET',
        '/v1/documents?state=all&sort=createdAt',
      );
      return body.items.map(({ state }) => state);
    };
    assert.equal(codeOf(await client.begin(claims, small.length)), '503 store_unavailable');
    assert.equal(codeOf(await client.begin(claims, small.length, 'one')), '503 store_unavailable');
    assert.deepEqual(await states(), ['abandoned', 'receiving']);
    isRefusing = false;
    const answers = await Promise.all([0, 1, 2].map(() => client.begin(claims, small.length, 'one')));
    const begun = answers.filter(({ status }) => status === 201);
    assert.ok(begun.length > 0, JSON.stringify(answers.map(codeOf)));
    assert.ok(
      answers.every(
        ({ status, body }) => status === 201 || codeOf({ status, body }) === '423 upload_taken_over',
      ),
    );
    const { body } = await client.begin(claims, small.length, 'one');
    await sendParts({ upload: body, bytes: small });
    assert.equal((await client.complete(body.id)).body.sha256, sha256(small));
    const { Uploads = [] } = await bucket.client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket.bucket }),
    );
    assert.deepEqual(Uploads, [], 'what the others began is ended');
  });
});

describe('a service without direct uploads', () => {
  test('says so, to those that may upload', async (t) => {
    const server = await startServer(t, { DIRECT_UPLOADS: 'true' });
    const client = new DirectClient(server);
    const { body } = await client.send<{ transports: string[] }>('GET', '/v1/caller');
    assert.deepEqual(body.transports, ['plain', 'tus']);
    const id = '019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11';
    assert.equal(
      codeOf(await client.begin({ recordId: 'r', type: 'id', filename: 'a.pdf' }, 10)),
      '501 direct_uploads_unavailable',
    );
    for (const call of ['parts', 'complete', 'abandon'] as const)
      assert.equal(codeOf(await client[call](id)), '501 direct_uploads_unavailable');
  });
});
