import { describe } from 'node:test';
import { BufferBudget } from '../../src/objects/buffer-budget.ts';
import { S3Store } from '../../src/objects/s3.ts';
import type { S3Settings } from '../../src/settings.ts';
import { objectStoreContract } from './object-store.ts';
import { makeBucket, removeBucket, skipped, testEngine } from './s3-engine.ts';

const MiB = 1024 * 1024;

describe('S3', { skip: skipped }, () => {
  for (const prefix of [null, 'team a/documents']) {
    objectStoreContract(prefix === null ? 'S3' : 'S3 under a prefix', async () => {
      const settings = { ...(testEngine() as S3Settings), prefix };
      await makeBucket(settings);
      const budget = new BufferBudget(64 * MiB);
      const store = new S3Store({ settings, budget });
      const second = new S3Store({ settings, budget });
      await Promise.all([store.connect(), second.connect()]);
      return {
        store,
        second,
        cleanup: async () => {
          await Promise.all([store.close(), second.close()]);
          await removeBucket(settings);
        },
      };
    });
  }
});
