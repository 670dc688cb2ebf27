import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pino } from 'pino';
import { testFolder } from '../../test/harness.ts';
import { StrongroomError } from '../errors.ts';
import { verifyStored } from '../lifecycle/chores/verify-stored.ts';
import { DiskStore } from '../objects/disk.ts';
import type { ObjectStore, OpenOptions } from '../objects/object-store.ts';
import type { Records } from '../records/records.ts';
import { openSqliteRecords } from '../records/sqlite.ts';
import type { Actor, Document } from './document.ts';
import { uuidv7 } from './uuid.ts';
import { Verifying, verifyingLease } from './verifying.ts';

const actor: Actor = { kind: 'key', id: 'k1' };
const log = pino({ level: 'silent' });

interface House {
  readonly records: Records;
  readonly store: DiskStore;
  readonly verifying: Verifying;
}

async function house(t: TestContext, around: Partial<Pick<ObjectStore, 'open'>> = {}): Promise<House> {
  const folder = await testFolder(t);
  const records = openSqliteRecords({ folder });
  const store = new DiskStore({ folder: join(folder, 'objects') });
  await records.connect();
  await store.connect();
  const open = around.open ?? store.open.bind(store);
  const verifying = new Verifying({ records, store: { open }, isOurStore: async () => true, log });
  t.after(async () => {
    await verifying.stop();
    await records.close();
    await store.close();
  });
  return { records, store, verifying };
}

