import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { deploymentKey, settleDeployment } from './deployment.ts';
import { StartError } from './errors.ts';
import { DiskStore } from './objects/disk.ts';
import { openSqliteRecords } from './records/sqlite.ts';

/** Records and a store in fresh folders; a name given twice is the same place. */
async function places(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-deployment-'));
  const open: (() => Promise<void>)[] = [];
  t.after(async () => {
    for (const close of open) await close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    async records(name: string) {
      const records = openSqliteRecords({ folder: join(folder, name), serving: false });
      await records.connect();
      open.push(() => records.close());
      return records;
    },
    async store(name: string) {
      const store = new DiskStore({ folder: join(folder, name) });
      await store.connect();
      open.push(() => store.close());
      return store;
    },
  };
}

test('the id is made once and kept on both sides', async (t) => {
  const { records, store } = await places(t);
  const id = await settleDeployment(await records('r'), await store('s'), null);
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal(await settleDeployment(await records('r'), await store('s'), null), id);
});

test('two processes that start at once agree', async (t) => {
  const { records, store } = await places(t);
  const sides = [await records('r'), await store('s')] as const;
  const ids = await Promise.all(Array.from({ length: 8 }, () => settleDeployment(...sides, null)));
  assert.equal(new Set(ids).size, 1);
});

test('a crash after the records kept the id is made good by the next start', async (t) => {
  const { records, store } = await places(t);
  const kept = await records('r');
  const id = await kept.keepOnce('deployment', randomUUID());
  const s = await store('s');
  assert.equal(await settleDeployment(kept, s, null), id);
  assert.equal(await settleDeployment(await records('r'), s, null), id);
});

test('records and store of two deployments stop the start with one line that names both', async (t) => {
  const { records, store } = await places(t);
  const one = await settleDeployment(await records('r1'), await store('s1'), null);
  const two = await settleDeployment(await records('r2'), await store('s2'), null);
  await assert.rejects(settleDeployment(await records('r1'), await store('s2'), null), (error) => {
    assert.ok(error instanceof StartError);
    assert.ok(error.message.includes(one) && error.message.includes(two));
    assert.ok(!error.message.includes('\n'));
    return true;
  });
});

test('new records on a store that has an owner stop the start, unless told to take it over', async (t) => {
  const { records, store } = await places(t);
  const owner = await settleDeployment(await records('r1'), await store('s'), null);
  await assert.rejects(
    settleDeployment(await records('r2'), await store('s'), null),
    (error) => error instanceof StartError && error.message.includes(`STRONGROOM_DEPLOYMENT=${owner}`),
  );
  await assert.rejects(settleDeployment(await records('r2'), await store('s'), randomUUID()), StartError);
  assert.equal(await settleDeployment(await records('r2'), await store('s'), owner), owner);
});

test('records that have a store stop the start on one without a mark, unless told to mark it again', async (t) => {
  const { records, store } = await places(t);
  const id = await settleDeployment(await records('r'), await store('s'), null);
  const other = await store('unmounted');
  await assert.rejects(
    settleDeployment(await records('r'), other, null),
    (error) => error instanceof StartError && error.message.includes(`STRONGROOM_DEPLOYMENT=${id}`),
  );
  assert.equal(await other.stat(deploymentKey), null);
  assert.equal(await settleDeployment(await records('r'), other, id), id);
  assert.equal(await settleDeployment(await records('r'), other, null), id);
});
