import { text } from 'node:stream/consumers';
import type { StrongroomError } from '../../src/errors.ts';
import { openSqliteRecords } from '../../src/records/sqlite.ts';
import { receiving } from './document-records-samples.ts';
import { begun, part, progress } from './document-records-uploads.ts';

/**
 * A process beside a test. `hold FOLDER` serves it until standard input ends; `fill FOLDER` writes until the disk takes
 * no more and says how that went; `advance FOLDER` goes on with an upload, and says its id and each number of a part that is noted.
 */
const [task, folder = ''] = process.argv.slice(2);
const records = openSqliteRecords({ folder });
await records.connect();

if (task === 'hold') {
  process.stdout.write('holding\n');
  await text(process.stdin);
} else if (task === 'advance') {
  await advance();
} else {
  process.stdout.write(`${JSON.stringify(await fill())}\n`);
}
await records.close();

async function advance() {
  const id = await begun(records);
  process.stdout.write(`${id}\n`);
  for (let number = 1; ; number++) {
    await records.advanceUpload(id, 0, progress(8 * number, { part: part(number) }));
    process.stdout.write(`${number}\n`);
  }
}

async function fill() {
  const metadata = { padding: 'x'.repeat(8_000) };
  const kept = await receiving(records);
  for (let written = 1; ; written++) {
    try {
      await Promise.all([receiving(records, { metadata }), receiving(records, { metadata })]);
    } catch (error) {
      const { code, cause } = error as StrongroomError;
      const readable = (await records.get(kept.id))?.id === kept.id;
      return { code, cause: (cause as { code?: string }).code, written, readable };
    }
  }
}
