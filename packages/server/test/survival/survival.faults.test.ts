/** Uploads that go on, under everything that befalls a line and a server at once. survival.long.test.ts does it with 1 GiB. */
import { describe, test } from 'node:test';
import { diskAndSqlite, s3AndPostgres } from '../acceptance/backends.ts';
import { surviveDirect } from './direct.ts';
import { surviveByTus } from './tus.ts';

const MiB = 1024 ** 2;

for (const backend of [diskAndSqlite, s3AndPostgres]) {
  describe(`on ${backend.name}`, { skip: backend.missing() }, () => {
    test('30 MiB by tus survive 12 cuts and 2 kills', async (t) => {
      const trial = { size: 30 * MiB, chunkSize: 3 * MiB, cuts: 12, kills: 2, rate: 20 * MiB };
      t.diagnostic(await surviveByTus(t, backend, trial));
    });
  });
}

test('40 MiB straight to the bucket survive 6 cuts and 2 kills', {
  skip: s3AndPostgres.missing(),
}, async (t) => {
  t.diagnostic(await surviveDirect(t, { size: 40 * MiB, cuts: 6, kills: 2 }));
});
