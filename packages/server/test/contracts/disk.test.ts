import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskStore } from '../../src/objects/disk.ts';
import { objectStoreContract } from './object-store.ts';
import { resumableObjectsContract } from './resumable-objects.ts';

objectStoreContract('disk', connected);

resumableObjectsContract('disk', async () => {
  const made = await connected();
  const uploads = join(made.folder, '.strongroom/uploads');
  return {
    ...made,
    part: 3 * 1024 * 1024,
    leftovers: async () => [
      ...(await readdir(uploads)),
      ...(await readdir(join(made.folder, '.strongroom/tmp'))),
    ],
    lose: (id) => rm(join(uploads, id)),
  };
});

async function connected() {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-disk-'));
  const [store, second] = [new DiskStore({ folder }), new DiskStore({ folder })];
  await store.connect();
  await second.connect();
  return {
    folder,
    store,
    second,
    async cleanup() {
      await store.close();
      await second.close();
      await rm(folder, { recursive: true });
    },
  };
}
