import assert from 'node:assert/strict';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ErrorCode, hasCode, type StrongroomError } from '../../src/errors.ts';
import { defaultTemplate, makeKey } from '../../src/objects/keys.ts';
import type { ListedObject, ObjectStore, PutOptions } from '../../src/objects/object-store.ts';
import type { SelfDescription } from '../../src/objects/self-description.ts';

/** An empty store for one run of the suite. */
export interface StoreUnderTest {
  /** Connected. */
  readonly store: ObjectStore;
  /** A second, connected handle on the same bytes, as another process would have. */
  readonly second: ObjectStore;
  /** Closes both and removes everything. */
  cleanup(): Promise<void>;
}

const KiB = 1024;
const MiB = 1024 * KiB;
const deployment = randomUUID();

/**
 * The promises of the ObjectStore port, held against one adapter. `makeStore` is called once;
 * every test uses keys of its own.
 */
export function objectStoreContract(name: string, makeStore: () => Promise<StoreUnderTest>): void {
  describe(`ObjectStore: ${name}`, () => {
    let made: StoreUnderTest;
    let store: ObjectStore;
    before(async () => {
      made = await makeStore();
      store = made.store;
    });
    after(async () => {
      await made?.cleanup();
    });

    const put = (key: string, body: Buffer | Readable, options: Partial<PutOptions> = {}) =>
      store.put(key, body, { ...facts(), ...options });
    const read = async (key: string) => buffer((await store.open(key)).body);
    const assertNothingAt = async (key: string) => {
      assert.equal(await store.stat(key), null);
      await rejectsWith('object_missing', () => store.open(key));
      assert.deepEqual(await listed(store.list(key)), []);
    };

    describe('put', () => {
      for (const size of [1, 64 * KiB, MiB - 1, MiB, MiB + 1, 6 * MiB]) {
        const bytes = randomBytes(size);
        const bodies: [string, () => Buffer | Readable, Partial<PutOptions>][] = [
          ['a buffer', () => bytes, { size }],
          ['a stream of known length', () => chunked(bytes), { size }],
          [
            'a stream of at least so many bytes',
            () => chunked(bytes),
            { atLeast: Math.ceil(size / 2), atMost: size },
          ],
          ['a stream of unknown length', () => chunked(bytes), {}],
        ];
        for (const [kind, body, options] of bodies) {
          it(`stores ${size} bytes from ${kind}`, async () => {
            const key = freshKey();
            const stored = await put(key, body(), options);
            assert.equal(stored.size, size);
            assert.ok(stored.etag.length > 0);
            assert.equal(digest(await read(key)), digest(bytes));
            const found = await store.stat(key);
            assert.equal(found?.size, size);
            assert.equal(found?.etag, stored.etag);
          });
        }
      }

      it('stores no bytes at all as an object of size 0', async () => {
        const buffered = freshKey();
        const streamed = freshKey();
        assert.equal((await put(buffered, Buffer.alloc(0), { size: 0 })).size, 0);
        assert.equal((await put(streamed, Readable.from([]))).size, 0);
        assert.equal((await read(buffered)).length, 0);
        assert.equal((await store.stat(streamed))?.size, 0);
      });

      it('takes chunks as they come, one byte or two MiB', async () => {
        const key = freshKey();
        const bytes = randomBytes(2 * MiB + 3);
        const cuts = [0, 1, 2, 2 * MiB + 2, bytes.length];
        const chunks = cuts.slice(1).map((end, at) => bytes.subarray(cuts[at], end));
        await put(key, Readable.from(chunks), { size: bytes.length });
        assert.equal(digest(await read(key)), digest(bytes));
      });

      it('keeps content type and self-description', async () => {
        const key = freshKey();
        const options = facts({ sha256: digest(Buffer.from('x')) });
        await put(key, Buffer.from('x'), { ...options, size: 1, contentType: 'image/png' });
        const found = await made.second.stat(key);
        assert.equal(found?.contentType, 'image/png');
        assert.deepEqual(found?.description, options.description);
      });

      for (const filename of oddFilenames) {
        it(`keeps the filename ${JSON.stringify(filename)}`, async () => {
          const key = freshKey();
          const options = facts({ filename });
          await put(key, Buffer.from('x'), { ...options, size: 1 });
          assert.deepEqual((await store.stat(key))?.description, options.description);
        });
      }

      it('holds the names back: nothing is there before the body has ended', async () => {
        const key = freshKey();
        const gate = Promise.withResolvers<void>();
        const body = Readable.from(
          (async function* () {
            yield randomBytes(6 * MiB);
            await gate.promise;
            yield randomBytes(1);
          })(),
        );
        const running = put(key, body, { size: 6 * MiB + 1 });
        await sleep(50);
        assert.equal(await made.second.stat(key), null);
        assert.deepEqual(await listed(made.second.list(key)), []);
        gate.resolve();
        await running;
        assert.equal((await made.second.stat(key))?.size, 6 * MiB + 1);
      });
    });

    describe('put never overwrites', () => {
      it('refuses a taken key and leaves its bytes', async () => {
        const key = freshKey();
        const options = facts();
        await put(key, Buffer.from('first'), { ...options, size: 5 });
        await rejectsWith('object_exists', () => put(key, Buffer.from('other'), { size: 5 }));
        await rejectsWith('object_exists', () => put(key, chunked(randomBytes(6 * MiB))));
        await rejectsWith('object_exists', () => put(key, chunked(Buffer.from('other')), { size: 5 }));
        assert.equal((await read(key)).toString(), 'first');
        assert.deepEqual((await store.stat(key))?.description, options.description);
      });

      for (const [kind, size] of [
        ['small', 64 * KiB],
        ['large', 6 * MiB],
      ] as const) {
        it(`lets one of eight racing writers win, ${kind}`, async () => {
          const key = freshKey();
          const writers = Array.from({ length: 8 }, (_, at) => ({
            handle: at % 2 === 0 ? store : made.second,
            bytes: randomBytes(size),
            options: facts(),
          }));
          const outcomes = await Promise.allSettled(
            // Of known length: not every S3 engine honours a condition on the completion of a multipart upload.
            writers.map(({ handle, bytes, options }) =>
              handle.put(key, chunked(bytes), { ...options, size }),
            ),
          );
          const winners = writers.filter((_, at) => outcomes[at]?.status === 'fulfilled');
          assert.equal(winners.length, 1);
          for (const outcome of outcomes)
            if (outcome.status === 'rejected') assertCode(outcome.reason, 'object_exists');
          assert.equal(digest(await read(key)), digest(winners[0]?.bytes ?? Buffer.alloc(0)));
          assert.deepEqual((await store.stat(key))?.description, winners[0]?.options.description);
        });
      }

      for (const size of [5, 6 * MiB]) {
        it(`answers a repeat of our own ${size} bytes as the first time`, async () => {
          const key = freshKey();
          const options = facts();
          const bytes = randomBytes(size);
          const first = await put(key, bytes, { ...options, size });
          const again = { ...first, found: true };
          assert.deepEqual(await put(key, bytes, { ...options, size }), again);
          assert.deepEqual(await put(key, chunked(bytes), { ...options, size }), again);
          assert.deepEqual(await put(key, chunked(bytes), options), again);
          await rejectsWith('object_exists', () =>
            put(key, bytes.subarray(1), { ...options, size: size - 1 }),
          );
          assert.equal(digest(await read(key)), digest(bytes));
        });
      }
    });

    describe('a put that fails leaves nothing', () => {
      for (const arrives of [0, 10, 3 * MiB, 6 * MiB]) {
        it(`when ${arrives} bytes arrive of more`, async () => {
          const key = freshKey();
          const body = chunked(randomBytes(arrives));
          await rejectsWith('length_mismatch', () => put(key, body, { size: 7 * MiB }), {
            declared: 7 * MiB,
            received: arrives,
          });
          assert.ok(body.destroyed);
          await assertNothingAt(key);
          await rejectsWith('length_mismatch', () =>
            put(key, chunked(randomBytes(arrives)), { atLeast: 7 * MiB, atMost: 8 * MiB }),
          );
          await assertNothingAt(key);
        });
      }

      for (const size of [10, 64 * KiB, 6 * MiB]) {
        it(`when one more than ${size} bytes arrive`, async () => {
          const key = freshKey();
          const body = chunked(randomBytes(size + 1));
          await rejectsWith('length_mismatch', () => put(key, body, { size }));
          assert.ok(body.destroyed);
          await assertNothingAt(key);
        });
      }

      it('when a buffer has another length than declared', async () => {
        const key = freshKey();
        await rejectsWith('length_mismatch', () => put(key, Buffer.from('abc'), { size: 4 }));
        await rejectsWith('length_mismatch', () => put(key, Buffer.from('abc'), { size: 2 }));
        await assertNothingAt(key);
      });

      for (const [kind, options] of [
        ['known', { size: 8 * MiB }],
        ['least', { atLeast: 7 * MiB, atMost: 8 * MiB }],
        ['unknown', {}],
      ] as const) {
        for (const before of [0, 6 * MiB]) {
          it(`when a body of ${kind} length fails after ${before} bytes, and raises its very error`, async () => {
            const key = freshKey();
            const fault = new Error('the line went dead');
            await assert.rejects(
              () => put(key, failing(before, fault), options),
              (error) => error === fault,
            );
            await assertNothingAt(key);
          });

          it(`when a body of ${kind} length is aborted after ${before} bytes`, async () => {
            const key = freshKey();
            const controller = new AbortController();
            const body = stalling(before);
            const running = put(key, body, { ...options, signal: controller.signal });
            setTimeout(() => controller.abort(), 50);
            await rejectsWith('aborted', () => running);
            assert.ok(body.destroyed);
            await assertNothingAt(key);
          });
        }
      }

      it('when the body is destroyed under way without an error', async () => {
        const key = freshKey();
        const body = stalling(MiB);
        const running = put(key, body, { size: 2 * MiB });
        setTimeout(() => body.destroy(), 50);
        await assert.rejects(running);
        await assertNothingAt(key);
      });

      it('when the body had failed before', async () => {
        const key = freshKey();
        const fault = new Error('gone already');
        const body = failing(0, fault);
        body.once('error', () => {});
        body.resume();
        await sleep(5);
        await assert.rejects(
          () => put(key, body, { size: 1 }),
          (error) => error === fault,
        );
        await assertNothingAt(key);
      });

      it('when the signal had fired before', async () => {
        const key = freshKey();
        const signal = AbortSignal.abort();
        const body = chunked(randomBytes(10));
        await rejectsWith('aborted', () => put(key, Buffer.from('abc'), { size: 3, signal }));
        await rejectsWith('aborted', () => put(key, body, { size: 10, signal }));
        assert.ok(body.destroyed);
        await assertNothingAt(key);
      });

      it('and the key can be used again', async () => {
        const key = freshKey();
        const options = facts();
        await assert.rejects(() =>
          put(key, failing(6 * MiB, new Error('cut')), { ...options, size: 8 * MiB }),
        );
        await put(key, Buffer.from('whole'), { ...options, size: 5 });
        assert.equal((await read(key)).toString(), 'whole');
      });
    });

    describe('open', () => {
      const bytes = randomBytes(200 * KiB);
      const key = freshKey();
      before(() => put(key, bytes, { size: bytes.length }));

      it('gives the whole with its size and the ETag that stat gives', async () => {
        const opened = await store.open(key);
        assert.equal(opened.size, bytes.length);
        assert.equal(opened.etag, (await store.stat(key))?.etag);
        assert.ok(bytes.equals(await buffer(opened.body)));
      });

      for (const [name, first, last] of [
        ['the first byte', 0, 0],
        ['the last byte', bytes.length - 1, bytes.length - 1],
        ['the middle', 65_535, 131_073],
        ['the whole', 0, bytes.length - 1],
        // RFC 9110 §14.1.2: a last byte past the end means the end.
        ['past the end', bytes.length - 10, bytes.length + 10],
      ] as const) {
        it(`gives a range: ${name}`, async () => {
          const opened = await store.open(key, { range: { first, last } });
          const expected = bytes.subarray(first, last + 1);
          assert.equal(opened.size, expected.length);
          assert.ok(expected.equals(await buffer(opened.body)));
        });
      }

      it('refuses a range that begins beyond the end, with the size', async () => {
        const range = { first: bytes.length, last: bytes.length };
        await rejectsWith('range_unsatisfiable', () => store.open(key, { range }), { size: bytes.length });
      });

      it('raises object_missing where nothing is', async () => {
        const missing = freshKey();
        await rejectsWith('object_missing', () => store.open(missing), { key: missing });
        await rejectsWith('object_missing', () => store.open(missing, { range: { first: 0, last: 0 } }));
      });

      it('lets a reader leave early', async () => {
        for (let at = 0; at < 20; at++) {
          const { body } = await store.open(key);
          await new Promise((resolve) => body.once('readable', resolve));
          body.destroy();
          await new Promise((resolve) => body.once('close', resolve));
        }
        assert.equal(digest(await read(key)), digest(bytes));
      });

      it('ends with aborted when the signal fires', async () => {
        const large = freshKey();
        await put(large, randomBytes(6 * MiB), { size: 6 * MiB });
        await rejectsWith('aborted', () => store.open(large, { signal: AbortSignal.abort() }));
        const controller = new AbortController();
        const { body } = await store.open(large, { signal: controller.signal });
        await rejectsWith('aborted', async () => {
          for await (const _ of body) controller.abort();
        });
      });

      it('a fired signal after the end does no harm', async () => {
        const controller = new AbortController();
        const { body } = await store.open(key, { signal: controller.signal });
        assert.ok(bytes.equals(await buffer(body)));
        controller.abort();
        assert.equal(body.errored, null);
      });
    });

    describe('read', () => {
      const bytes = randomBytes(100 * KiB);
      const atMost = bytes.length;
      const key = freshKey();
      before(() => put(key, bytes, { size: bytes.length }));

      it('gives the whole or a range in one piece', async () => {
        assert.ok(bytes.equals(await store.read(key, { atMost })));
        const range = { first: 10, last: 70_000 };
        assert.ok(bytes.subarray(10, 70_001).equals(await store.read(key, { atMost: 69_991, range })));
        const end = { first: atMost - 3, last: atMost + 9 };
        assert.ok(bytes.subarray(-3).equals(await store.read(key, { atMost: 3, range: end })));
      });

      it('refuses what is longer, missing, beyond the end, or not wanted any more', async () => {
        await rejectsWith('store_unavailable', () => store.read(key, { atMost: atMost - 1 }));
        const missing = freshKey();
        await rejectsWith('object_missing', () => store.read(missing, { atMost }), { key: missing });
        const range = { first: atMost, last: atMost };
        await rejectsWith('range_unsatisfiable', () => store.read(key, { atMost, range }), { size: atMost });
        await rejectsWith('aborted', () => store.read(key, { atMost, signal: AbortSignal.abort() }));
      });
    });

    describe('stat and remove', () => {
      it('stat answers null and remove succeeds where nothing is', async () => {
        const key = freshKey();
        assert.equal(await store.stat(key), null);
        await store.remove(key);
        await store.remove(key);
      });

      it('remove takes the bytes and the facts, and nothing beside them', async () => {
        const recordId = `case ${randomUUID()}`;
        const [gone, stays] = [freshKey({ recordId }), freshKey({ recordId })] as const;
        await put(gone, Buffer.from('gone'), { size: 4 });
        await put(stays, Buffer.from('stays'), { size: 5 });
        await store.remove(gone);
        await assertNothingAt(gone);
        assert.equal((await read(stays)).toString(), 'stays');
        await store.remove(gone);
      });

      it('a removed key can be used again, by another document', async () => {
        const key = freshKey();
        await put(key, Buffer.from('first'), { size: 5 });
        await store.remove(key);
        const options = facts();
        await put(key, Buffer.from('second'), { ...options, size: 6 });
        assert.equal((await read(key)).toString(), 'second');
        assert.deepEqual((await store.stat(key))?.description, options.description);
      });

      it('puts and removes beside each other in one record do no harm', async () => {
        const recordId = `busy ${randomUUID()}`;
        await Promise.all(
          Array.from({ length: 12 }, async (_, at) => {
            const key = freshKey({ recordId });
            await (at % 2 ? store : made.second).put(key, randomBytes(100), { ...facts(), size: 100 });
            assert.equal((await store.stat(key))?.size, 100);
            await made.second.remove(key);
            assert.equal(await store.stat(key), null);
          }),
        );
      });

      it('obeys a fired signal', async () => {
        const signal = AbortSignal.abort();
        const key = freshKey();
        await put(key, Buffer.from('kept'), { size: 4 });
        await rejectsWith('aborted', () => store.stat(key, signal));
        await rejectsWith('aborted', () => store.remove(key, signal));
        await rejectsWith('aborted', () => listed(store.list(key, { signal })));
        assert.equal((await read(key)).toString(), 'kept');
      });
    });

    describe('odd keys', () => {
      for (const recordId of oddRecordIds) {
        it(`of the record ${JSON.stringify(recordId).slice(0, 40)}`, async () => {
          const key = freshKey({ recordId });
          const options = facts({ recordId });
          await put(key, Buffer.from(recordId), { ...options, size: Buffer.byteLength(recordId) });
          assert.equal((await read(key)).toString(), recordId);
          assert.deepEqual((await store.stat(key))?.description, options.description);
          assert.deepEqual(await keys(store.list(key)), [key]);
          assert.ok(store.path(key).endsWith(key));
          await store.remove(key);
          assert.equal(await store.stat(key), null);
        });
      }

      it('of 900 bytes', async () => {
        const key = `${`${randomUUID()}/`.repeat(24)}${'k'.repeat(12)}`;
        assert.equal(key.length, 900);
        await put(key, Buffer.from('deep'), { size: 4 });
        assert.equal((await read(key)).toString(), 'deep');
        assert.deepEqual(await keys(store.list(`${key.slice(0, 500)}`)), [key]);
      });

      it('of the service itself, under .strongroom/', async () => {
        const key = '.strongroom/deployment';
        await put(key, Buffer.from(deployment), { size: deployment.length });
        assert.equal((await read(key)).toString(), deployment);
        await rejectsWith('object_exists', () => put(key, Buffer.from(randomUUID()), { size: 36 }));
        assert.deepEqual(await keys(made.second.list('.strongroom/')), [key]);
        await store.remove(key);
        assert.equal(await store.stat(key), null);
      });
    });

    describe('list', () => {
      const root = `list-${randomUUID()}`;
      // In byte order of the whole key: "-" and "." come before "/", "0" after, capitals before small letters.
      const sorted = [
        'A/1',
        'a',
        'a-b/1',
        'a-b/2',
        'a.b',
        'a/B',
        'a/b!20c',
        'a/b-',
        'a/b.c',
        'a/b/c/d',
        'a0/1',
        'b',
      ]
        // A file and a folder of one name can't both be on disk, and no template makes them.
        .filter((key) => key !== 'a')
        .map((key) => `${root}/${key}`);
      const shuffled = sorted.toSorted(() => Math.random() - 0.5);
      before(async () => {
        await Promise.all(shuffled.map((key) => put(key, Buffer.from(key), { size: key.length })));
      });

      it('gives every key in byte order, with size and time', async () => {
        const found = await listed(store.list(`${root}/`));
        assert.deepEqual(
          found.map((object) => object.key),
          sorted,
        );
        for (const object of found) {
          assert.equal(object.size, object.key.length);
          assert.ok(Math.abs(object.modifiedAt.getTime() - Date.now()) < 60_000);
        }
      });

      it('begins after a key, there or not', async () => {
        for (const [at, key] of sorted.entries())
          assert.deepEqual(await keys(store.list(root, { after: key })), sorted.slice(at + 1));
        const from = sorted.indexOf(`${root}/a/b-`) + 1;
        assert.deepEqual(await keys(store.list(root, { after: `${root}/a/b-zzz` })), sorted.slice(from));
        assert.deepEqual(await keys(store.list(root, { after: `${root}/a/b/` })), sorted.slice(from + 1));
        assert.deepEqual(await keys(store.list(root, { after: `${root}/zzz` })), []);
        assert.deepEqual(await keys(store.list(root, { after: '!' })), sorted);
      });

      it('takes a prefix with and without its slash', async () => {
        const under = (prefix: string) => sorted.filter((key) => key.startsWith(`${root}/${prefix}`));
        for (const prefix of ['a', 'a/', 'a-', 'a/b', 'a/b/', 'a/b/c/d', 'b', 'nothing', 'nothing/'])
          assert.deepEqual(await keys(store.list(`${root}/${prefix}`)), under(prefix), prefix);
        assert.deepEqual(
          await keys(store.list(`${root}/a/`, { after: `${root}/a/b-` })),
          under('a/').slice(3),
        );
      });

      it('can be left early', async () => {
        for await (const object of store.list(root)) {
          assert.equal(object.key, sorted[0]);
          break;
        }
      });

      it('shows documents only, of the whole store in order', async () => {
        const all = await keys(made.second.list(''));
        assert.deepEqual(
          all,
          all.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
        assert.equal(new Set(all).size, all.length);
        for (const key of all) assert.ok((await store.stat(key))?.description, key);
      });
    });

    it('describes itself without a secret', () => {
      const description = store.describe();
      assert.equal(description.store, store.kind);
      assert.equal(description.bucket, store.bucket);
      assert.equal(description.folder === null, store.kind === 's3');
    });
  });
}

const oddFilenames = [
  'résumé 📄 (final).pdf',
  'say "hi" \\ back\\slash.pdf',
  'ملف-عربي.pdf',
  'שלום.pdf',
  "it's; a=b, c%20d #1?.pdf",
  '👩‍👩‍👧‍👦'.repeat(10),
  `${'é'.repeat(125)}.pdf`,
];

const oddRecordIds = [
  '../..',
  'a/b',
  '%2e%2e',
  '.hidden',
  '..',
  ' leading and trailing ',
  'a+b=c&d',
  '‮gnp.exe',
  '🏠',
  'C:\\windows',
  '!2E!!',
  'x'.repeat(200),
  '漢'.repeat(200),
];

function facts(description: Partial<SelfDescription> = {}): PutOptions & { description: SelfDescription } {
  return {
    contentType: 'application/pdf',
    description: {
      version: 1,
      deployment,
      id: randomUUID(),
      recordId: 'case 1',
      type: 'contract',
      filename: 'contract.pdf',
      createdAt: new Date().toISOString(),
      ...description,
    },
  };
}

function freshKey(values: { recordId?: string } = {}): string {
  return makeKey(defaultTemplate, {
    recordId: values.recordId ?? `case ${randomUUID()}`,
    type: 'contract',
    id: randomUUID(),
    ext: '.pdf',
    createdAt: new Date(),
  });
}

function chunked(bytes: Buffer): Readable {
  return Readable.from(slices(bytes), { objectMode: false });
}

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * KiB) yield bytes.subarray(at, at + 64 * KiB);
}

function failing(after: number, fault: Error): Readable {
  return Readable.from(
    (async function* () {
      yield* slices(randomBytes(after));
      await sleep(1);
      throw fault;
    })(),
  );
}

/** Gives so many bytes, then neither more nor an end. */
function stalling(after: number): Readable {
  const source = slices(randomBytes(after));
  return new Readable({
    read() {
      const { value } = source.next();
      if (value) this.push(value);
    },
  });
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function listed(objects: AsyncIterable<ListedObject>): Promise<ListedObject[]> {
  const found: ListedObject[] = [];
  for await (const object of objects) found.push(object);
  return found;
}

async function keys(objects: AsyncIterable<ListedObject>): Promise<string[]> {
  return (await listed(objects)).map((object) => object.key);
}

async function rejectsWith(code: ErrorCode, run: () => Promise<unknown>, parameters?: object): Promise<void> {
  await assert.rejects(run, (error) => {
    assertCode(error, code);
    if (parameters) assert.deepEqual(error.parameters, parameters);
    return true;
  });
}

function assertCode<C extends ErrorCode>(error: unknown, code: C): asserts error is StrongroomError<C> {
  assert.ok(hasCode(error, code), `expected ${code}, got ${String(error)}`);
}
