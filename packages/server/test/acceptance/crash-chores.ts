import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Backend } from './backends.ts';
import { House } from './crash-house.ts';
import {
  type Choice,
  hang,
  inGroups,
  KiB,
  type Point,
  pointsOf,
  stopsOf,
  type UploadCase,
} from './crash-points.ts';

/** An upload that died with half of its bytes written. */
export interface HalfWay {
  readonly upload: Pick<UploadCase, 'way' | 'size'>;
  readonly point: Point;
}

/** Work for the chores: an upload that died with its bytes whole or half, a document whose time in the trash is over. */
const kinds = ['whole', 'half', 'binned'] as const;
type Kind = (typeof kinds)[number];

/** What a chore's first turn ends with. */
const turn = {
  whole: 'records.lookAgain#1',
  half: 'records.lookAgain#1',
  binned: 'records.transition purged#1',
};

/** What a chore of its own does first with a dead upload. */
const settled = 'records.transition abandoned#1';

/** The chores work on so many rows side by side; one that stands still holds up what comes after them. */
const together = 4;
/** Rows of each kind: more than a chore has points. */
const rows = 40;

const recordIds = (kind: Kind) => Array.from({ length: rows }, (_, at) => `${kind}-${at}`);

/** Kills the process while its chores stand at each of their steps: the next process ends their work. */
export async function dieInChores(
  t: TestContext,
  backend: Backend,
  { halfWay, choice }: { halfWay: HalfWay; choice: Choice },
): Promise<void> {
  const house = await House.build(t, backend);
  await leaveWork(house, halfWay);
  const trials = await plan(house, choice);
  for (const group of trials) {
    await house.passTime(group.map(({ recordId }) => recordId));
    await house.start(stopsOf(group));
    await house.stopped(group.map(({ recordId }) => recordId));
    await house.kill();
  }
  await house.settle();
  await house.check();
  t.diagnostic(`${trials.flat().length} points`);
}

async function leaveWork(house: House, { upload, point }: HalfWay): Promise<void> {
  const whole = hang({ step: 'records.transition available#1', moment: 'before' });
  await house.start({
    ...Object.fromEntries(recordIds('whole').map((recordId) => [recordId, whole])),
    ...Object.fromEntries(recordIds('half').map((recordId) => [recordId, hang(point)])),
  });
  for (const recordId of recordIds('binned')) {
    const kept = await house.upload(recordId, 'raw', 64 * KiB, 'binned');
    assert.ok(kept);
    await house.remove(kept);
  }
  const dying = [
    ...recordIds('whole').map((recordId) => house.upload(recordId, 'raw', 64 * KiB)),
    ...recordIds('half').map((recordId) => house.upload(recordId, upload.way, upload.size)),
  ];
  await house.stopped([...recordIds('whole'), ...recordIds('half')]);
  await house.kill();
  await Promise.all(dying);
}

/** Sees which steps the chores take, and names a row for each that is to be tried: in groups that can stand together. */
async function plan(house: House, choice: Choice) {
  // The first of each kind shows the first turn; the last ones have it behind them when they are to be forgotten.
  const forgotten = kinds.map((kind) => ({ kind, recordIds: recordIds(kind).slice(-2) }));
  const watched = [...kinds.map((kind) => `${kind}-0`), ...forgotten.flatMap((last) => last.recordIds)];
  await house.passTime(watched);
  await house.start(Object.fromEntries(watched.map((recordId) => [recordId, null])));
  await house.havePassed(watched.map((recordId) => ({ recordId, step: turn[kindOf(recordId)] })));
  const passed = await house.passed();
  await house.kill();

  const first = kinds.flatMap((kind) => {
    const points = choice(pointsOf(passed, `${kind}-0`));
    assert.ok(points.length > 0 && points.length < rows - 3);
    const trials = points.map((point, at) => ({ recordId: `${kind}-${at + 1}`, point }));
    const settling = trials.filter(({ point }) => point.step === settled);
    const clearing = trials.filter(({ point }) => point.step !== settled);
    return [...inGroups(together, settling), ...inGroups(together, clearing)];
  });
  const last = forgotten.map((kind) =>
    kind.recordIds.map((recordId, at) => ({
      recordId,
      point: { step: 'records.forget#1', moment: at === 0 ? ('before' as const) : ('after' as const) },
    })),
  );
  return [...first, ...last];
}

function kindOf(recordId: string): Kind {
  return recordId.slice(0, recordId.indexOf('-')) as Kind;
}
