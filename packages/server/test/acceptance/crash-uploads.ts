import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Moment } from '../faults/kill-plan.ts';
import type { Backend } from './backends.ts';
import { House } from './crash-house.ts';
import { inGroups, KiB, MiB, type Point, pointsOf, stopsOf, type UploadCase } from './crash-points.ts';

interface Trial {
  readonly recordId: string;
  readonly upload: UploadCase;
  readonly point: Point;
  /** The state had been written: the document is there although nobody was told. */
  readonly committed: boolean;
}

/** How many uploads stand still in one process. */
const together = 48;

/** Kills the process while uploads stand at each of their steps: each is whole afterwards, or was never there. */
export async function dieInUploads(
  t: TestContext,
  backend: Backend,
  uploads: readonly UploadCase[],
): Promise<void> {
  const house = await House.build(t, backend);
  await house.start(Object.fromEntries(uploads.map(({ name }) => [name, null])));
  for (const { name, way, size } of uploads) assert.ok(await house.upload(name, way, size));
  const passed = await house.passed();
  const trials = uploads.flatMap((upload) => trialsOf(upload, pointsOf(passed, upload.name)));
  await house.kill();
  for (const group of inGroups(together, trials)) {
    await house.start(stopsOf(group));
    const sent = group.map(({ recordId, upload }) => house.upload(recordId, upload.way, upload.size));
    await house.stopped(group.map(({ recordId }) => recordId));
    await house.kill();
    for (const answer of await Promise.all(sent)) assert.equal(answer, null, 'acknowledged too early');
  }
  await house.settle();
  await house.check();
  const there = new Set((await house.rows()).map(({ recordId }) => recordId));
  for (const { recordId, point, committed } of trials) {
    assert.equal(there.has(recordId), committed, `${recordId}, killed ${point.moment} ${point.step}`);
  }
  t.diagnostic(`${trials.length} points`);
}

function trialsOf(upload: UploadCase, points: readonly Point[]): Trial[] {
  const last = points.findIndex((p) => p.step === 'records.transition available#1' && p.moment === 'after');
  assert.ok(last > 0, `${upload.name} ends with its state`);
  return upload.choice(points.filter((point) => isCertain(point, upload))).map((point, at) => ({
    recordId: `${upload.name}-${at}`,
    upload,
    point,
    committed: points.indexOf(point) >= last,
  }));
}

/** In how many writes a body goes to the disk depends on how it arrives; so many there are at least. */
function isCertain({ step }: Point, { size }: UploadCase): boolean {
  const write = /^writev half-written#(\d+)$/.exec(step);
  return write === null || Number(write[1]) <= Math.max(1, size / MiB);
}

/** A moment that can't be held, only killed in: within a commit, a request, a write. */
export type Instant = readonly [upload: UploadCase, step: string, moment: Moment];

/** Kills the process within one upload's step, while others of all ways are under way at wherever they are. */
export async function dieWithin(
  t: TestContext,
  backend: Backend,
  instants: readonly Instant[],
): Promise<void> {
  const house = await House.build(t, backend);
  for (const [at, [{ way, size }, step, moment]] of instants.entries()) {
    const recordId = `instant-${at}`;
    await house.start({ [recordId]: { step, moment, end: 'kill' } });
    const sent = [
      house.upload(recordId, way, size),
      ...(['raw', 'form', 'chunked'] as const).map((beside) =>
        house.upload(`${recordId}-${beside}`, beside, 300 * KiB),
      ),
    ];
    await house.stopped([recordId]);
    await house.kill();
    assert.equal(await sent[0], null, 'acknowledged too early');
    await Promise.all(sent);
  }
  await house.settle();
  await house.check();
}
