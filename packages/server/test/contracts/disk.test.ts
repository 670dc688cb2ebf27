import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DiskStore } from '../../src/objects/disk.ts';
import { objectStoreContract } from './object-store.ts';

objectStoreContract('disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-disk-'));
  const [store, second] = [new DiskStore({ folder }), new DiskStore({ folder })];
  await store.connect();
  await second.connect();
  return {
    store,
    second,
    async cleanup() {
      await store.close();
      await second.close();
      await rm(folder, { recursive: true });
    },
  };
});
