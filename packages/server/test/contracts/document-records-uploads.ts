import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StrongroomError } from '../../src/errors.ts';
import type { Records } from '../../src/records/records.ts';
import type { NewUpload, UploadProgress } from '../../src/records/upload-records.ts';
import type { Opened } from './document-records.ts';
import { refuses } from './document-records-refusals.ts';
import { available, draft, happened, minute, receiving, sha256 } from './document-records-samples.ts';

export const newUpload: NewUpload = {
  transport: 'tus',
  length: 100,
  state: { partSize: 8 },
  claims: { 'filename "ß"': 'Müller\u0000 \ud83d\ude00', nested: [null, { deep: true }] },
};

export const keyless = {
  store: 's3',
  bucket: 'documents',
  key: '',
  versionId: null,
  storageClass: null,
} as const;

export const placed = {
  key: 'case/id/x.pdf',
  contentType: 'text/plain',
  filename: 'Ärger.txt',
  at: new Date(),
};

/** An upload of which no byte has said what it is. */
export async function begun(records: Records, upload: Partial<NewUpload> = {}, given = {}): Promise<string> {
  const written = draft({ storage: keyless, ...given });
  await records.create(written, happened(), undefined, undefined, { ...newUpload, ...upload });
  return written.id;
}

export const part = (number: number, size = 8) => ({
  number,
  size,
  etag: `"e${number}-${size}"`,
  checksum: null,
});

export const progress = (offset: number, given: Partial<UploadProgress> = {}): UploadProgress => ({
  offset,
  state: { at: offset },
  dueIn: minute,
  ...given,
});

/** The names and sizes of what is noted, as `1:8`. */
const noted = async (records: Records, id: string) =>
  (await records.uploadParts(id)).map(({ number, size }) => `${number}:${size}`);

