import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { link, mkdtemp, readdir, readFile, rm, stat, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { hasCode } from '../errors.ts';
import { DiskStore } from './disk.ts';
import type { Checkpoint, Unfinished } from './resumable-objects.ts';

const MiB = 1024 * 1024;
const { signal } = new AbortController();

describe('objects on disk that come over several calls', () => {
  let folder: string;
  let store: DiskStore;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'strongroom-resumable-'));
    store = new DiskStore({ folder });
    await store.connect();
  });
  afterEach(() => rm(folder, { recursive: true }));

  const scratch = () => join(folder, '.strongroom/uploads/i1');
  const object = () => join(folder, 'case/i1.pdf');
  const from = (offset: number, length: number): Unfinished => ({
    id: 'i1',
    fence: 1,
    offset,
    length,
    state: store.resumable.begin(),
    parts: async () => [],
    target: {
      key: 'case/i1.pdf',
      contentType: 'application/pdf',
      description: {
        version: 1,
        deployment: 'd1',
        id: 'i1',
        recordId: 'case',
        type: 'contract',
        filename: 'contract.pdf',
        createdAt: '2026-01-01T00:00:00.000Z',
      },
    },
  });
  const append = (offset: number, length: number, body: Buffer | Readable, points: Checkpoint[] = []) => {
    const checkpoint = async (made: Checkpoint) => void points.push(made);
    return store.resumable.append(from(offset, length), body, { whole: false, checkpoint, signal });
  };

  for (const offset of [0, 400]) {
    it(`a crash after the last step, before its scratch was gone, changes no byte of the object (from ${offset})`, async () => {
      const bytes = randomBytes(1000);
      await append(0, bytes.length, bytes.subarray(0, 400));
      const { stored } = await append(400, bytes.length, bytes.subarray(400));
      await link(object(), scratch());
      // Whoever brings other bytes now hears of the object as it is, too.
      const again = await append(offset, bytes.length, randomBytes(bytes.length - offset));
      assert.deepEqual(again.stored, { ...stored, found: true });
      assert.ok((await readFile(object())).equals(bytes));
      assert.deepEqual(await readdir(join(folder, '.strongroom/uploads')), []);
    });
  }

  it('a crash before the last step leaves a claim that is ours to use', async () => {
    const bytes = randomBytes(1000);
    await append(0, bytes.length, bytes);
    await link(object(), scratch());
    await unlink(object());
    assert.equal((await append(400, bytes.length, bytes.subarray(400))).stored?.size, 1000);
    assert.ok((await readFile(object())).equals(bytes));
  });

  it('what lies behind the durable bytes is written anew', async () => {
    const bytes = randomBytes(1000);
    await append(0, bytes.length, randomBytes(700));
    await append(0, bytes.length, bytes.subarray(0, 600));
    assert.equal((await stat(scratch())).size, 600);
    await append(600, bytes.length, bytes.subarray(600));
    assert.ok((await readFile(object())).equals(bytes));
  });

  it('a file that is shorter than what was durable is lost', async () => {
    await append(0, 1000, randomBytes(300));
    await assert.rejects(append(400, 1000, randomBytes(600)), (error) => hasCode(error, 'upload_lost'));
    await assert.rejects(store.resumable.head(from(400, 1000), 400, signal), (error) =>
      hasCode(error, 'upload_lost'),
    );
  });

  it('is not lost where the store itself is gone', async () => {
    await append(0, 1000, randomBytes(300));
    await rm(join(folder, '.strongroom'), { recursive: true });
    await assert.rejects(append(300, 1000, randomBytes(10)), (error) => hasCode(error, 'store_unavailable'));
  });

  it('checkpoints on the way, each after an fsync, and never the end itself', async () => {
    const bytes = randomBytes(32 * MiB);
    const points: Checkpoint[] = [];
    await append(0, bytes.length, slowly(bytes), points);
    assert.ok(points.length > 0, 'a crash costs no more than so much');
    for (const [at, { offset }] of points.entries()) {
      assert.ok(offset > (points[at - 1]?.offset ?? 0) && offset < bytes.length);
    }
  });

  it('two appends to one upload never mix', async () => {
    const [one, two] = [randomBytes(3 * MiB), randomBytes(3 * MiB)];
    const second = new DiskStore({ folder });
    const options = { whole: false, checkpoint: async () => {}, signal };
    await Promise.all([
      store.resumable.append(from(0, 4 * MiB), slowly(one), options),
      second.resumable.append(from(0, 4 * MiB), slowly(two), options),
    ]);
    const found = await readFile(scratch());
    assert.ok(found.equals(two), 'the later one began when the earlier one had ended, and anew');
  });

  it('who waits for another append can leave', async () => {
    const gate = Promise.withResolvers<void>();
    const first = append(
      0,
      10,
      Readable.from(
        (async function* () {
          yield randomBytes(5);
          await gate.promise;
        })(),
      ),
    );
    const leaving = new AbortController();
    const options = { whole: false, checkpoint: async () => {}, signal: leaving.signal };
    const waiting = store.resumable.append(from(0, 10), randomBytes(5), options);
    leaving.abort();
    await assert.rejects(waiting, (error) => hasCode(error, 'aborted'));
    gate.resolve();
    assert.equal((await first).offset, 5);
  });

  it('no id leads out of the folder', async () => {
    for (const id of ['..', '../tmp/x', 'a/b', ''])
      await assert.rejects(store.resumable.clear(id), RangeError);
  });
});

/** As a socket gives them: piece by piece, with time for others in between. */
function slowly(bytes: Buffer): Readable {
  return Readable.from(
    (async function* () {
      for (let at = 0; at < bytes.length; at += 256 * 1024) {
        yield bytes.subarray(at, at + 256 * 1024);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })(),
  );
}
