/**
 * One call on a DiskStore, for disk-order.test.ts to watch from outside: `disk-one.ts put|remove FOLDER KEY`.
 * Says "answered" or the code of the error on standard output when the call has ended.
 */
import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { DiskStore } from '../../src/objects/disk.ts';

const [call, folder = '', key = ''] = process.argv.slice(2);
const store = new DiskStore({ folder });

async function run(): Promise<void> {
  if (call === 'remove') return store.remove(key);
  const chunks = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, 'x'));
  await store.put(key, Readable.from(chunks), {
    size: 40 * 64 * 1024,
    contentType: 'text/plain',
    description: {
      version: 1,
      deployment: 'd',
      id: 'id',
      recordId: 'r',
      type: 't',
      filename: 'f.txt',
      createdAt: '2026-01-01T00:00:00.000Z',
    },
  });
}

const outcome = await run().then(
  () => 'answered',
  (error) => String(error.code),
);
writeSync(1, outcome);
