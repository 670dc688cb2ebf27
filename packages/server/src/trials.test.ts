import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from './errors.ts';
import { trialsBy } from './trials.ts';

const typed = {
  S3_BUCKET: 'documents',
  S3_ACCESS_KEY_ID: 'someone',
  S3_SECRET_ACCESS_KEY: 'nobody-knows-it',
};
const uses = { linkMode: 'stream', allowedOrigins: [], directUploads: false, publicUrl: null } as const;

test('four trials run at once, the next hears that there is no room, and room comes back', async () => {
  const ends: (() => void)[] = [];
  const examine = () => new Promise<void>((end) => ends.push(end)).then(() => ({ ok: true, checks: [] }));
  const tryOut = trialsBy(async () => ({ examine, policy: () => null, fixCors: async () => null }), uses);
  const { signal } = new AbortController();
  const running = Array.from({ length: 4 }, () => tryOut(typed, signal));
  await assert.rejects(tryOut(typed, signal), (error) => hasCode(error, 'busy'));
  for (const end of ends) end();
  await Promise.all(running);
  const again = tryOut(typed, signal);
  await new Promise(setImmediate);
  ends.at(-1)?.();
  assert.deepEqual(await again, { ok: true, checks: [] });
});
