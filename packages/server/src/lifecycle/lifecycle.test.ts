import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import type { Actor, Document, State } from '../documents/document.ts';
import type { RemovalParts } from '../documents/purge.ts';
import { Uploads } from '../documents/uploads.ts';
import { uuidv7 } from '../documents/uuid.ts';
import { StrongroomError } from '../errors.ts';
import { DiskStore } from '../objects/disk.ts';
import type { ResumableObjects } from '../objects/resumable-objects.ts';
import type { Changes } from '../records/document-records.ts';
import type { Records } from '../records/records.ts';
import { openSqliteRecords } from '../records/sqlite.ts';
import { choreOverDueRows } from './chores/claimed.ts';
import { clearAbandoned } from './chores/clear-abandoned.ts';
import { forgetPurged } from './chores/forget-purged.ts';
import { purgeDeleted } from './chores/purge-deleted.ts';
import { settleDeadUploads } from './chores/settle-dead-uploads.ts';
import { sweepScratch } from './chores/sweep-scratch.ts';
import { type Chore, Lifecycle } from './lifecycle.ts';

const log = pino({ level: 'silent' });
const actor: Actor = { kind: 'key', id: 'k1' };
const deployment = 'd1';

let folder: string;
let records: Records;
let store: DiskStore;
let parts: RemovalParts;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'strongroom-lifecycle-'));
  records = openSqliteRecords({ folder });
  store = new DiskStore({ folder: join(folder, 'objects') });
  await records.connect();
  await store.connect();
  parts = { records, store, log, deployment: () => deployment, forgetAfter: 0 };
});

