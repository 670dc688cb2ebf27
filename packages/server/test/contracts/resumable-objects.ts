import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { type ErrorCode, hasCode, StrongroomError } from '../../src/errors.ts';
import type { ObjectStore, Stored } from '../../src/objects/object-store.ts';
import type { Checkpoint, ResumableTarget, Unfinished } from '../../src/objects/resumable-objects.ts';
import { numbersOf } from '../faults/seeded.ts';
import { ResumableCaller } from './resumable-caller.ts';

/** An empty store for one run of the suite. */
export interface ResumableUnderTest {
  /** Connected. */
  readonly store: ObjectStore;
  /** A second, connected handle on the same bytes, as another process would have. */
  readonly second: ObjectStore;
  /** Bytes: of a part, where there are parts. */
  readonly part: number;
  /** Names of all that lies in the scratch, and of unfinished multipart uploads. */
  leftovers(): Promise<string[]>;
  /** Takes away what is stored of an unfinished upload. */
  lose(id: string, key: string): Promise<void>;
  /** Closes both and removes everything. */
  cleanup(): Promise<void>;
}

const KiB = 1024;

interface AppendOptions {
  readonly at?: ObjectStore;
  readonly whole?: boolean;
  readonly signal?: AbortSignal;
  readonly target?: ResumableTarget | null;
  readonly unfinished?: Unfinished;
  readonly checkpoint?: (made: Checkpoint) => Promise<void>;
}

