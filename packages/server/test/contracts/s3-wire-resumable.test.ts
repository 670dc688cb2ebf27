import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { hasCode } from '../../src/errors.ts';
import { BufferBudget } from '../../src/objects/buffer-budget.ts';
import type { S3Store } from '../../src/objects/s3.ts';
import { defaultLimits } from '../../src/objects/s3-parts.ts';
import { encodeDescription } from '../../src/objects/self-description.ts';
import type { S3Settings } from '../../src/settings.ts';
import { ResumableCaller } from './resumable-caller.ts';
import { type Arrived, fault, type Recorded, type Recorder, reply } from './s3-recorder.ts';
import { agreeable, MiB, sha256, stream, wired } from './s3-wire.ts';

const limits = { ...defaultLimits, part: MiB };
const scratch = '/b/.strongroom/uploads/';

describe('S3 on the wire: objects that come over several calls', () => {
  it('one that comes at once and fits a part is one PutObject, its digest signed where it is small', async () => {
    for (const size of [1000, MiB, 3 * MiB]) {
      const { server, store } = await wired(agreeable());
      const upload = new ResumableCaller(store, size);
      const bytes = randomBytes(size);
      await append(store, upload, stream(bytes));
      const [{ method, url, headers, body }, ...more] = server.requests as [Recorded, ...Recorded[]];
      assert.deepEqual([method, url, more.length], ['PUT', `/b/${path(upload)}`, 0]);
      assert.equal(headers['if-none-match'], '*');
      assert.equal(headers['content-type'], 'application/pdf');
      assert.equal(headers['x-amz-meta-strongroom'], encodeDescription(upload.target.description));
      assert.equal(headers['x-amz-content-sha256'], size <= MiB ? sha256(bytes) : 'UNSIGNED-PAYLOAD');
      assert.ok(body.equals(bytes));
      assert.deepEqual(upload.checkpoints, []);
    }
  });

  it('parts are equal and numbered; each is noted, and the upload before the first of them', async () => {
    const { server, store } = await wired(agreeable(), {}, { limits });
    const bytes = randomBytes(3.5 * MiB);
    const upload = new ResumableCaller(store, bytes.length);
    const { stored } = await append(store, upload, stream(bytes));
    assert.equal(stored?.etag, '"done-1"');
    const key = `/b/${path(upload)}`;
    assert.deepEqual(told(server), [
      `POST ${key}?uploads=`,
      ...[1, 2, 3, 4].map((part) => `PUT ${key}?partNumber=${part}&uploadId=u%2F1`),
      `HEAD ${key}`,
      `POST ${key}?uploadId=u%2F1`,
      `GET /b/?encoding-type=url&prefix=${encodeURIComponent(upload.target.key)}&uploads=`,
    ]);
    const parts = server.requests.slice(1, 5).map(({ body }) => body);
    assert.deepEqual(
      parts.map(({ length }) => length),
      [MiB, MiB, MiB, MiB / 2],
    );
    assert.ok(Buffer.concat(parts).equals(bytes));
    assert.deepEqual(
      upload.checkpoints.map(({ offset, part }) => [offset, part?.number ?? null, part?.size ?? null]),
      [
        [0, null, null],
        [MiB, 1, MiB],
        [2 * MiB, 2, MiB],
        [3 * MiB, 3, MiB],
      ],
    );
    const completion = server.requests.at(-2) as Recorded;
    assert.equal(completion.headers['if-none-match'], '*');
    const numbers = [...completion.body.toString().matchAll(/<PartNumber>(\d+)</g)].map(
      ([, number]) => number,
    );
    assert.deepEqual(numbers, ['1', '2', '3', '4']);
  });

  it('requests of a part each leave no pieces', async () => {
    const { server, store } = await wired(agreeable(), {}, { limits });
    const bytes = randomBytes(3 * MiB);
    const upload = new ResumableCaller(store, bytes.length);
    for (let at = 0; at < bytes.length; at += MiB)
      await append(store, upload, stream(bytes.subarray(at, at + MiB)));
    assert.deepEqual(
      told(server).filter((line) => line.includes('.strongroom')),
      [],
    );
    assert.equal(told(server).filter((line) => line.startsWith('PUT')).length, 3);
  });

  it('pieces are read back when they make a part, and go when that is noted', async () => {
    const bucket = keeping();
    const { server, store } = await wired(bucket.answer, {}, { limits });
    const bytes = randomBytes(2.2 * MiB);
    const upload = new ResumableCaller(store, bytes.length);
    const cuts = [300_000, 600_000, 1.5 * MiB, bytes.length];
    for (const to of cuts) await append(store, upload, stream(bytes.subarray(upload.offset, to)));
    const [first, second, third] = [
      [0, 300_000, 1],
      [300_000, 300_000, 2],
      [MiB, MiB / 2, 3],
    ].map((name) => `${scratch}${upload.id}/${name.join('-')}`);
    assert.deepEqual(
      told(server).filter((line) => line.includes('.strongroom')),
      [
        ...[`PUT ${first}`, `PUT ${second}`, `GET ${first}`, `GET ${second}`],
        ...[`PUT ${third}`, `DELETE ${first}`, `DELETE ${second}`, `GET ${third}`, `DELETE ${third}`],
      ].sort(inOrderOf(told(server))),
    );
    const parts = server.requests.filter(({ url }) => url.includes('partNumber=')).map(({ body }) => body);
    assert.ok(Buffer.concat(parts).equals(bytes));
    assert.deepEqual([...bucket.kept.keys()], []);
  });

  it('many pieces become one', async () => {
    const bucket = keeping();
    const { store } = await wired(bucket.answer, {}, { limits });
    const bytes = randomBytes(100 * 1000);
    const upload = new ResumableCaller(store, bytes.length);
    let most = 0;
    while (upload.offset < 99_000) {
      await append(store, upload, bytes.subarray(upload.offset, upload.offset + 1000));
      most = Math.max(most, bucket.kept.size);
    }
    assert.ok(most <= 65 && bucket.kept.size < 40, `${most}, then ${bucket.kept.size} pieces`);
    const { stored } = await append(store, upload, bytes.subarray(99_000));
    assert.equal(stored?.size, bytes.length);
    assert.ok(bucket.objects.get(`/b/${path(upload)}`)?.equals(bytes));
    assert.deepEqual([...bucket.kept.keys()], []);
  });

  it('pieces are encrypted as all else, have no ACL and no storage class, and lie under the prefix', async () => {
    const settings = {
      acl: 'bucket-owner-read',
      sse: 'aws:kms',
      sseKmsKeyId: 'key-1',
      storageClass: 'GLACIER',
    };
    const { server, store } = await wired(agreeable(), {
      ...(settings as Partial<S3Settings>),
      prefix: 'team a',
    });
    const upload = new ResumableCaller(store, 10);
    await append(store, upload, randomBytes(4));
    const { url, headers } = server.requests[0] as Recorded;
    assert.equal(url, `/b/team%20a/.strongroom/uploads/${upload.id}/0-4-1`);
    assert.equal(headers['x-amz-server-side-encryption'], 'aws:kms');
    assert.equal(headers['x-amz-server-side-encryption-aws-kms-key-id'], 'key-1');
    for (const name of ['x-amz-acl', 'x-amz-storage-class', 'x-amz-meta-strongroom', 'if-none-match'])
      assert.equal(headers[name], undefined, name);
  });

  it('a part is sent again after a passing failure: its bytes are in memory', async () => {
    let failures = 2;
    const { server, store } = await wired(
      agreeable(async ({ url, read, response }) => {
        if (!url.includes('partNumber=1') || failures === 0) return false;
        failures -= 1;
        await read();
        reply(response, 503, {}, fault('SlowDown'));
        return true;
      }),
      {},
      { limits: { ...limits, part: 2 * MiB } },
    );
    const bytes = randomBytes(3 * MiB);
    const upload = new ResumableCaller(store, bytes.length);
    await append(store, upload, stream(bytes));
    const firsts = server.requests.filter(({ url }) => url.includes('partNumber=1'));
    assert.equal(firsts.length, 3);
    for (const { body } of firsts) assert.ok(body.equals(bytes.subarray(0, 2 * MiB)));
  });

  it('where the engine checks them, all parts carry checksums, whoever sends them, and the completion names them', async () => {
    const { server, store } = await wired(
      agreeable(),
      {},
      { limits, profile: { checksums: true, conditionalWrites: true } },
    );
    const other = await wired(
      agreeable(),
      {},
      { limits, profile: { checksums: false, conditionalWrites: true } },
    );
    const bytes = randomBytes(2.5 * MiB);
    const upload = new ResumableCaller(store, bytes.length);
    await append(store, upload, stream(bytes.subarray(0, 1.5 * MiB)));
    assert.equal(server.requests[0]?.headers['x-amz-checksum-algorithm'], 'SHA256');
    const bucket = keeping();
    bucket.kept.set(`${scratch}${upload.id}/${MiB}-${MiB / 2}-1`, bytes.subarray(MiB, 1.5 * MiB));
    const learned = await wired(
      bucket.answer,
      {},
      { limits, profile: { checksums: false, conditionalWrites: true } },
    );
    await append(learned.store, upload, stream(bytes.subarray(1.5 * MiB)));
    const completion = learned.server.requests.find(
      ({ method, url }) => method === 'POST' && url.includes('uploadId'),
    );
    const named = [...(completion?.body.toString() ?? '').matchAll(/<ChecksumSHA256>(.*?)</g)].map(
      ([, sum]) => sum,
    );
    assert.deepEqual(
      named,
      [bytes.subarray(0, MiB), bytes.subarray(MiB, 2 * MiB), bytes.subarray(2 * MiB)].map((part) =>
        sha256(part, 'base64'),
      ),
    );
    assert.deepEqual(other.server.requests, []);
  });

  for (const code of ['NoSuchUpload', 'InvalidPart']) {
    it(`${code} at the end is upload_lost, unless our own object stands there`, async () => {
      for (const stands of [false, true]) {
        const upload = new ResumableCaller((await wired(agreeable())).store, 1.5 * MiB);
        let refused = false;
        const { store } = await wired(
          agreeable(async ({ method, url, read, response }) => {
            if (method === 'HEAD' && stands && refused) {
              const { description } = upload.target;
              reply(response, 200, {
                'content-length': String(1.5 * MiB),
                'x-amz-meta-strongroom': encodeDescription(description),
                etag: '"ours"',
              });
              return true;
            }
            if (method !== 'POST' || !url.includes('uploadId')) return false;
            await read();
            refused = true;
            reply(response, code === 'InvalidPart' ? 400 : 404, {}, fault(code));
            return true;
          }),
          {},
          { limits },
        );
        upload.state = store.resumable.begin(1.5 * MiB);
        const running = append(store, upload, stream(randomBytes(1.5 * MiB)));
        if (stands) assert.equal((await running).stored?.etag, '"ours"');
        else await assert.rejects(running, (error) => hasCode(error, 'upload_lost'));
      }
    });
  }

  it('a refused body as a whole ends the upload that was begun for it, and its pieces', async () => {
    const bucket = keeping();
    const { server, store } = await wired(bucket.answer, {}, { limits });
    const upload = new ResumableCaller(store, 4 * MiB);
    const refusal = new Error('the checksum does not hold');
    const body = Readable.from(
      (async function* () {
        yield randomBytes(1.5 * MiB);
        throw refusal;
      })(),
    );
    await assert.rejects(append(store, upload, body, { whole: true }), (error) => error === refusal);
    assert.deepEqual(upload.checkpoints, []);
    assert.equal(told(server).at(-1), `DELETE /b/${path(upload)}?uploadId=u%2F1`);
    assert.deepEqual([...bucket.kept.keys()], []);
  });

  it('slow senders do not keep memory that others wait for, and none waits for ever', async () => {
    const budget = new BufferBudget(2 * MiB, 1_000);
    const bucket = keeping();
    const { server, store } = await wired(
      bucket.answer,
      {},
      { limits: { ...limits, part: 2 * MiB }, budget },
    );
    const gates = [1, 2, 3].map(() => Promise.withResolvers<void>());
    const bodies = gates.map(() => randomBytes(2 * MiB));
    const uploads = gates.map(() => new ResumableCaller(store, 5 * MiB));
    const running = uploads.map((upload, at) =>
      append(store, upload, gated(bodies[at] as Buffer, gates[at]?.promise)),
    );
    // Each holds a little, none can have the memory of a whole part, and so what they have goes.
    while (bucket.kept.size < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const gate of gates) gate.resolve();
    for (const [at, answer] of (await Promise.all(running)).entries()) {
      assert.equal(answer.offset, 2 * MiB);
      const sent = server.requests.filter(({ url }) =>
        url.startsWith(`/b/${path(uploads[at] as ResumableCaller)}?part`),
      );
      assert.ok(sent[0]?.body.equals(bodies[at] as Buffer));
    }
    assert.equal(budget.inUse, 0);
  });
});

