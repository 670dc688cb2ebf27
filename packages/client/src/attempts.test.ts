import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { untilDone } from './attempts.ts';
import { StrongroomError } from './error.ts';

/** Lets pass what waits for no timer. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

const lost = new StrongroomError('unreachable', 'lost', { retryable: true });
const patience = { retries: 20, signal: undefined };

test('every repeat is made that was asked for, and no pause is longer than half a minute', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const attempt = mock.fn(async () => Promise.reject(lost));
  const done = assert.rejects(untilDone(attempt, patience), { code: 'unreachable' });
  for (let times = 1; times <= 21; times++) {
    await turn();
    assert.equal(attempt.mock.callCount(), times);
    t.mock.timers.tick(30_000);
  }
  await done;
});

test('a browser without a network is waited for without counting, and tried each minute in case that it errs', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const events = new EventTarget();
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator') as PropertyDescriptor;
  t.after(() => {
    Object.defineProperty(globalThis, 'navigator', own);
    Reflect.deleteProperty(globalThis, 'addEventListener');
    Reflect.deleteProperty(globalThis, 'removeEventListener');
  });
  Object.defineProperty(globalThis, 'navigator', { value: { onLine: false }, configurable: true });
  Object.assign(globalThis, {
    addEventListener: events.addEventListener.bind(events),
    removeEventListener: events.removeEventListener.bind(events),
  });
  const busy = new StrongroomError('busy', 'busy', { retryable: true, retryAfter: 50 });
  const failures = [lost, lost, busy];
  const attempt = mock.fn(async () => (failures.length > 0 ? Promise.reject(failures.shift()) : 'done'));
  const done = untilDone(attempt, { ...patience, retries: 0, offlineWaits: true });
  for (const times of [1, 2, 3]) {
    await turn();
    assert.equal(attempt.mock.callCount(), times);
    if (times < 3) t.mock.timers.tick(60_000);
  }
  // Also in the middle of a time that the service named.
  events.dispatchEvent(new Event('online'));
  assert.equal(await done, 'done');
});
