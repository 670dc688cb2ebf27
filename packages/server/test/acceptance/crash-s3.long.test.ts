import { describe, test } from 'node:test';
import { s3AndPostgres } from './backends.ts';
import { ways } from './client.ts';
import { dieInChores } from './crash-chores.ts';
import { every, KiB, MiB } from './crash-points.ts';
import { dieAtRandom, seed } from './crash-rounds.ts';
import { dieInUploads, dieWithin, type Instant } from './crash-uploads.ts';

describe('killed on Ceph + PostgreSQL, the whole matrix', { skip: s3AndPostgres.missing() }, () => {
  for (const way of ways) {
    const small = { name: `${way}-small`, way, size: 60 * KiB, choice: every };
    const medium = { name: `${way}-medium`, way, size: 6 * MiB, choice: every };
    // A chunked body is one PutObject up to 8 MiB, and several parts from there.
    const large = { name: `${way}-large`, way, size: 18 * MiB, choice: every };

    test(`at each step of an upload: ${way}`, (t) => dieInUploads(t, s3AndPostgres, [small, medium, large]));

    const instants: Instant[] = [
      [small, 'records.create#1', 'during'],
      [small, 'PutObject#1', 'during'],
      [small, 'records.transition available#1', 'during'],
      [medium, way === 'form' ? 'UploadPart#1' : 'PutObject#1', 'during'],
      [large, 'records.transition available#1', 'during'],
    ];
    const parts: Instant[] = [
      [large, 'CreateMultipartUpload#1', 'during'],
      [large, 'UploadPart#2', 'during'],
      [large, 'CompleteMultipartUpload#1', 'during'],
    ];
    test(`within a step of an upload: ${way}`, (t) =>
      dieWithin(t, s3AndPostgres, way === 'raw' ? instants : [...instants, ...parts]));
  }
  for (const way of ['raw', 'form'] as const) {
    const step = way === 'raw' ? 'PutObject body#3' : 'UploadPart#2';
    const halfWay = { upload: { way, size: 6 * MiB }, point: { step, moment: 'before' } } as const;
    test(`at each step of the chores, after a ${way} upload`, (t) =>
      dieInChores(t, s3AndPostgres, {
        halfWay,
        expired: { size: 12 * MiB, piece: 3 * MiB },
        choice: every,
        rows: 24,
      }));
  }
  test(`at random moments, seed ${seed}`, (t) => dieAtRandom(t, s3AndPostgres, 30));
});
