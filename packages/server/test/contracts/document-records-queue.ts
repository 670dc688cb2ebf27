import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Records } from '../../src/records/records.ts';
import type { Opened } from './document-records.ts';
import { abandoned, available, happened, minute, receiving } from './document-records-samples.ts';

/** `heartbeat`, `claim`, `overdue`, `lookAgain`, `postpone`. */
export function describeQueue(opened: () => Opened): void {
  /** Claims until nothing is due, so that a test sees its own rows only. */
  const settle = async (records: Records) => {
    while ((await records.claim(['abandoned', 'purging', 'deleted'], { limit: 100, lease: minute })).length);
  };

  test('heartbeats keep an upload from being claimed, and tell of a lost race', async () => {
    const { records } = opened();
    const [alive, dead] = [await receiving(records, { dueIn: 0 }), await receiving(records, { dueIn: 0 })];
    const settled = await available(records);
    const beat = await records.heartbeat([alive.id, settled.id, randomUUID()], minute);
    assert.deepEqual(beat, new Set([alive.id]));
    assert.deepEqual(await records.heartbeat([], minute), new Set());
    const claimed = await records.claim(['receiving'], { limit: 100, lease: minute });
    const ids = claimed.map(({ document }) => document.id);
    assert.ok(ids.includes(dead.id) && !ids.includes(alive.id) && !ids.includes(settled.id));
    assert.deepEqual(
      claimed.find(({ document }) => document.id === dead.id),
      { document: dead, looks: 0 },
    );
  });

  test('what is due is claimed earliest first, and only in the states asked for', async () => {
    const { records } = opened();
    await settle(records);
    const first = await abandoned(records);
    await sleep(5);
    const second = await abandoned(records);
    await sleep(5);
    const { id } = await available(records);
    const third = await records.transition(id, ['available'], 'deleted', { dueIn: 0 }, happened());
    const claim = (limit: number) =>
      records.claim(['deleted', 'abandoned', 'deleted'], { limit, lease: minute });
    assert.deepEqual(await records.claim(['purging'], { limit: 9, lease: minute }), []);
    assert.deepEqual(await records.claim([], { limit: 9, lease: minute }), []);
    assert.deepEqual(
      (await claim(2)).map(({ document }) => document.id),
      [first.id, second.id],
    );
    assert.deepEqual(await claim(2), [{ document: third, looks: 0 }]);
  });

  test('how long the earliest row of a state has been due is told, until it is claimed', async () => {
    const { records } = opened();
    await settle(records);
    assert.deepEqual(await records.overdue(['abandoned', 'deleted']), new Map());
    assert.deepEqual(await records.overdue([]), new Map());
    await abandoned(records);
    await sleep(50);
    await abandoned(records);
    const { id } = await available(records);
    await records.transition(id, ['available'], 'deleted', { dueIn: minute }, happened());
    const overdue = await records.overdue(['deleted', 'abandoned', 'purging']);
    assert.deepEqual([...overdue.keys()], ['abandoned'], 'what is due later is not due');
    const waited = overdue.get('abandoned') ?? 0;
    assert.ok(waited >= 49 && waited < minute, String(waited));
    await settle(records);
    assert.deepEqual(await records.overdue(['abandoned']), new Map());
  });

  test('a row is answered once within its lease among all processes, and is due again after it', async () => {
    const { records, second } = opened();
    await settle(records);
    const ids = new Set<string>();
    for (let left = 30; left > 0; left--) ids.add((await abandoned(records)).id);
    const lease = 2_500;
    const drain = async (from: Records): Promise<string[]> => {
      const got: string[] = [];
      for (;;) {
        const rows = await from.claim(['abandoned'], { limit: 4, lease });
        if (rows.length === 0) return got;
        got.push(...rows.map(({ document }) => document.id));
      }
    };
    const got = (await Promise.all([records, second, records, second].map(drain))).flat();
    assert.equal(got.length, 30);
    assert.deepEqual(new Set(got), ids);
    await sleep(lease + 50);
    const again = await records.claim(['abandoned'], { limit: 100, lease: minute });
    assert.deepEqual(new Set(again.map(({ document }) => document.id)), ids);
  });

  test('a second look comes later and is counted; another state begins anew', async () => {
    const { records } = opened();
    await settle(records);
    const { id } = await abandoned(records);
    const claim = () => records.claim(['abandoned', 'purging'], { limit: 9, lease: minute });
    assert.deepEqual(
      (await claim()).map(({ looks }) => looks),
      [0],
    );
    await records.lookAgain(id, minute);
    assert.deepEqual(await claim(), []);
    await records.lookAgain(id, 0);
    const [row] = await claim();
    assert.equal(row?.looks, 2);
    assert.equal(row?.document.revision, 2);
    assert.equal((await records.events(id)).length, 2);
    await records.transition(id, ['abandoned'], 'purging', { dueIn: 0 }, happened());
    assert.deepEqual(
      (await claim()).map(({ looks }) => looks),
      [0],
    );
  });

  test('a postponed row comes due later, never sooner, and nobody has looked at it', async () => {
    const { records } = opened();
    await settle(records);
    const { id } = await abandoned(records);
    const claim = () => records.claim(['abandoned', 'available'], { limit: 9, lease: minute });
    await records.postpone(id, minute);
    assert.deepEqual(await claim(), []);
    await records.postpone(id, 0);
    assert.deepEqual(await claim(), []);
    await records.lookAgain(id, 0);
    const [row] = await claim();
    assert.deepEqual([row?.looks, row?.document.revision], [1, 2]);
    const never = await available(records);
    await records.postpone(never.id, 0);
    await records.postpone(randomUUID(), 0);
    assert.deepEqual(await claim(), []);
  });

  test('null means never due', async () => {
    const { records } = opened();
    await settle(records);
    const { id } = await available(records);
    await records.transition(id, ['available'], 'deleted', { dueIn: null }, happened());
    assert.deepEqual(await records.claim(['available', 'deleted'], { limit: 9, lease: 1 }), []);
  });
}