function append(
  store: S3Store,
  upload: ResumableCaller,
  body: Buffer | Readable,
  { whole = false, signal = new AbortController().signal } = {},
) {
  const unfinished = upload.taken();
  return store.resumable.append(unfinished, body, {
    whole,
    signal,
    checkpoint: async (made) => upload.note(unfinished.fence, made),
  });
}

const path = (upload: ResumableCaller) => upload.target.key.replace(' ', '%20');
const told = ({ requests }: Recorder) => requests.map(({ method, url }) => `${method} ${url}`);

/** What goes at the same time as something else may come before or after it. */
function inOrderOf(lines: readonly string[]) {
  return (a: string, b: string) => lines.indexOf(a) - lines.indexOf(b);
}

/** An S3 that keeps pieces (`kept`) and objects by their path, so that they can be read. */
function keeping() {
  const kept = new Map<string, Buffer>();
  const objects = new Map<string, Buffer>();
  const answer = agreeable(async ({ method, url, headers, read, response }: Arrived) => {
    if (url.includes('?')) return false;
    const { body } = await read();
    const into = url.includes('/.strongroom/uploads/') ? kept : objects;
    if (method === 'PUT') into.set(url, body);
    if (method === 'DELETE') into.delete(url);
    if (method !== 'GET') return reply(response, method === 'HEAD' ? 404 : 200, { etag: '"e"' });
    const found = into.get(url);
    if (found === undefined) return reply(response, 404, {}, fault('NoSuchKey'));
    const last = /^bytes=0-(\d+)$/.exec(headers.range ?? '')?.[1];
    const bytes = last === undefined ? found : found.subarray(0, Number(last) + 1);
    response.writeHead(last === undefined ? 200 : 206, { 'content-length': bytes.length });
    response.end(bytes);
    return true;
  });
  return { kept, objects, answer };
}

/** Half a MiB and a little, then the rest when it may. */
function gated(bytes: Buffer, gate: Promise<void> | undefined): Readable {
  return Readable.from(
    (async function* () {
      yield bytes.subarray(0, 600_000);
      await gate;
      yield bytes.subarray(600_000);
    })(),
  );
}
