import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Backend } from './backends.ts';
import { House } from './crash-house.ts';
import { type Choice, inGroups, type Point, pointsOf, stopsOf } from './crash-points.ts';
import { type Pieces, Uploader } from './crash-uploader.ts';

export interface ResumedCase extends Pieces {
  readonly name: string;
  readonly choice: Choice;
}

/** How many uploads stand still in one process. */
const together = 24;

/**
 * Kills the process while uploads by tus stand at each of their steps. Each goes on in the next process, from where that says,
 * and becomes the one document of its record; of what lay in between nothing is left that no chore looks for.
 */
export async function dieInResumed(
  t: TestContext,
  backend: Backend,
  uploads: readonly ResumedCase[],
): Promise<void> {
  const house = await House.build(t, backend);
  await house.start(Object.fromEntries(uploads.map(({ name }) => [name, null])));
  for (const upload of uploads) assert.ok(await new Uploader(house, upload.name, upload).run());
  const passed = await house.passed();
  await house.kill();
  const trials = uploads.flatMap((upload) =>
    upload
      .choice(pointsOf(passed, upload.name).filter(isCertain))
      .map((point, at) => trialOf(house, upload, point, at)),
  );
  for (const group of inGroups(together, trials)) {
    await house.start(stopsOf(group));
    const sent = group.map(({ uploader }) => uploader.run());
    await house.stopped(group.map(({ recordId }) => recordId));
    await house.kill();
    for (const [at, done] of (await Promise.all(sent)).entries())
      assert.equal(done, false, `${group[at]?.recordId} ended before ${group[at]?.point.step}`);
    await house.start();
    for (const { recordId, point, uploader } of group)
      assert.ok(await uploader.run(), `${recordId}, killed ${point.moment} ${point.step}`);
    await house.kill();
  }
  await house.settle();
  await house.check({ unswept: true });
  const there = (await house.rows()).map(({ recordId }) => recordId);
  assert.deepEqual(
    there.sort(),
    [...uploads.map(({ name }) => name), ...trials.map(({ recordId }) => recordId)].sort(),
  );
  t.diagnostic(`${trials.length} points`);
}

function trialOf(house: House, upload: ResumedCase, point: Point, at: number) {
  const recordId = `${upload.name}-${at}`;
  return { recordId, point, uploader: new Uploader(house, recordId, upload) };
}

/** In how many writes a body goes to its store depends on how it arrives. */
function isCertain({ step }: Point): boolean {
  return !/^writev|body#/.test(step) || step.endsWith('#1');
}
