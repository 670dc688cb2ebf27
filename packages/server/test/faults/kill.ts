/**
 * Preloaded (`node --import`, see kill-plan.ts) into a server under test. Steps between the service and what outlives
 * it (system calls, S3 requests, commits) so that the process can be killed at each. The service itself is untouched.
 */
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import type { Plan } from './kill-plan.ts';
import { Steps } from './kill-steps.ts';

const file = new URL(import.meta.url).searchParams.get('plan') ?? '';
const steps = new Steps(JSON.parse(readFileSync(file, 'utf8')) as Plan);

// SQLite's thread preloads this too.
if (!isMainThread) (await import('./kill-sqlite.ts')).watchCommits(steps);
else {
  (await import('./kill-records.ts')).watchRecords(steps);
  if (process.env.S3_BUCKET) (await import('./kill-s3.ts')).watchRequests(steps);
  else await (await import('./kill-disk.ts')).watchFiles(steps);
}