/** Uploads that go on over several requests: progress and fences. */
export function describeUploads(opened: () => Opened): void {
  test('an upload is written with its document, and read back as it was said', async () => {
    const { records, second } = opened();
    const before = Date.now();
    const written = draft({ storage: keyless, dueIn: 5 * minute });
    const { document } = await records.create(written, happened(), undefined, undefined, newUpload);
    const found = await second.findUpload(document.id);
    assert.ok(found);
    const { expiresAt, ...rest } = found;
    assert.deepEqual(rest, { document, ...newUpload, offset: 0, fence: 0 });
    assert.equal(document.storage.key, '');
    // Two clocks of one machine.
    assert.ok(Math.abs(expiresAt.getTime() - before - 5 * minute) < minute);
    assert.deepEqual(await records.uploadParts(document.id), []);
    assert.deepEqual(
      (await records.events(document.id)).map(({ action }) => action),
      ['document.received'],
    );
    const unsaid = await begun(records, { length: null, transport: 'direct' });
    const direct = await records.findUpload(unsaid);
    assert.deepEqual([direct?.length, direct?.transport], [null, 'direct']);
  });

  test('what has no upload is none, and an unknown document is missing', async () => {
    const { records } = opened();
    const plain = await receiving(records);
    assert.equal(await records.findUpload(plain.id), null);
    assert.equal(await records.findUpload((await available(records)).id), null);
    for (const call of calls(records)) {
      const conflict = refuses('state_conflict', { id: plain.id, state: 'receiving' });
      await assert.rejects(call(plain.id), conflict);
    }
    for (const id of [draft().id, 'no id', draft().id.toUpperCase()]) {
      const reads = [(of: string) => records.findUpload(of)];
      for (const call of [...calls(records), ...reads])
        await assert.rejects(call(id), refuses('document_missing', { id }));
    }
  });

  test('who takes an upload over gets the next fence, and what stands', async () => {
    const { records, second } = opened();
    const id = await begun(records);
    const first = await records.takeUpload(id);
    assert.deepEqual(first, { ...(await records.findUpload(id)), fence: 1 });
    await records.advanceUpload(id, 1, progress(8, { length: 50 }));
    const next = await second.takeUpload(id, 8);
    assert.deepEqual([next.fence, next.offset, next.length, next.state], [2, 8, 50, { at: 8 }]);
    assert.deepEqual(next, await records.findUpload(id));
    await assert.rejects(records.takeUpload(id, 7), refuses('offset_conflict', { offset: 8 }));
    assert.equal((await records.findUpload(id))?.fence, 2, 'nothing was taken over');
  });

  test('of racing takeovers each has a fence of its own, and only the last may go on', async () => {
    const { records, second } = opened();
    const id = await begun(records);
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 ? records : second).takeUpload(id, 0)),
    );
    const fences = taken.map(({ fence }) => fence).sort((a, b) => a - b);
    assert.deepEqual(
      fences,
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
    const went = await Promise.allSettled(
      fences.map((fence) => (fence % 2 ? records : second).advanceUpload(id, fence, progress(fence * 8))),
    );
    for (const one of went.slice(0, -1)) {
      assert.equal(one.status, 'rejected');
      refuses('upload_taken_over', { id })((one as PromiseRejectedResult).reason);
    }
    assert.equal((await records.findUpload(id))?.offset, 96);
  });

  test('an older fence can change nothing', async () => {
    const { records, second } = opened();
    const id = await begun(records);
    await records.takeUpload(id);
    await records.advanceUpload(id, 1, progress(8, { part: part(1) }));
    await second.takeUpload(id);
    const [stood, parts] = [await records.findUpload(id), await records.uploadParts(id, 2)];
    for (const fence of [0, 1, 3]) {
      const calls = [
        records.advanceUpload(id, fence, progress(16, { part: part(2), length: 16, dueIn: 9 * minute })),
        records.placeUpload(id, fence, placed),
        records.uploadParts(id, fence),
        records.finishUpload(id, fence, 'available', { filename: 'a', dueIn: null }, happened()),
      ];
      await Promise.all(calls.map((call) => assert.rejects(call, refuses('upload_taken_over', { id }))));
    }
    assert.deepEqual(await records.findUpload(id), stood);
    assert.deepEqual(await records.uploadParts(id), parts);
    assert.equal((await records.events(id)).length, 1);
  });

  test('a writer and who takes over race: the offset that is answered is the one that stays', async () => {
    const { records, second } = opened();
    for (let round = 0; round < 10; round++) {
      const id = await begun(records);
      const { fence } = await records.takeUpload(id);
      const write = records.advanceUpload(id, fence, progress(8, { part: part(1) })).then(
        () => 8,
        (error: StrongroomError) => {
          refuses('upload_taken_over')(error);
          return 0;
        },
      );
      const [wrote, taken] = await Promise.all([write, second.takeUpload(id)]);
      assert.equal(taken.offset, wrote);
      assert.equal((await records.findUpload(id))?.offset, wrote);
      assert.equal((await records.uploadParts(id)).length, wrote / 8);
    }
  });

  test('two that expect one offset: who comes second is told where it stands once it has moved', async () => {
    const { records, second } = opened();
    const id = await begun(records);
    await records.takeUpload(id, 0);
    const moved = records.advanceUpload(id, 1, progress(8));
    const came = await second.takeUpload(id, 0).then(
      () => 'taken',
      (error) => refuses('offset_conflict', { offset: 8 })(error) && 'told',
    );
    const settled = await moved.then(
      () => 'moved',
      (error) => refuses('upload_taken_over')(error) && 'ended',
    );
    assert.ok(
      `${came} ${settled}` === 'taken ended' || `${came} ${settled}` === 'told moved',
      `${came} ${settled}`,
    );
  });

  test('progress moves the time that the upload has, and writes no event and no revision', async () => {
    const { records } = opened();
    const id = await begun(records, {}, { dueIn: minute });
    const before = await records.takeUpload(id);
    await records.advanceUpload(id, 1, progress(8, { dueIn: 60 * minute }));
    const after = await records.findUpload(id);
    assert.ok(after);
    assert.ok(after.expiresAt.getTime() - before.expiresAt.getTime() > 58 * minute);
    assert.equal(after.length, 100, 'not said again, as it was');
    assert.deepEqual(after.document, before.document);
    assert.deepEqual(after.claims, newUpload.claims);
    assert.equal((await records.events(id)).length, 1);
  });

  test('parts are noted in their order; one takes the place of an earlier one, and later ones go', async () => {
    const { records } = opened();
    const id = await begun(records);
    for (const number of [1, 2, 3, 4])
      await records.advanceUpload(id, 0, progress(8 * number, { part: part(number) }));
    assert.deepEqual(await noted(records, id), ['1:8', '2:8', '3:8', '4:8']);
    await records.advanceUpload(id, 0, progress(33));
    await records.advanceUpload(id, 0, progress(34, { part: null }));
    assert.equal((await noted(records, id)).length, 4);
    const again = { number: 2, size: 5, etag: 'other', checksum: 'c3Vt' };
    await records.advanceUpload(id, 0, progress(13, { part: again }));
    assert.deepEqual(await records.uploadParts(id), [part(1), again]);
    assert.equal((await records.findUpload(id))?.offset, 13);
  });

  test('another upload’s parts are its own', async () => {
    const { records } = opened();
    const [one, other] = [await begun(records), await begun(records)];
    for (const number of [1, 2, 3]) {
      await records.advanceUpload(one, 0, progress(8 * number, { part: part(number) }));
      await records.advanceUpload(other, 0, progress(7 * number, { part: part(number, 7) }));
    }
    await records.advanceUpload(one, 0, progress(8, { part: part(1) }));
    assert.deepEqual(await noted(records, one), ['1:8']);
    assert.deepEqual(await noted(records, other), ['1:7', '2:7', '3:7']);
  });

  test('10,000 parts are read back, by number', async () => {
    const { records } = opened();
    const id = await begun(records);
    const numbers = Array.from({ length: 10_000 }, (_, index) => index + 1);
    // What fits one group of either database keeps its order.
    for (let at = 0; at < numbers.length; at += 50) {
      const some = numbers.slice(at, at + 50);
      await Promise.all(some.map((n) => records.advanceUpload(id, 0, progress(8 * n, { part: part(n) }))));
    }
    const parts = await records.uploadParts(id);
    assert.deepEqual(
      parts.map(({ number }) => number),
      numbers,
    );
    assert.deepEqual(parts.at(-1), part(10_000));
    await records.finishUpload(id, 0, 'available', { filename: 'a.pdf', size: 1, dueIn: null }, happened());
    assert.equal(await records.findUpload(id), null);
  });
}

/** Every call that goes on with an upload. */
function calls(records: Records): ((id: string) => Promise<unknown>)[] {
  const changes = { filename: 'a.pdf', size: 1, sha256, dueIn: null };
  return [
    (id) => records.takeUpload(id),
    (id) => records.takeUpload(id, 0),
    (id) => records.advanceUpload(id, 0, progress(8)),
    (id) => records.advanceUpload(id, 0, progress(8, { part: part(1) })),
    (id) => records.placeUpload(id, 0, placed),
    (id) => records.uploadParts(id),
    (id) => records.finishUpload(id, 0, 'available', changes, happened()),
  ];
}
