import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RoundRobin } from '../faults/round-robin.ts';
import { pdf } from '../fixtures/make.ts';
import { startServer, type TestServer, testFolder } from '../harness.ts';
import { s3AndPostgres } from './backends.ts';
import { ApiClient, type ApiEvent } from './client.ts';
import { lookAtRecords, type RecordsLook } from './crash-records.ts';

/** The chores of every node are after the same rows all the time. Time passes only when the test says so. */
const config = {
  documentTypes: [{ id: 'binned', accept: ['application/pdf'], trashFor: '1h' }],
  lifecycle: { every: '10ms', uploadDeadAfter: '1h', lookAgainAfter: '1h', forgetAfter: '3650d' },
};

/** So many rows a chore claims at once, and so many of them it works on side by side. */
const claimed = 100;
const sideBySide = 4;

/** One process, and the objects that it was heard to remove, each as often as it was. */
interface Node {
  readonly server: TestServer;
  readonly removed: string[];
  /** Called when it removes one. */
  onRemoval: () => void;
}

async function startNode(t: TestContext, settings: Readonly<Record<string, string>>): Promise<Node> {
  const proxy = await RoundRobin.listen(t, 'request');
  proxy.targets.push(new URL(settings.S3_ENDPOINT ?? ''));
  const removed: string[] = [];
  proxy.onRequest = ({ method, url = '' }) => {
    const id = /\/binned\/([^/?]+)\.pdf/.exec(url)?.[1];
    if (method !== 'DELETE' || !id) return;
    removed.push(id);
    node.onRemoval();
  };
  const DATA_DIR = await testFolder(t);
  await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(config));
  const server = await startServer(t, { ...settings, S3_ENDPOINT: proxy.url, DATA_DIR });
  const node: Node = { server, removed, onRemoval: () => {} };
  return node;
}

/** Uploads and deletes; their time in the trash is still to pass. Their ids. */
async function bin({ server }: Node, count: number): Promise<string[]> {
  const api = new ApiClient(server);
  const bytes = pdf();
  const ids: string[] = [];
  const next = async () => {
    while (ids.length < count) {
      const at = ids.push('') - 1;
      const { body } = await api.upload(
        'raw',
        { recordId: 'r', type: 'binned', filename: 'purged-once.pdf' },
        { size: bytes.length, body: bytes },
      );
      ids[at] = body.id;
      assert.equal((await api.send('DELETE', `/v1/documents/${body.id}`)).status, 202);
    }
  };
  await Promise.all(Array.from({ length: 8 }, next));
  return ids;
}

async function unpurged(records: RecordsLook): Promise<number> {
  return (await records.rows()).filter(({ state }) => state !== 'purged').length;
}

async function purged(records: RecordsLook): Promise<void> {
  for (const until = performance.now() + 60_000; (await unpurged(records)) > 0; await sleep(50)) {
    assert.ok(performance.now() < until, 'rows are left');
  }
}

/** That the history of each tells of one purge. */
async function assertPurgedOnce({ server }: Node, ids: readonly string[]): Promise<void> {
  const api = new ApiClient(server);
  for (const id of ids) {
    const { body } = await api.send<{ items: ApiEvent[] }>('GET', `/v1/documents/${id}/events`);
    assert.deepEqual(
      body.items.map(({ action }) => action),
      ['received', 'available', 'deleted', 'purging', 'purged'].map((action) => `document.${action}`),
    );
  }
}

/** How many rows a node's log says that its chore has settled. */
function settledBy({ server }: Node): number {
  const lines = server.logs().matchAll(/"chore":"purge-deleted","done":(\d+)/g);
  return [...lines].reduce((sum, [, done]) => sum + Number(done), 0);
}

test('chores of two processes work on each row once', { skip: s3AndPostgres.missing() }, async (t) => {
  const { DATA_DIR: _, ...shared } = await s3AndPostgres.prepare(t);
  const settings = { ...shared, STRONGROOM_API_KEY: 'the key that both are given' };
  const records = lookAtRecords(settings);
  const nodes = await Promise.all([startNode(t, settings), startNode(t, settings)]);
  const [one, two] = nodes;

  await t.test('under contention', async () => {
    const ids = await bin(one, claimed + 20);
    await records.passTime();
    await purged(records);
    await assertPurgedOnce(two, ids);
    assert.deepEqual([...one.removed, ...two.removed].sort(), [...ids].sort(), 'each object is removed once');
    assert.ok(one.removed.length > 0 && two.removed.length > 0, 'both have worked');
    const settled = () => settledBy(one) + settledBy(two);
    // A chore tells of its rows when it is through with them.
    while (settled() < ids.length) await sleep(20);
    await sleep(100);
    assert.equal(settled(), ids.length);
  });

  await t.test('also when one is killed in the middle, and the other takes its rows over', async () => {
    const ids = await bin(two, claimed + 20);
    const before = one.removed.length + two.removed.length;
    const victim = Promise.withResolvers<Node>();
    for (const node of nodes) {
      const has = node.removed.length;
      node.onRemoval = () => {
        if (node.removed.length - has === 10) victim.resolve(node);
      };
    }
    await records.passTime();
    const dead = await victim.promise;
    await dead.server.kill();
    const survivor = dead === one ? two : one;

    // What is leased to the dead stays his, however long the other asks.
    let left = await unpurged(records);
    for (let same = 0; same < 5; await sleep(100)) {
      const now = await unpurged(records);
      same = now === left ? same + 1 : 0;
      left = now;
    }
    assert.ok(left > 0, 'it had leases when it died');

    await records.passTime();
    await purged(records);
    await assertPurgedOnce(survivor, ids);
    const removed = [...one.removed, ...two.removed];
    const times = new Map<string, number>();
    for (const id of removed) times.set(id, (times.get(id) ?? 0) + 1);
    const again = ids.filter((id) => times.get(id) !== 1);
    assert.ok(again.length <= sideBySide, `${again.length} were in hand when it died`);
    assert.ok(again.every((id) => times.get(id) === 2));
    assert.equal(removed.length, before + ids.length + again.length);
    assert.equal(await survivor.server.stop(), 0);
  });
});
