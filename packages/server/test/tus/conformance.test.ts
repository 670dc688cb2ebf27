/** docs/tus.md says how tus 1.0 is kept, line by line; each line is a test of its own. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { diskAndSqlite, s3AndPostgres } from '../acceptance/backends.ts';
import { paddedPdf } from '../fixtures/make.ts';
import type { Ending } from '../harness.ts';
import { checks, type Ground } from './conformance.ts';
import { expire } from './expire.ts';
import { TusClient } from './tus-client.ts';

const page = readFileSync(new URL('../../../../docs/tus.md', import.meta.url), 'utf8');

/** The first column of the table, whose first row is its head. */
const lines = [...page.matchAll(/^\| (?!what tus says|---)(.+?) \|/gm)].map(([, line = '']) => line);

test('every line of the table is a test, and every test a line', () => {
  assert.deepEqual(lines.toSorted(), Object.keys(checks).toSorted());
});

const config = { lifecycle: { every: '50ms' } };

for (const backend of [diskAndSqlite, s3AndPostgres]) {
  describe(`tus 1.0 on ${backend.name}`, { skip: backend.missing(), concurrency: 4 }, () => {
    let ground: Ground;
    const undo: (() => unknown)[] = [];
    const ending: Ending = { after: (last) => void undo.push(last as () => unknown) };

    before(async () => {
      const settings = await backend.prepare(ending);
      await writeFile(join(String(settings.DATA_DIR), 'strongroom.config.json'), JSON.stringify(config));
      const bytes = (await paddedPdf(300_000).body.toArray()).reduce(
        (all, chunk) => Buffer.concat([all, chunk]),
        Buffer.alloc(0),
      );
      const tus = new TusClient(await backend.start(ending, settings));
      ground = { tus, bytes, expire: (id) => expire(settings, id) };
    });
    after(async () => {
      for (const last of undo) await last();
    });

    for (const line of lines) test(line, () => checks[line]?.(ground));
  });
}
