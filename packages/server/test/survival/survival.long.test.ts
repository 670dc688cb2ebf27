import { describe, test } from 'node:test';
import { diskAndSqlite, s3AndPostgres } from '../acceptance/backends.ts';
import { surviveDirect } from './direct.ts';
import { surviveByTus } from './tus.ts';

const MiB = 1024 ** 2;

for (const backend of [diskAndSqlite, s3AndPostgres]) {
  describe(`on ${backend.name}`, { skip: backend.missing() }, () => {
    test('1 GiB by tus survives 20 cuts and 3 kills', async (t) => {
      const trial = { size: 1024 * MiB, chunkSize: 100 * MiB, cuts: 20, kills: 3 };
      t.diagnostic(await surviveByTus(t, backend, trial));
    });
  });
}

test('1 GiB straight to the bucket survives 20 cuts and 3 kills', {
  skip: s3AndPostgres.missing(),
}, async (t) => {
  t.diagnostic(await surviveDirect(t, { size: 1024 * MiB, cuts: 20, kills: 3 }));
});
