import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type ErrorCode, hasCode, StrongroomError } from '../errors.ts';
import type { DirectUploads } from '../objects/direct-uploads.ts';
import { DiskStore } from '../objects/disk.ts';
import type { ResumableTarget } from '../objects/resumable-objects.ts';
import type { Records } from '../records/records.ts';
import { openSqliteRecords } from '../records/sqlite.ts';
import { Direct } from './direct.ts';
import { type Caller, everything } from './permissions.ts';
import { Policy } from './policy.ts';

const caller: Caller = { actor: { kind: 'key', id: 'k1' }, key: 'k1', requestId: 'r1', rights: everything };
const log = pino({ level: 'silent' });
const day = 24 * 3_600_000;
const bytes = Buffer.from('these are the bytes');

let folder: string;
let records: Records;
let store: DiskStore;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-direct-'));
  records = openSqliteRecords({ folder });
  store = new DiskStore({ folder: join(folder, 'objects') });
  await records.connect();
  await store.connect();
});

after(async () => {
  await records.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** What has been begun at the bucket and not ended, by key and id. */
const open = new Set<string>();
let begunSoFar = 0;
let isRefusing = false;

/** The rules over a bucket where every part that was begun has arrived, and records of which some calls are changed. */
function rules(changed: Partial<Records> = {}) {
  const ours = new Proxy(records, {
    get(of, name) {
      const found = changed[name as keyof Records] ?? of[name as keyof Records];
      return typeof found === 'function' ? found.bind(of) : found;
    },
  });
  let target: ResumableTarget | null = null;
  const direct: DirectUploads = {
    origin: 'https://bucket.example',
    begin: async (begun, size) => {
      if (isRefusing) throw new StrongroomError('store_unavailable', {});
      target = begun;
      begunSoFar += 1;
      const uploadId = `u${begunSoFar}`;
      open.add(`${begun.key} ${uploadId}`);
      return { uploadId, partSize: size };
    },
    urls: async (_, parts) => parts.map(({ number }) => `https://bucket.example/${number}`),
    parts: async ({ key, uploadId }) =>
      open.has(`${key} ${uploadId}`) ? [{ number: 1, size: bytes.length, etag: '', checksum: null }] : null,
    complete: async ({ key, uploadId }) => {
      if (target) await store.put(target.key, bytes, target);
      open.delete(`${key} ${uploadId}`);
    },
    end: async ({ key, uploadId }) => void open.delete(`${key} ${uploadId}`),
    endAll: async (key) => {
      for (const each of open) if (each.startsWith(`${key} `)) open.delete(each);
    },
  };
  const type = { id: 'note', label: 'Note', accept: ['text/plain'], maxSize: 900_000, trashFor: day };
  return new Direct({
    records: ours,
    // As S3 does it.
    store: new Proxy(store, {
      get: (of, name) => {
        if (name === 'remove') return async (key: string) => [await of.remove(key), await direct.endAll(key)];
        const found = of[name as keyof DiskStore];
        return typeof found === 'function' ? found.bind(of) : found;
      },
    }),
    direct,
    log,
    policy: new Policy([type], 1_000_000),
    keyTemplate: '{recordId}/{type}/{id}{ext}',
    uploadLives: day,
    deployment: () => 'd1',
    verifying: { begin: () => {}, settled: async (id) => (await records.get(id)) ?? assert.fail() },
  });
}

const draft = {
  recordId: 'r',
  type: 'note',
  filename: 'n.txt',
  contentType: null,
  metadata: {},
  replaces: null,
  size: bytes.length,
};

async function begun(direct: Direct, idempotencyKey: string | null = null): Promise<string> {
  const { standing } = await direct.begin(caller, { ...draft, idempotencyKey });
  return standing.id;
}

async function raises(code: ErrorCode, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => hasCode(error, code) || assert.fail(String(error)));
}

describe('a direct upload that another call moves on meanwhile', () => {
  test('asked for its parts as it is completed, it is whole', async () => {
    for (const name of ['findUpload', 'advanceUpload'] as const) {
      let asked = 0;
      const house = rules();
      const beside = rules({
        async [name](...given: never[]) {
          asked += 1;
          // The first look is before the completion, and so is what it leads to.
          if (asked === (name === 'findUpload' ? 2 : 1)) await house.complete(caller, id);
          return (records[name] as (...told: never[]) => Promise<never>)(...given);
        },
      });
      const id = await begun(house);
      const { expiresAt, received } = await beside.parts(caller, id, null);
      assert.deepEqual([expiresAt, received], [null, [{ number: 1, size: bytes.length }]]);
      assert.equal((await records.get(id))?.state, 'inspecting');
    }
  });

  test('begun anew by two at once, it goes on as the later one began it, and nothing else is left', async () => {
    isRefusing = true;
    const house = rules();
    await raises('store_unavailable', begun(house, 'one'));
    isRefusing = false;
    let later: Promise<string> | null = null;
    const slow = rules({
      async takeUpload(...given) {
        const taken = await records.takeUpload(...given);
        later = begun(house, 'one');
        await later;
        return taken;
      },
    });
    await raises('upload_taken_over', begun(slow, 'one'));
    const id = (await later) ?? assert.fail();
    // And one that died as it had begun it, and before it could say so.
    open.add(`${(await records.get(id))?.storage.key} u0`);
    const { parts } = await house.parts(caller, id, [1]);
    assert.equal(parts.length, 1);
    assert.equal((await house.complete(caller, id)).state, 'inspecting');
    assert.deepEqual([...open], []);
  });

  test('given up as it is completed, it is over, and its object goes', async () => {
    const house = rules();
    const beside = rules({
      async finishUpload(id, ...rest) {
        await house.abandon(caller, id);
        return records.finishUpload(id, ...rest);
      },
    });
    const id = await begun(beside);
    await raises('upload_ended', beside.complete(caller, id));
    await raises('upload_ended', beside.parts(caller, id, null));
    const { storage, state } = (await records.get(id)) ?? assert.fail();
    assert.deepEqual([state, await store.stat(storage.key)], ['abandoned', null]);
    await house.abandon(caller, id);
  });
});