/** The promises of the ResumableObjects port, held against one adapter. */
export function resumableObjectsContract(name: string, makeStore: () => Promise<ResumableUnderTest>): void {
  describe(`ResumableObjects: ${name}`, () => {
    let made: ResumableUnderTest;
    let store: ObjectStore;
    let part: number;
    before(async () => {
      made = await makeStore();
      ({ store, part } = made);
    });
    after(async () => {
      await made?.cleanup();
    });

    /** One request of an upload: what it answers is what the caller has noted. */
    const append = async (upload: ResumableCaller, body: Buffer | Readable, options: AppendOptions = {}) => {
      const unfinished = options.unfinished ?? upload.taken(options.target);
      const noted = async (point: Checkpoint) => upload.note(unfinished.fence, point);
      const answer = await (options.at ?? store).resumable.append(unfinished, body, {
        whole: options.whole ?? false,
        checkpoint: options.checkpoint ?? noted,
        signal: options.signal ?? new AbortController().signal,
      });
      if (answer.stored === null && options.checkpoint === undefined) {
        assert.deepEqual(
          [answer.offset, answer.state],
          [upload.offset, upload.state],
          'the last answer stands',
        );
      }
      return answer;
    };
    const assertStored = async (upload: ResumableCaller, bytes: Buffer) => {
      const found = await made.second.stat(upload.target.key);
      assert.equal(found?.size, bytes.length);
      assert.equal(found.contentType, upload.target.contentType);
      assert.deepEqual(found.description, upload.target.description);
      assert.equal(digest(await buffer((await store.open(upload.target.key)).body)), digest(bytes));
      assert.deepEqual(await made.leftovers(), []);
    };
    const abandon = async (upload: ResumableCaller) => {
      await store.resumable.clear(upload.id);
      await store.remove(upload.target.key);
      assert.deepEqual(await made.leftovers(), []);
    };

    for (const [kind, parts] of [
      ['less than a part', 0.5],
      ['a part', 1],
      ['several parts', 2.3],
    ] as const) {
      it(`takes ${kind} in one call`, async () => {
        const bytes = randomBytes(Math.floor(part * parts));
        const upload = new ResumableCaller(store, bytes.length);
        const { offset, stored } = await append(upload, chunked(bytes));
        assert.deepEqual([offset, stored?.size], [bytes.length, bytes.length]);
        assert.equal(stored?.etag, (await store.stat(upload.target.key))?.etag);
        if (parts <= 1) assert.deepEqual(upload.checkpoints, [], 'nothing had to be noted on the way');
        await assertStored(upload, bytes);
      });
    }

    it('takes a buffer', async () => {
      const bytes = randomBytes(100 * KiB);
      const upload = new ResumableCaller(store, bytes.length);
      assert.equal((await append(upload, bytes.subarray(0, 60 * KiB))).stored, null);
      assert.equal((await append(upload, bytes.subarray(60 * KiB))).stored?.size, bytes.length);
      await assertStored(upload, bytes);
    });

    it('goes on call by call, whoever takes them', async () => {
      const bytes = randomBytes(Math.floor(part * 2.2));
      const upload = new ResumableCaller(store, bytes.length);
      const step = Math.ceil(bytes.length / 5);
      for (let at = 0; at < bytes.length; at += step) {
        assert.equal(await made.second.stat(upload.target.key), null, 'nothing is there before all of it is');
        const body = chunked(bytes.subarray(at, at + step));
        const { offset } = await append(upload, body, { at: (at / step) % 2 ? store : made.second });
        assert.equal(offset, Math.min(at + step, bytes.length));
      }
      assert.ok(upload.offset < bytes.length, 'the last step is not noted');
      await assertStored(upload, bytes);
    });

    it('knows a length that is said at the end', async () => {
      const bytes = randomBytes(Math.floor(part * 1.5));
      const upload = new ResumableCaller(store, null, part * 3);
      await append(upload, chunked(bytes.subarray(0, 1000)));
      const { stored } = await append(upload, chunked(bytes.subarray(1000)));
      assert.deepEqual([upload.offset, stored], [bytes.length, null]);
      upload.length = bytes.length;
      assert.equal((await append(upload, Buffer.alloc(0))).stored?.size, bytes.length);
      await assertStored(upload, bytes);
    });

    it('has nothing to note of a body without bytes', async () => {
      const upload = new ResumableCaller(store, 10);
      assert.equal((await append(upload, Buffer.alloc(0))).offset, 0);
      await append(upload, Buffer.from('12345'));
      assert.equal((await append(upload, chunked(Buffer.alloc(0)))).offset, 5);
      assert.equal(upload.checkpoints.length, 1);
      await abandon(upload);
    });

    describe('a body that breaks off', () => {
      for (const [kind, share] of [
        ['under a part', 0.3],
        ['after a part', 1.4],
        ['before its very end', 3],
      ] as const) {
        it(`${kind}: all that came is kept, and its own error raised`, async () => {
          const bytes = randomBytes(part * 3);
          const upload = new ResumableCaller(store, bytes.length);
          const fault = new Error('the line went dead');
          const came = Math.floor(part * share);
          await assert.rejects(
            append(upload, broken(bytes.subarray(0, came), fault)),
            (error) => error === fault,
          );
          assert.ok(
            upload.offset >= Math.min(came, bytes.length - 1) - 1,
            `${upload.offset} of ${came} are kept`,
          );
          assert.ok(upload.offset < bytes.length, 'what is not whole never looks as if it were');
          await append(upload, chunked(bytes.subarray(upload.offset)));
          await assertStored(upload, bytes);
        });
      }

      it('is one that nobody wants any more, too', async () => {
        const bytes = randomBytes(part * 2);
        const upload = new ResumableCaller(store, bytes.length);
        const leaving = new AbortController();
        const running = append(upload, stalling(bytes.subarray(0, Math.floor(part * 1.2)), leaving), {
          signal: leaving.signal,
        });
        await rejectsWith('aborted', running);
        assert.equal(upload.offset, Math.floor(part * 1.2));
        await append(upload, chunked(bytes.subarray(upload.offset)));
        await assertStored(upload, bytes);
      });

      it('is one that passes the length', async () => {
        const bytes = randomBytes(200 * KiB);
        const upload = new ResumableCaller(store, bytes.length);
        await append(upload, bytes.subarray(0, 50 * KiB));
        const long = Buffer.concat([bytes.subarray(50 * KiB), randomBytes(1)]);
        await rejectsWith('length_mismatch', append(upload, chunked(long)), {
          declared: bytes.length,
          received: bytes.length + 1,
        });
        assert.equal(await store.stat(upload.target.key), null);
        await append(upload, bytes.subarray(upload.offset));
        await assertStored(upload, bytes);
      });

      it('keeps nothing where the signal had fired before', async () => {
        const upload = new ResumableCaller(store, 10);
        const body = chunked(randomBytes(10));
        await rejectsWith('aborted', append(upload, body, { signal: AbortSignal.abort() }));
        assert.ok(body.destroyed);
        assert.deepEqual([upload.offset, await made.leftovers()], [0, []]);
      });
    });

    describe('a body that counts whole or not at all', () => {
      it('is not noted before its end, and moves nothing when it is refused', async () => {
        const bytes = randomBytes(Math.floor(part * 2.5));
        const upload = new ResumableCaller(store, bytes.length);
        await append(upload, bytes.subarray(0, 1000));
        const refusal = new Error('the checksum does not hold');
        const wrong = broken(randomBytes(Math.floor(part * 1.5)), refusal);
        await assert.rejects(append(upload, wrong, { whole: true }), (error) => error === refusal);
        assert.deepEqual([upload.offset, upload.checkpoints.length], [1000, 1]);
        const right = chunked(bytes.subarray(1000, Math.floor(part * 1.7)));
        await append(upload, right, { whole: true });
        assert.equal(upload.offset, Math.floor(part * 1.7));
        await append(upload, chunked(bytes.subarray(upload.offset)), { whole: true });
        await assertStored(upload, bytes);
      });

      it('makes no object when it is the last one and refused', async () => {
        const bytes = randomBytes(Math.floor(part * 1.2));
        const upload = new ResumableCaller(store, bytes.length);
        const refusal = new Error('the checksum does not hold');
        await assert.rejects(
          append(upload, broken(randomBytes(bytes.length), refusal), { whole: true }),
          (error) => error === refusal,
        );
        assert.deepEqual([upload.offset, await store.stat(upload.target.key)], [0, null]);
        await append(upload, chunked(bytes), { whole: true });
        await assertStored(upload, bytes);
      });
    });

    describe('a checkpoint that is refused', () => {
      it('ends the append, is raised, and nothing is noted after it', async () => {
        const upload = new ResumableCaller(store, part * 40);
        const taken = new Error('somebody else goes on');
        let asked = 0;
        const checkpoint = async () => {
          asked += 1;
          throw taken;
        };
        const body = endless();
        await assert.rejects(append(upload, body, { checkpoint }), (error) => error === taken);
        assert.deepEqual([asked, body.destroyed], [1, true]);
        await abandon(upload);
      });

      it('leaves nothing behind that nobody knows of', async () => {
        for (const share of [0.4, 1.4]) {
          const upload = new ResumableCaller(store, part * 2);
          const taken = new StrongroomError('upload_taken_over', { id: upload.id });
          const checkpoint = () => Promise.reject(taken);
          const body = chunked(randomBytes(Math.floor(part * share)));
          await assert.rejects(append(upload, body, { checkpoint }), (error) => error === taken);
          if (store.kind === 's3') assert.deepEqual(await made.leftovers(), []);
          await abandon(upload);
        }
      });

      it('may have been noted where only its answer was lost: what it told of stays', async () => {
        for (const share of [0.4, 1.4]) {
          const bytes = randomBytes(Math.floor(part * 1.9));
          const upload = new ResumableCaller(store, bytes.length);
          const unfinished = upload.taken();
          const lost = new StrongroomError('records_unavailable', {});
          const checkpoint = async (point: Checkpoint) => {
            upload.note(unfinished.fence, point);
            throw lost;
          };
          const body = chunked(bytes.subarray(0, Math.floor(part * share)));
          await assert.rejects(append(upload, body, { unfinished, checkpoint }), (error) => error === lost);
          await append(upload, chunked(bytes.subarray(upload.offset)));
          await assertStored(upload, bytes);
        }
      });

      it('is how an older writer hears of a later one; no byte of it gets in', async () => {
        const bytes = randomBytes(Math.floor(part * 2.5));
        const upload = new ResumableCaller(store, bytes.length);
        await append(upload, bytes.subarray(0, 70_000));
        const gate = Promise.withResolvers<void>();
        const strange = randomBytes(part);
        const older = append(upload, gated(strange, strange.length / 2, gate.promise), { at: made.second });
        older.catch(() => {});
        const later = append(upload, chunked(bytes.subarray(upload.offset, part)));
        // Where both would write to one file, the later one waits until the older one has ended.
        if (store.kind === 's3') await later;
        gate.resolve();
        await rejectsWith('upload_taken_over', older);
        await later;
        await append(upload, chunked(bytes.subarray(upload.offset)));
        await assertStored(upload, bytes);
      });
    });

    it('makes no object of what an older writer brings', async () => {
      for (const share of [0.5, 1.5]) {
        const bytes = randomBytes(Math.floor(part * share));
        const upload = new ResumableCaller(store, bytes.length);
        const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
        const strange = gated(randomBytes(bytes.length), bytes.length / 4, gates[0].promise);
        const older = append(upload, strange, { at: made.second });
        older.catch(() => {});
        const later = append(upload, gated(bytes, bytes.length / 3, gates[1].promise));
        gates[0].resolve();
        await rejectsWith('upload_taken_over', older);
        assert.equal(await store.stat(upload.target.key), null);
        gates[1].resolve();
        assert.equal((await later).stored?.found, undefined);
        await assertStored(upload, bytes);
      }
    });

    describe('an end that nobody could note', () => {
      for (const [kind, cuts] of [
        ['in one call', [0]],
        ['of pieces', [0, 0.2, 0.5]],
        ['of parts and pieces', [0, 1.3, 2.4]],
      ] as const) {
        it(`${kind}: the same bytes brought again are answered with the object`, async () => {
          const bytes = randomBytes(Math.floor(part * (cuts.length === 3 && cuts[2] > 2 ? 2.6 : 0.8)));
          const upload = new ResumableCaller(store, bytes.length);
          const ends = [...cuts.slice(1).map((share) => Math.floor(share * part)), bytes.length];
          let first: Stored | null = null;
          for (const end of ends)
            ({ stored: first } = await append(upload, chunked(bytes.subarray(upload.offset, end))));
          const again = await append(upload, chunked(bytes.subarray(upload.offset)), { at: made.second });
          assert.deepEqual(
            [again.offset, again.stored],
            [bytes.length, { ...(first as Stored | null), found: true }],
          );
          await assertStored(upload, bytes);
        });
      }
    });

    it('never overwrites what somebody else put there', async () => {
      for (const size of [1000, Math.floor(part * 1.5)]) {
        const upload = new ResumableCaller(store, size);
        const options = { ...upload.target, description: { ...upload.target.description, id: 'another' } };
        await store.put(upload.target.key, randomBytes(size), options);
        await append(upload, randomBytes(500));
        await rejectsWith('object_exists', append(upload, chunked(randomBytes(size - 500))));
        assert.equal((await store.stat(upload.target.key))?.description?.id, 'another');
        await abandon(upload);
      }
    });

    for (const [kind, share, length] of [
      ['under a part', 0.4, 1.9],
      ['with parts', 1.4, 1.9],
      ['with nothing but parts, and all of them', 2, 2],
    ] as const) {
      it(`raises upload_lost where what was durable is gone: ${kind}`, async () => {
        const bytes = randomBytes(Math.floor(part * length));
        const upload = new ResumableCaller(store, share === length ? null : bytes.length, part * 2);
        await append(upload, chunked(bytes.subarray(0, Math.floor(part * share))));
        await made.lose(upload.id, upload.target.key);
        upload.length = bytes.length;
        await rejectsWith('upload_lost', append(upload, chunked(bytes.subarray(upload.offset))), {
          id: upload.id,
        });
        await abandon(upload);
      });
    }

    it('gives the first bytes of what has no target yet', async () => {
      const bytes = randomBytes(150 * KiB);
      const upload = new ResumableCaller(store, null, part * 3);
      for (const [from, to] of [
        [0, 1],
        [1, 70 * KiB],
        [70 * KiB, bytes.length],
      ] as const)
        await append(upload, chunked(bytes.subarray(from, to)), { target: null });
      const head = (atMost: number) =>
        made.second.resumable.head(upload.taken(null), atMost, new AbortController().signal);
      for (const atMost of [1, 64 * KiB, 100 * KiB, bytes.length, bytes.length + 10])
        assert.ok((await head(atMost)).equals(bytes.subarray(0, atMost)), `${atMost}`);
      await rejectsWith('aborted', made.second.resumable.head(upload.taken(null), 1, AbortSignal.abort()));
      await made.lose(upload.id, upload.target.key);
      await rejectsWith('upload_lost', head(10), { id: upload.id });
      await abandon(upload);
    });

    it('lists what is unfinished, shows it to no sweep, and clears it', async () => {
      const uploads = [1, 2, 3].map(() => new ResumableCaller(store, part));
      const started = new Date(Date.now() - 60_000);
      for (const upload of uploads) {
        await append(upload, randomBytes(10));
        await append(upload, randomBytes(10));
      }
      const listed = async (before: Date) => collected(made.second.resumable.unfinished(before));
      assert.deepEqual(await listed(new Date(Date.now() + 60_000)), uploads.map(({ id }) => id).sort());
      assert.deepEqual(await listed(started), []);
      const keys = (await collected(store.list('case 1/'))).map(({ key }) => key);
      for (const { target } of uploads) assert.ok(!keys.includes(target.key));
      for (const { id } of uploads) await store.resumable.clear(id);
      await store.resumable.clear(uploads[0]?.id ?? '');
      assert.deepEqual([await made.leftovers(), await listed(new Date(Date.now() + 60_000))], [[], []]);
      const aborted = AbortSignal.abort();
      await rejectsWith('aborted', store.resumable.clear('any', aborted));
    });

    for (const seed of [1, 2, 3, 4, 5, 6]) {
      it(`keeps every byte in its place however the body is cut and broken (seed ${seed})`, async () => {
        const random = numbersOf(seed);
        const bytes = randomBytes(1 + Math.floor(random() * part * 2.7));
        const upload = new ResumableCaller(store, random() < 0.7 ? bytes.length : null, part * 3);
        for (let calls = 0; calls < 60; calls += 1) {
          const { offset } = upload;
          if (calls > 10 && offset === bytes.length) upload.length = bytes.length;
          const to =
            calls < 40 ? Math.min(bytes.length, offset + Math.floor(random() ** 3 * part * 2)) : bytes.length;
          const slice = bytes.subarray(offset, to);
          const fate = random();
          const whole = random() < 0.3;
          const options = { whole, at: random() < 0.5 ? store : made.second };
          if (fate < 0.2 && calls < 40) {
            const fault = new Error('broken');
            // What is refused as a whole may be wrong altogether.
            const body = broken(whole ? randomBytes(slice.length) : slice, fault);
            await assert.rejects(append(upload, body, options), (error) => error === fault);
            if (whole) assert.equal(upload.offset, offset);
            continue;
          }
          const { stored } = await append(upload, chunked(slice, random), options);
          if (stored) return assertStored(upload, bytes);
        }
        assert.fail('it never came to its end');
      });
    }
  });
}

