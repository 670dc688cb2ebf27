import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toEach } from './bulk.ts';

test('one that fails does not keep the others from it, and every step is told', async () => {
  const told: number[] = [];
  const error = new Error('no');
  const outcome = await toEach(
    ['a', 'b', 'c', 'd', 'e', 'f'],
    async (id) => {
      if (id === 'b') throw error;
    },
    (through) => told.push(through),
  );
  assert.deepEqual([...outcome.done].sort(), ['a', 'c', 'd', 'e', 'f']);
  assert.deepEqual(outcome.failed, [{ id: 'b', error }]);
  assert.deepEqual(told, [1, 2, 3, 4, 5, 6]);
});

test('a few at a time, and none is begun after the end was asked for', async () => {
  const end = new AbortController();
  let running = 0;
  let most = 0;
  const begun: string[] = [];
  const outcome = await toEach(
    Array.from({ length: 20 }, (_, at) => String(at)),
    async (id) => {
      begun.push(id);
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      if (id === '7') end.abort();
    },
    () => {},
    end.signal,
  );
  assert.ok(most <= 4, `${most} at once`);
  assert.ok(begun.length < 20);
  assert.equal(outcome.done.length, begun.length);
});
