import { describe, test } from 'node:test';
import { diskAndSqlite } from './backends.ts';
import { ways } from './client.ts';
import { dieInChores } from './crash-chores.ts';
import { every, KiB, MiB, type Point } from './crash-points.ts';
import { dieAtRandom, seed } from './crash-rounds.ts';
import { dieInUploads, dieWithin, type Instant } from './crash-uploads.ts';

const half: Point = { step: 'writev half-written#2', moment: 'before' };

describe('killed on disk + SQLite, the whole matrix', () => {
  for (const way of ways) {
    const small = { name: `${way}-small`, way, size: 60 * KiB, choice: every };
    const medium = { name: `${way}-medium`, way, size: 6 * MiB, choice: every };

    test(`at each step of an upload: ${way}`, (t) => dieInUploads(t, diskAndSqlite, [small, medium]));

    const instants: Instant[] = [
      ...(['commit#1', 'commit#2'] as const).flatMap((step): Instant[] => [
        [small, step, 'before'],
        [medium, step, 'after'],
      ]),
      [small, 'records.create#1', 'during'],
      [small, 'writeFile half-written#1', 'during'],
      [medium, 'writev half-written#2', 'during'],
      [medium, 'fsync half-written#1', 'during'],
      [small, 'link object#1', 'during'],
      [medium, 'records.transition available#1', 'during'],
    ];
    test(`within a step of an upload: ${way}`, (t) => dieWithin(t, diskAndSqlite, instants));
  }
  test('at each step of the chores', (t) =>
    dieInChores(t, diskAndSqlite, {
      halfWay: { upload: { way: 'chunked', size: 6 * MiB }, point: half },
      expired: { size: 3 * MiB, piece: MiB },
      rows: 24,
      choice: every,
    }));
  test(`at random moments, seed ${seed}`, (t) => dieAtRandom(t, diskAndSqlite, 30));
});