async function rejectsWith(code: ErrorCode, work: Promise<unknown>, parameters?: object): Promise<void> {
  await assert.rejects(work, (error) => {
    assert.ok(hasCode(error, code), `expected ${code}, got ${String(error)}`);
    if (parameters) assert.deepEqual(error.parameters, parameters);
    return true;
  });
}

/** In the chunks of a socket, or of other sizes. */
function chunked(bytes: Buffer, random: () => number = () => 1): Readable {
  return Readable.from(slices(bytes, random), { objectMode: false });
}

function* slices(bytes: Buffer, random: () => number = () => 1): Generator<Buffer> {
  for (let at = 0, end = 0; at < bytes.length; at = end) {
    end = at + Math.max(1, Math.ceil(random() * 64 * KiB));
    yield bytes.subarray(at, end);
  }
}

/** Gives the bytes, then fails. */
function broken(bytes: Buffer, fault: Error): Readable {
  return Readable.from(
    (async function* () {
      yield* slices(bytes);
      // All of it has gone on its way before the line is dead.
      await new Promise((resolve) => setImmediate(resolve));
      throw fault;
    })(),
    { objectMode: false },
  );
}

/** Gives the bytes, then nothing more, until whoever reads has taken them; then `leaving` is aborted. */
function stalling(bytes: Buffer, leaving: AbortController): Readable {
  const source = slices(bytes);
  return new Readable({
    highWaterMark: 1,
    read() {
      const { value } = source.next();
      if (value) this.push(value);
      else setImmediate(() => leaving.abort(new Error('the client went away')));
    },
  });
}

function gated(bytes: Buffer, first: number, gate: Promise<void>): Readable {
  return Readable.from(
    (async function* () {
      yield* slices(bytes.subarray(0, first));
      await gate;
      yield* slices(bytes.subarray(first));
    })(),
    { objectMode: false },
  );
}

function endless(): Readable {
  const chunk = randomBytes(64 * KiB);
  return new Readable({
    read() {
      this.push(chunk);
    },
  });
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