after(async () => {
  await records.close();
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** A document with its bytes, moved through `states`; its row is due `dueIn` ms after the last move. */
async function given(
  states: State[],
  dueIn: number | null,
  { deploymentOf = deployment, at = new Date() } = {},
) {
  const id = uuidv7();
  const key = `inquiry/note/${id}.txt`;
  const createdAt = new Date();
  await records.create(
    {
      id,
      recordId: 'inquiry',
      type: 'note',
      filename: 'a.txt',
      contentType: 'text/plain',
      state: 'receiving',
      storage: { store: 'disk', bucket: null, key, versionId: null, storageClass: null },
      metadata: {},
      replaces: null,
      createdAt,
      createdBy: actor,
      dueIn: states.length === 0 ? (dueIn ?? 60_000) : 60_000,
    },
    { action: 'document.received', actor, requestId: null, at: createdAt },
  );
  const bytes = Buffer.from('a note');
  const description = {
    version: 1 as const,
    deployment: deploymentOf,
    id,
    recordId: 'inquiry',
    type: 'note',
    filename: 'a.txt',
    createdAt: createdAt.toISOString(),
  };
  await store.put(key, bytes, { size: bytes.length, contentType: 'text/plain', description });
  let from: State = 'receiving';
  for (const to of states) {
    const changes: Changes = { size: 6, sha256: 'x', dueIn: to === states.at(-1) ? dueIn : null };
    await records.transition(id, [from], to, changes, {
      action: 'document.changed',
      actor,
      requestId: null,
      at,
    });
    from = to;
  }
  return { id, key };
}

/** The records with some calls exchanged. */
function recordsWith(calls: Partial<Records>): Records {
  return new Proxy(records, {
    get: (target, name: keyof Records) => calls[name] ?? target[name].bind(target),
  });
}

/** No upload runs here. */
const silent = { beat: async () => {} };

async function run(chore: Chore): Promise<number> {
  return (await chore.run({ limit: 100, signal: new AbortController().signal })).done;
}

describe('chores', () => {
  test('a row whose lease is nearly over is left to whoever claims it next', async (t) => {
    const rows: string[] = [];
    for (let count = 0; count < 5; count++) rows.push((await given(['available', 'deleted'], 0)).id);
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    const worked: string[] = [];
    const slow = choreOverDueRows('slow', records, log, ['deleted'], async ({ document }) => {
      worked.push(document.id);
      now = 150_000;
    });
    assert.equal(await run(slow), 4);
    t.mock.restoreAll();
    assert.equal(worked.length, 4);
    // Out of the queue of the other tests.
    for (const id of rows) {
      const at = new Date();
      const happened = { action: 'document.restored', actor, requestId: null, at } as const;
      await records.transition(id, ['deleted'], 'available', { dueIn: null }, happened);
    }
  });

  test('an upload without a heartbeat is given up, its bytes go, and it is looked at twice before it is forgotten', async () => {
    const { id, key } = await given([], 0);
    const alive = await given([], 60_000);
    assert.equal(await run(settleDeadUploads(records, silent, log, 0)), 1);
    assert.equal((await records.get(id))?.state, 'abandoned');
    assert.equal((await records.get(alive.id))?.state, 'receiving');
    assert.notEqual(await store.stat(alive.key), null);

    const clear = clearAbandoned(parts, 400);
    assert.equal(await run(clear), 1);
    assert.equal(await store.stat(key), null);
    assert.notEqual(await records.get(id), null, 'forgotten at the first look');
    assert.equal(await run(clear), 0, 'looked again too early');
    // A part that was in flight lands after the first look.
    const bytes = Buffer.from('late');
    const late = {
      version: 1 as const,
      deployment,
      id,
      recordId: 'inquiry',
      type: 'note',
      filename: 'a',
      createdAt: '',
    };
    await store.put(key, bytes, { size: 4, contentType: 'text/plain', description: late });
    await sleep(450);
    assert.equal(await run(clear), 1);
    assert.equal(await store.stat(key), null);
    assert.equal(await records.get(id), null);
  });

  test('an upload that may go on over several requests is said to have expired', async () => {
    const { id, createdAt } = { id: uuidv7(), createdAt: new Date() };
    const storage = { store: 'disk', bucket: null, key: '', versionId: null, storageClass: null } as const;
    const named = { recordId: 'r', type: 'note', filename: 'a.txt', contentType: 'text/plain' };
    await records.create(
      {
        ...{ ...named, id, storage, createdAt, metadata: {}, replaces: null },
        ...{ state: 'receiving' as const, createdBy: actor, dueIn: 0 },
      },
      { action: 'document.received', actor, requestId: null, at: createdAt },
      undefined,
      undefined,
      { transport: 'tus', length: 9, state: {}, claims: {} },
    );
    await run(settleDeadUploads(records, silent, log, 0));
    assert.deepEqual((await records.events(id)).at(-1)?.details, { reason: 'expired' });
    await run(clearAbandoned(parts, 0));
    await run(clearAbandoned(parts, 0));
    assert.equal(await records.get(id), null);
  });

  test('the scratch of uploads that are over is cleared, once it is old, and no other', async () => {
    const cleared: string[] = [];
    const states = new Map([
      ['goes-on', 'receiving'],
      ['over', 'available'],
    ]);
    const resumable = {
      async *unfinished(before: Date) {
        assert.ok(before.getTime() <= Date.now() - 40_000);
        yield* ['goes-on', 'over', 'unknown', 'stuck'];
      },
      async clear(id: string) {
        if (id === 'stuck') throw new StrongroomError('store_unavailable', {});
        cleared.push(id);
      },
    } as unknown as ResumableObjects;
    const get = async (id: string) => (states.has(id) ? ({ state: states.get(id) } as Document) : null);
    const sweep = sweepScratch(
      { records: { get }, store: { resumable }, log },
      { every: 60_000, youngest: 40_000 },
    );
    const { signal } = new AbortController();
    assert.deepEqual(await sweep.run({ limit: 100, signal }), { done: 2, failed: 1, more: false });
    assert.deepEqual(cleared, ['over', 'unknown']);
    assert.deepEqual(await sweep.run({ limit: 100, signal }), { done: 0, failed: 0, more: false });
  });

  test('uploads that run here say that they live before the dead are looked for', async () => {
    const { id } = await given([], 0);
    const uploads = new Uploads(records, { deadAfter: 60_000, endAfter: 60_000 }, log);
    const settle = settleDeadUploads(records, uploads, log, 0);
    const never = new AbortController().signal;
    // As after a process that stood still for longer than an upload may be silent.
    await uploads.run(id, never, async () => assert.equal(await run(settle), 0));
    assert.equal((await records.get(id))?.state, 'receiving');
    await records.heartbeat([id], 0);
    assert.equal(await run(settle), 1);
  });

  test('when the records were away, uploads elsewhere get time to say that they live', async () => {
    const { id } = await given([], 0);
    let away = true;
    const flaky = recordsWith({
      ping: async () => {
        if (away) throw new StrongroomError('records_unavailable', {});
      },
    });
    const settle = settleDeadUploads(flaky, silent, log, 200);
    await assert.rejects(run(settle));
    away = false;
    assert.equal(await run(settle), 0);
    assert.equal((await records.get(id))?.state, 'receiving');
    await sleep(200);
    assert.equal(await run(settle), 1);
  });

  test('what is due in the trash is purged, what is not stays; the bare record is forgotten later', async () => {
    const due = await given(['available', 'deleted'], 0);
    const kept = await given(['available', 'deleted'], 60_000);
    assert.equal(await run(purgeDeleted(parts)), 1);
    assert.equal((await records.get(due.id))?.state, 'purged');
    assert.equal(await store.stat(due.key), null);
    assert.equal((await records.get(kept.id))?.state, 'deleted');
    assert.notEqual(await store.stat(kept.key), null);
    assert.equal(await run(forgetPurged(records, log)), 1);
    assert.equal(await records.get(due.id), null);
  });

  test('a purge that died in the middle is finished', async () => {
    const { id, key } = await given(['available', 'deleted', 'purging'], 0);
    assert.equal(await run(purgeDeleted(parts)), 1);
    assert.equal((await records.get(id))?.state, 'purged');
    assert.equal(await store.stat(key), null);
    await records.forget(id);
  });

  test('an object of another deployment at the key of an abandoned upload is left alone, and the record stays', async () => {
    const { id, key } = await given(['abandoned'], 0, { deploymentOf: 'another' });
    await run(clearAbandoned(parts, 0));
    await run(clearAbandoned(parts, 0));
    assert.notEqual(await store.stat(key), null);
    assert.equal((await records.get(id))?.state, 'abandoned');
    await store.remove(key);
  });

  test('a row that has failed for long waits as long again, at most an hour', async () => {
    const pauses: [string, number][] = [];
    const watched = recordsWith({ postpone: async (id, pause) => void pauses.push([id, pause]) });
    const failing = choreOverDueRows('failing', watched, log, ['purging'], async () => {
      throw new StrongroomError('store_unavailable', {});
    });
    const minutes = (ago: number) => ({ at: new Date(Date.now() - ago * 60_000) });
    await given(['available', 'deleted', 'purging'], 0, minutes(1));
    const middling = await given(['available', 'deleted', 'purging'], 0, minutes(20));
    const old = await given(['available', 'deleted', 'purging'], 0, minutes(600));
    assert.equal(await run(failing), 0);
    const rounded = pauses.map(([id, pause]) => [id, Math.round(pause / 60_000)]);
    assert.deepEqual(
      new Map(rounded as [string, number][]),
      new Map([
        [middling.id, 20],
        [old.id, 60],
      ]),
    );
  });

  test('a store that is away leaves the row for later', async () => {
    const { id } = await given(['available', 'deleted'], 0);
    const away: DiskStore = Object.create(store, {
      stat: { value: () => Promise.reject(new StrongroomError('store_unavailable', {})) },
    });
    assert.deepEqual(
      await purgeDeleted({ ...parts, store: away }).run({ limit: 100, signal: AbortSignal.abort() }),
      {
        done: 0,
        failed: 0,
        more: false,
      },
    );
    const another = await given(['available', 'deleted'], 0);
    const tried = { limit: 100, signal: new AbortController().signal };
    const { done, failed } = await purgeDeleted({ ...parts, store: away }).run(tried);
    assert.deepEqual({ done, failed }, { done: 0, failed: 1 });
    for (const each of [id, another.id]) assert.notEqual((await records.get(each))?.state, 'purged');
  });

  test('from two processes at once each row is handled once', async () => {
    const ids = [];
    for (let n = 0; n < 20; n++) ids.push((await given(['available', 'deleted'], 0)).id);
    const runs = await Promise.all([
      run(purgeDeleted(parts)),
      run(purgeDeleted(parts)),
      run(purgeDeleted(parts)),
    ]);
    assert.equal(
      runs.reduce((sum, done) => sum + done),
      20,
    );
    for (const id of ids) {
      const purged = (await records.events(id)).filter(({ action }) => action === 'document.purged');
      assert.equal(purged.length, 1);
    }
  });
});

describe('the lifecycle', () => {
  const counting = (name: string, more: number, fails = false) => ({
    name,
    states: [],
    runs: 0,
    async run() {
      this.runs++;
      if (fails) throw new StrongroomError('records_unavailable', {});
      return { done: 1, failed: 0, more: this.runs < more };
    },
  });

  test('runs every chore until nothing is due, and a failing one does not keep the others from running', async () => {
    const chores = [counting('a', 3), counting('b', 1, true), counting('c', 1)];
    await new Lifecycle(chores, 1_000, log).round();
    assert.deepEqual(
      chores.map(({ runs }) => runs),
      [3, 1, 1],
    );
  });

  test('a long queue of one chore does not keep the others from their rounds', async () => {
    const endless = {
      name: 'endless',
      states: [],
      runs: 0,
      async run() {
        await sleep(5);
        return { done: 1, failed: 0, more: ++this.runs < 40 };
      },
    };
    const other = counting('other', 1);
    await new Lifecycle([endless, other], 20, log).round();
    assert.equal(endless.runs, 40);
    assert.ok(other.runs >= 4, `${other.runs} runs`);
  });

  test('tells of every run what came of it', async () => {
    const heard: unknown[] = [];
    const observer = { ran: (chore: string, _ms: number, run: object | null) => heard.push([chore, run]) };
    const chores = [counting('a', 1), counting('b', 1, true)];
    await new Lifecycle(chores, 1_000, log, observer).round();
    assert.deepEqual(heard, [
      ['a', { done: 1, failed: 0, more: false }],
      ['b', null],
    ]);
  });

  test('goes on until it is stopped, and then never again', async () => {
    const chore = counting(randomUUID(), 0);
    const lifecycle = new Lifecycle([chore], 10, log);
    lifecycle.start();
    while (chore.runs < 3) await sleep(5);
    await lifecycle.stop();
    const { runs } = chore;
    await sleep(50);
    assert.equal(chore.runs, runs);
  });
});
