import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pino } from 'pino';
import { type ErrorCode, hasCode } from '../errors.ts';
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

/** The rules over a bucket of which every part has arrived, and records of which some calls are changed. */
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
      target = begun;
      return { uploadId: 'u1', partSize: size };
    },
    urls: async (_, parts) => parts.map(({ number }) => `https://bucket.example/${number}`),
    parts: async () => [{ number: 1, size: bytes.length, etag: '', checksum: null }],
    complete: async () => {
      if (target) await store.put(target.key, bytes, target);
    },
    end: async () => {},
  };
  const type = { id: 'note', label: 'Note', accept: ['text/plain'], maxSize: 900_000, trashFor: day };
  return new Direct({
    records: ours,
    store,
    direct,
    log,
    policy: new Policy([type], 1_000_000),
    keyTemplate: '{recordId}/{type}/{id}{ext}',
    uploadLives: day,
    deployment: () => 'd1',
    verifying: { begin: () => {}, settled: async (id) => (await records.get(id)) ?? assert.fail() },
  });
}

async function begun(direct: Direct): Promise<string> {
  const { standing } = await direct.begin(caller, {
    recordId: 'r',
    type: 'note',
    filename: 'n.txt',
    contentType: null,
    metadata: {},
    replaces: null,
    idempotencyKey: null,
    size: bytes.length,
  });
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