/** A document in `inspecting` whose record says `size`, with `bytes` at its key; null: nothing lies there. */
async function inspecting(
  { records, store }: House,
  bytes: Buffer | null,
  { size = bytes?.length ?? 1, dueIn = verifyingLease } = {},
): Promise<Document> {
  const id = uuidv7();
  const createdAt = new Date();
  const facts = { recordId: 'inquiry', type: 'note', filename: 'a.bin' };
  const key = `inquiry/note/${id}.bin`;
  await records.create(
    {
      ...facts,
      id,
      contentType: 'application/octet-stream',
      state: 'receiving',
      storage: { store: 'disk', bucket: null, key, versionId: null, storageClass: null },
      metadata: {},
      replaces: null,
      createdAt,
      createdBy: actor,
      dueIn: 60_000,
    },
    { action: 'document.received', actor, requestId: null, at: createdAt },
  );
  if (bytes !== null) {
    const description = {
      ...facts,
      version: 1 as const,
      deployment: 'd1',
      id,
      createdAt: createdAt.toISOString(),
    };
    await store.put(key, bytes, { contentType: 'application/octet-stream', description });
  }
  const happened = { action: 'document.inspecting', actor, requestId: null, at: new Date() } as const;
  return records.transition(id, ['receiving'], 'inspecting', { size, dueIn }, happened);
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const until = 30_000;

test('what is stored becomes readable with the digest that was read back', async (t) => {
  const at = await house(t);
  const bytes = randomBytes(1_000_000);
  const document = await inspecting(at, bytes);
  at.verifying.begin(document);
  assert.equal(at.verifying.running, 1, 'it begins at once');
  const settled = await at.verifying.settled(document.id, until);
  assert.equal(settled.state, 'available');
  assert.equal(settled.sha256, sha256(bytes));
  const { action, details } = (await at.records.events(document.id)).at(-1) ?? assert.fail();
  assert.deepEqual(
    { action, details },
    { action: 'document.available', details: { size: 1_000_000, sha256: sha256(bytes) } },
  );
  const due = await at.records.claim(['available'], { limit: 1, lease: 1 });
  assert.deepEqual(due, [], 'nothing is left to do');
});

for (const [what, bytes, size, reason] of [
  ['longer', Buffer.from('12345'), 4, 'length_mismatch'],
  ['shorter', Buffer.from('123'), 4, 'length_mismatch'],
  ['missing', null, 4, 'object_missing'],
] as const)
  test(`an object that is ${what} than its record says is given up, and due to be removed`, async (t) => {
    const at = await house(t);
    const document = await inspecting(at, bytes, { size });
    at.verifying.begin(document);
    const settled = await at.verifying.settled(document.id, until);
    assert.equal(settled.state, 'abandoned');
    assert.deepEqual((await at.records.events(document.id)).at(-1)?.details, { reason });
    const due = await at.records.claim(['abandoned'], { limit: 1, lease: 1 });
    assert.equal(due[0]?.document.id, document.id);
  });

test('where the whole store is not ours any more, nothing is given up for want of its bytes', async (t) => {
  const { records, store } = await house(t);
  const asked = Promise.withResolvers<void>();
  const isOurStore = async () => {
    asked.resolve();
    return false;
  };
  const verifying = new Verifying({ records, store, isOurStore, log });
  const document = await inspecting({ records, store, verifying }, null);
  verifying.begin(document);
  await asked.promise;
  await verifying.stop();
  assert.equal((await records.get(document.id))?.state, 'inspecting');
});

test('a read that breaks off goes on where it stood, and one that can’t be had now is tried again', async (t) => {
  const first: number[] = [];
  const at = await house(t, {
    open: async (key: string, options?: OpenOptions) => {
      first.push(options?.range?.first ?? 0);
      if (first.length === 1) throw new StrongroomError('store_unavailable', {});
      const opened = await at.store.open(key, options);
      if (first.length > 2) return opened;
      let given = 0;
      opened.body.on('data', ({ length }: Buffer) => {
        given += length;
        if (given > 500_000) opened.body.destroy(new StrongroomError('store_unavailable', {}));
      });
      return opened;
    },
  });
  const bytes = randomBytes(2_000_000);
  const document = await inspecting(at, bytes);
  at.verifying.begin(document);
  assert.equal((await at.verifying.settled(document.id, until)).sha256, sha256(bytes));
  assert.deepEqual(first.slice(0, 2), [0, 0]);
  assert.ok((first[2] ?? 0) > 500_000, 'it begins after what was read');
});

test('two are read at once, and the others wait', async (t) => {
  const gate = Promise.withResolvers<void>();
  const at = await house(t, {
    open: async (key: string, options?: OpenOptions) => {
      await gate.promise;
      return at.store.open(key, options);
    },
  });
  const documents: Document[] = [];
  for (let count = 0; count < 5; count++) documents.push(await inspecting(at, Buffer.from(`${count}`)));
  for (const document of documents) at.verifying.begin(document);
  assert.equal(at.verifying.running, 2);
  gate.resolve();
  for (const { id } of documents) assert.equal((await at.verifying.settled(id, until)).state, 'available');
  assert.equal(at.verifying.running, 0);
});

test('the chore takes up what has come due, all of it, and nothing that somebody sees to', async (t) => {
  const at = await house(t);
  const mine = await inspecting(at, Buffer.from('somebody else’s'));
  const due: Document[] = [];
  for (let count = 0; count < 40; count++)
    due.push(await inspecting(at, Buffer.from(`${count}`), { dueIn: 0 }));
  const run = await verifyStored(at.verifying).run({ limit: 100, signal: new AbortController().signal });
  assert.ok(run.done > 0 && run.done < due.length, 'the rest is for other processes');
  for (const { id } of due) assert.equal((await at.verifying.settled(id, until)).state, 'available');
  assert.equal((await at.records.get(mine.id))?.state, 'inspecting');
});

test('a stop ends what is being read, and leaves it to whoever comes', async (t) => {
  const opened = Promise.withResolvers<void>();
  const at = await house(t, {
    open: async (_: string, { signal }: OpenOptions = {}) => {
      opened.resolve();
      return new Promise((_resolve, reject) =>
        signal?.addEventListener('abort', () => reject(signal.reason)),
      );
    },
  });
  const documents = [await inspecting(at, Buffer.from('1')), await inspecting(at, Buffer.from('2'))];
  for (const document of documents) at.verifying.begin(document);
  await opened.promise;
  await at.verifying.stop();
  for (const { id } of documents) assert.equal((await at.records.get(id))?.state, 'inspecting');
  at.verifying.begin(documents[0] as Document);
  assert.equal(at.verifying.running, 0);
});

test('who waits hears after its time that it is still being looked at; of one that was forgotten, that it is missing', async (t) => {
  const at = await house(t);
  const document = await inspecting(at, Buffer.from('1'));
  assert.equal((await at.verifying.settled(document.id, 20)).state, 'inspecting');
  await assert.rejects(at.verifying.settled(uuidv7(), 20), { code: 'document_missing' });
});

test('one that is deleted while it is read stays deleted', async (t) => {
  const gate = Promise.withResolvers<void>();
  const at = await house(t, {
    open: async (key: string, options?: OpenOptions) => {
      await gate.promise;
      return at.store.open(key, options);
    },
  });
  const document = await inspecting(at, Buffer.from('1'));
  at.verifying.begin(document);
  const happened = { action: 'document.deleted', actor, requestId: null, at: new Date() } as const;
  const changes = { stateBefore: 'inspecting', dueIn: null } as const;
  await at.records.transition(document.id, ['inspecting'], 'deleted', changes, happened);
  gate.resolve();
  while (at.verifying.running > 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await at.records.get(document.id))?.state, 'deleted');
});
