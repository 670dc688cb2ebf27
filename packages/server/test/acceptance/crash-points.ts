import type { Passed, Stop } from '../faults/kill-plan.ts';
import type { Way } from './client.ts';

/** A point at which work can be stopped. */
export type Point = Pick<Stop, 'step' | 'moment'>;

/** Of the points that were passed, those to try. */
export type Choice = (points: readonly Point[]) => readonly Point[];

export interface UploadCase {
  readonly name: string;
  readonly way: Way;
  /** Bytes. */
  readonly size: number;
  readonly choice: Choice;
}

export const KiB = 1024;
export const MiB = 1024 * 1024;

/** Each of them. */
export const every: Choice = (points) => points;

/** Before the first and before the last of each kind of step. */
export const ends: Choice = (points) => {
  const begun = points.filter(({ moment }) => moment === 'before');
  const kind = ({ step }: Point) => step.replace(/#\d+$/, '');
  return begun.filter(
    (point, at) =>
      !begun.slice(0, at).some((other) => kind(other) === kind(point)) ||
      !begun.slice(at + 1).some((other) => kind(other) === kind(point)),
  );
};

/** So many of them, from the first to the last. */
export const spread =
  (count: number): Choice =>
  (points) => {
    const chosen = Array.from({ length: count }, (_, at) =>
      Math.round((at * (points.length - 1)) / (count - 1)),
    );
    return [...new Set(chosen)].flatMap((at) => points[at] ?? []);
  };

/** What a record passed, as far as it can be held there: SQLite's thread can't wait in the middle of a commit. */
export function pointsOf(passed: readonly Passed[], recordId: string): Point[] {
  return passed
    .filter((point) => point.recordId === recordId && !point.step.startsWith('commit#'))
    .map(({ step, moment }) => ({ step, moment }));
}

export function hang({ step, moment }: Point): Stop {
  return { step, moment, end: 'hang' };
}

/** A plan's stops for these. */
export function stopsOf(
  trials: readonly { readonly recordId: string; readonly point: Point }[],
): Record<string, Stop> {
  return Object.fromEntries(trials.map(({ recordId, point }) => [recordId, hang(point)]));
}

export function inGroups<T>(size: number, items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}
