import { describe, test } from 'node:test';
import { s3AndPostgres } from './backends.ts';
import { dieInChores } from './crash-chores.ts';
import { dieInDeletes } from './crash-deletes.ts';
import { ends, every, KiB, MiB, spread } from './crash-points.ts';
import { dieInResumed } from './crash-resuming.ts';
import { dieAtRandom, seed } from './crash-rounds.ts';
import { dieInUploads, dieWithin } from './crash-uploads.ts';

const small = { name: 'raw-small', way: 'raw', size: 60 * KiB, choice: every } as const;
/** One PutObject, straight through. */
const medium = { name: 'raw-medium', way: 'raw', size: 6 * MiB, choice: ends } as const;
/** One long part and a short one. */
const form = { name: 'form-medium', way: 'form', size: 6 * MiB, choice: ends } as const;
/** A buffered part and another. */
const chunked = { name: 'chunked-large', way: 'chunked', size: 9 * MiB, choice: ends } as const;

/** The whole matrix is crash-s3.long.test.ts. */
describe('killed on Ceph + PostgreSQL', { skip: s3AndPostgres.missing() }, () => {
  test('at each step of an upload', (t) => dieInUploads(t, s3AndPostgres, [small, medium, form, chunked]));
  test('at each step of an upload by tus, which goes on', (t) =>
    dieInResumed(t, s3AndPostgres, [
      { name: 'tus-small', size: 60 * KiB, piece: MiB, choice: every },
      // Pieces of what makes no part yet, a part, and a rest.
      { name: 'tus-parts', size: 11 * MiB, piece: 3 * MiB, choice: every },
    ]));
  test('within a step of an upload', (t) =>
    dieWithin(t, s3AndPostgres, [
      [small, 'records.create#1', 'during'],
      [small, 'records.transition available#1', 'during'],
      [medium, 'PutObject#1', 'during'],
      [form, 'CompleteMultipartUpload#1', 'during'],
    ]));
  test('at each step of a delete', (t) => dieInDeletes(t, s3AndPostgres));
  test('at each step of the chores', (t) =>
    dieInChores(t, s3AndPostgres, {
      halfWay: { upload: form, point: { step: 'UploadPart#2', moment: 'before' } },
      expired: { size: 12 * MiB, piece: 3 * MiB },
      choice: spread(3),
      rows: 3,
    }));
  test(`at random moments, seed ${seed}`, (t) => dieAtRandom(t, s3AndPostgres, 3));
});
