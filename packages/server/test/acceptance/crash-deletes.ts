import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Backend } from './backends.ts';
import { House, type Type } from './crash-house.ts';
import { KiB, type Point, pointsOf, stopsOf } from './crash-points.ts';

const begin: Point = { step: 'records.transition deleted#1', moment: 'before' };
const begun: Point = { ...begin, moment: 'after' };

interface Trial {
  readonly recordId: string;
  readonly type: Type;
  readonly point: Point;
}

/** Kills the process while deletes stand at each of their steps: what was begun is ended, what was not leaves no trace. */
export async function dieInDeletes(t: TestContext, backend: Backend): Promise<void> {
  const house = await House.build(t, backend);
  const trials = await prepare(house);
  await house.start(stopsOf(trials));
  const asked = [...house.ledger.values()]
    .filter(({ recordId }) => trials.some((trial) => trial.recordId === recordId))
    .map((kept) => house.remove(kept));
  await house.stopped(trials.map(({ recordId }) => recordId));
  await house.kill();
  await Promise.all(asked);
  await house.settle();
  const left = new Map((await house.rows()).map(({ recordId, state }) => [recordId, state]));
  for (const { recordId, type, point } of trials) {
    const isBegun = point.step !== begin.step || point.moment !== begin.moment;
    const state = !isBegun ? 'available' : type === 'kept' ? 'deleted' : undefined;
    assert.equal(left.get(recordId), state, `${recordId}, killed ${point.moment} ${point.step}`);
  }
  await house.check();
  t.diagnostic(`${trials.length} points`);
}

/** Sees which steps a delete takes, and keeps a document for each. */
async function prepare(house: House): Promise<Trial[]> {
  await house.start();
  const probe = await house.upload('probe', 'raw', 64 * KiB);
  assert.ok(probe);
  await house.kill();
  await house.start({ probe: null });
  await house.remove(probe);
  const now = pointsOf(await house.passed(), 'probe').map((point) => ({ type: 'fleeting' as const, point }));
  const later = (['binned', 'kept'] as const).flatMap((type) => [
    { type, point: begin },
    { type, point: begun },
  ]);
  const trials = [...now, ...later].map((trial, at) => ({ ...trial, recordId: `delete-${at}` }));
  for (const { recordId, type } of trials) assert.ok(await house.upload(recordId, 'raw', 64 * KiB, type));
  await house.kill();
  return trials;
}
