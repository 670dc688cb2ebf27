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
import { type Pieces, Uploader } from './crash-uploader.ts';

/**
 * Work for the chores: an upload that died with its bytes whole or half, one by tus that nobody goes on with, a document whose
 * time in the trash is over.
 */
const kinds = ['whole', 'half', 'expired', 'binned'] as const;
type Kind = (typeof kinds)[number];

/** What a chore's first turn at a row ends with. */
const turn: Record<Kind, string> = {
  whole: 'records.lookAgain#1',
  half: 'records.lookAgain#1',
  expired: 'records.lookAgain#1',
  binned: 'records.transition purged#1',
};

/** Rows that have their first turn behind them, and are killed when the second forgets them. */
const forgotten = [
  { recordId: 'whole-last', moment: 'before', chore: 'clear-abandoned again' },
  { recordId: 'half-last', moment: 'after', chore: 'clear-abandoned again' },
  { recordId: 'expired-last', moment: 'before', chore: 'clear-abandoned again' },
  { recordId: 'binned-last', moment: 'before', chore: 'forget-purged' },
  { recordId: 'binned-other', moment: 'after', chore: 'forget-purged' },
] as const;

/** The chores work on so many rows side by side, and one that stands still holds up what comes after them. */
const together = 4;

/** Chores run one after another, so only one stands still in a process. The last one leaves rows to the first. */
const chores = [
  'clear-abandoned',
  'clear-abandoned again',
  'purge-deleted',
  'forget-purged',
  'settle-dead-uploads',
] as const;

export interface ChoreCase {
  /** An upload that dies with half of its bytes written. */
  readonly halfWay: { readonly upload: Pick<UploadCase, 'way' | 'size'>; readonly point: Point };
  readonly expired: Pieces;
  readonly choice: Choice;
  /** At least as many as `choice` names of a kind. */
  readonly rows: number;
}

interface Trial {
  readonly recordId: string;
  readonly point: Point;
  readonly chore: (typeof chores)[number];
}

/** Kills the process while its chores stand at each of their steps: the next process ends their work. */
export async function dieInChores(t: TestContext, backend: Backend, work: ChoreCase): Promise<void> {
  const house = await House.build(t, backend);
  await leaveWork(house, work);
  const trials = [...(await firstTurns(house, work)), ...forgotten.map(atForget)];
  const groups = chores.flatMap((chore) =>
    inGroups(
      together,
      trials.filter((trial) => trial.chore === chore),
    ),
  );
  for (const group of groups) {
    await house.passTime(group.map(({ recordId }) => recordId));
    await house.start(stopsOf(group));
    await house.stopped(group.map(({ recordId }) => recordId));
    await house.kill();
  }
  await house.settle();
  await house.check();
  t.diagnostic(`${trials.length} points`);
}

async function leaveWork(house: House, { halfWay, expired, rows }: ChoreCase): Promise<void> {
  const of = (kind: Kind, more: readonly string[]) => [
    ...Array.from({ length: rows + 1 }, (_, at) => `${kind}-${at}`),
    ...more,
  ];
  const whole = of('whole', ['whole-last']);
  const half = of('half', ['half-last']);
  const stored = hang({ step: 'records.transition available#1', moment: 'before' });
  await house.start({
    ...Object.fromEntries(whole.map((recordId) => [recordId, stored])),
    ...Object.fromEntries(half.map((recordId) => [recordId, hang(halfWay.point)])),
  });
  const bin = async (recordId: string) => {
    const kept = await house.upload(recordId, 'raw', 60 * KiB, 'binned');
    assert.ok(kept);
    await house.remove(kept);
  };
  await Promise.all(of('binned', ['binned-last', 'binned-other']).map(bin));
  await Promise.all(
    of('expired', ['expired-last']).map((recordId) => new Uploader(house, recordId, expired).leave()),
  );
  const { way, size } = halfWay.upload;
  const dying = [
    ...whole.map((recordId) => house.upload(recordId, 'raw', 60 * KiB)),
    ...half.map((recordId) => house.upload(recordId, way, size)),
  ];
  await house.stopped([...whole, ...half]);
  await house.kill();
  await Promise.all(dying);
}

/** Sees at one row of each kind which steps the chores take, and names another row for each that is to be tried. */
async function firstTurns(house: House, { choice, rows }: ChoreCase): Promise<Trial[]> {
  const watched = [...kinds.map((kind) => `${kind}-0`), ...forgotten.map(({ recordId }) => recordId)];
  await house.passTime(watched);
  await house.start(Object.fromEntries(watched.map((recordId) => [recordId, null])));
  const ends = watched.map((recordId) => ({ recordId, step: turn[recordId.split('-')[0] as Kind] }));
  await house.havePassed(ends);
  const passed = await house.passed();
  await house.kill();
  return kinds.flatMap((kind) => {
    const points = choice(pointsOf(passed, `${kind}-0`));
    assert.ok(points.length > 0 && points.length <= rows, `${points.length} points of ${kind}`);
    return points.map((point, at) => ({ recordId: `${kind}-${at + 1}`, point, chore: choreAt(kind, point) }));
  });
}

function choreAt(kind: Kind, { step }: Point): Trial['chore'] {
  if (kind === 'binned') return 'purge-deleted';
  return step === 'records.transition abandoned#1' ? 'settle-dead-uploads' : 'clear-abandoned';
}

function atForget({ recordId, moment, chore }: (typeof forgotten)[number]): Trial {
  return { recordId, point: { step: 'records.forget#1', moment }, chore };
}
