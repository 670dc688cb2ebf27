import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Grace } from './grace.ts';

const fired = (signal: AbortSignal) => new Promise((resolve) => signal.addEventListener('abort', resolve));

test('fires some time after the other signal, with its reason', async () => {
  const leaving = new AbortController();
  const grace = new Grace(leaving.signal, 5);
  const reason = new Error('the server stops');
  leaving.abort(reason);
  assert.equal(grace.signal.aborted, false);
  await fired(grace.signal);
  assert.equal(grace.signal.reason, reason);
});

test('can begin by itself, and does not fire when all is done', async () => {
  const { signal } = new AbortController();
  const begun = new Grace(signal, 1);
  begun.begin();
  const ended = new Grace(signal, 1);
  ended.begin();
  ended.end();
  await fired(begun.signal);
  assert.equal(ended.signal.aborted, false);
});
