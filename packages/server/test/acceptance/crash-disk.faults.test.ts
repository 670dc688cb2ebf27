import { describe, test } from 'node:test';
import { diskAndSqlite } from './backends.ts';
import { dieInChores } from './crash-chores.ts';
import { dieInDeletes } from './crash-deletes.ts';
import { ends, every, KiB, MiB, spread } from './crash-points.ts';
import { dieInResumed } from './crash-resuming.ts';
import { dieAtRandom, seed } from './crash-rounds.ts';
import { dieInUploads, dieWithin } from './crash-uploads.ts';

const small = { name: 'raw-small', way: 'raw', size: 60 * KiB, choice: every } as const;
const medium = { name: 'raw-medium', way: 'raw', size: 6 * MiB, choice: ends } as const;
const form = { name: 'form-medium', way: 'form', size: 6 * MiB, choice: ends } as const;
const chunked = { name: 'chunked-medium', way: 'chunked', size: 6 * MiB, choice: ends } as const;

/** The whole matrix is crash-disk.long.test.ts. */
describe('killed on disk + SQLite', () => {
  test('at each step of an upload', (t) => dieInUploads(t, diskAndSqlite, [small, medium, form, chunked]));
  test('at each step of an upload by tus, which goes on', (t) =>
    dieInResumed(t, diskAndSqlite, [
      { name: 'tus-small', size: 60 * KiB, piece: MiB, choice: every },
      { name: 'tus-pieces', size: 3 * MiB, piece: MiB, choice: every },
    ]));
  test('within a step of an upload', (t) =>
    dieWithin(t, diskAndSqlite, [
      [small, 'commit#1', 'before'],
      [small, 'commit#1', 'after'],
      [small, 'commit#2', 'before'],
      [small, 'commit#2', 'after'],
      [medium, 'writev half-written#2', 'during'],
    ]));
  test('at each step of a delete', (t) => dieInDeletes(t, diskAndSqlite));
  test('at each step of the chores', (t) =>
    dieInChores(t, diskAndSqlite, {
      halfWay: { upload: medium, point: { step: 'writev half-written#2', moment: 'before' } },
      expired: { size: 3 * MiB, piece: MiB },
      choice: spread(3),
      rows: 3,
    }));
  test(`at random moments, seed ${seed}`, (t) => dieAtRandom(t, diskAndSqlite, 3));
});
