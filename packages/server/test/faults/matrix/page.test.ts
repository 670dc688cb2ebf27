import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withMatrix } from './page.ts';
import { peers } from './peers.ts';

test('operating.md shows the fault matrix as the tests hold it', () => {
  const page = readFileSync(new URL('../../../../../docs/operating.md', import.meta.url), 'utf8');
  const stale = 'run "npm exec -- node packages/server/test/faults/matrix/write-page.ts"';
  assert.equal(page, withMatrix(page, peers), stale);
});
