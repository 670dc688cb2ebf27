import assert from 'node:assert/strict';
import { test } from 'node:test';
import { uuidv7 } from './uuid.ts';

test('an id is a UUIDv7 that begins with its time', () => {
  const now = new Date(Date.now() + 1_000);
  const id = uuidv7(now);
  assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(Number.parseInt(id.replace('-', '').slice(0, 12), 16), now.getTime());
});

test('ids of one process rise, also past the counter of one millisecond and when the clock steps back', () => {
  const now = new Date(Date.now() + 2_000);
  const ids = Array.from({ length: 10_000 }, () => uuidv7(now));
  ids.push(uuidv7(new Date(now.getTime() - 60_000)), uuidv7());
  assert.deepEqual(ids, [...ids].sort());
  assert.equal(new Set(ids).size, ids.length);
});
