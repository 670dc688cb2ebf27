import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { hasCode } from '../errors.ts';
import { BufferBudget, type Reservation } from './buffer-budget.ts';

const MiB = 1024 * 1024;

/** Asks, and tells when it was served. */
function ask(budget: BufferBudget, bytes: number, served: number[], signal?: AbortSignal) {
  return budget.reserve(bytes, signal).then((reservation) => {
    served.push(bytes);
    return reservation;
  });
}

test('serves at once what fits, and counts it until it is released once', async () => {
  const budget = new BufferBudget(100);
  const reservation = await budget.reserve(60);
  assert.equal(budget.inUse, 60);
  assert.equal(reservation.buffer().length, 60);
  reservation.release();
  reservation.release();
  assert.equal(budget.inUse, 0);
});

test('is first come, first served: small requests do not overtake a large one', async () => {
  const budget = new BufferBudget(100);
  const held = await budget.reserve(60);
  const served: number[] = [];
  const large = ask(budget, 80, served);
  const small = ask(budget, 10, served);
  await setImmediate();
  assert.deepEqual(served, []);
  held.release();
  await Promise.all([large, small]);
  assert.deepEqual(served, [80, 10]);
  assert.equal(budget.inUse, 90);
});

test('serves a request larger than the whole alone', async () => {
  const budget = new BufferBudget(100);
  const held = await budget.reserve(1);
  const served: number[] = [];
  const huge = ask(budget, 1000, served);
  const next = ask(budget, 1, served);
  await setImmediate();
  assert.deepEqual(served, []);
  held.release();
  const reservation = await huge;
  await setImmediate();
  assert.deepEqual(served, [1000]);
  reservation.release();
  (await next).release();
  assert.equal(budget.inUse, 0);
});

test('one who gives up waiting lets those behind go on', async () => {
  const budget = new BufferBudget(100);
  const held = await budget.reserve(60);
  const served: number[] = [];
  const stop = new AbortController();
  const large = ask(budget, 80, served, stop.signal);
  const small = ask(budget, 40, served);
  stop.abort();
  await assert.rejects(large, (error) => hasCode(error, 'aborted'));
  await small;
  assert.deepEqual(served, [40]);
  await assert.rejects(budget.reserve(1, stop.signal), (error) => hasCode(error, 'aborted'));
  held.release();
  assert.equal(budget.inUse, 40);
});

test('hands a released buffer on while others wait, and keeps none when all is quiet', async () => {
  const budget = new BufferBudget(2 * MiB);
  const first = await budget.reserve(MiB);
  const second = await budget.reserve(MiB);
  const memory = first.buffer();
  first.release();
  const third = await budget.reserve(MiB);
  assert.equal(third.buffer(), memory);
  second.release();
  third.release();
  assert.notEqual((await budget.reserve(MiB)).buffer(), memory);
});

test('a small request that can go at once does; one that would wait is told so', async () => {
  const budget = new BufferBudget(100);
  const held = budget.reserveNow(60);
  assert.equal(budget.reserveNow(60), null);
  const waiting = budget.reserve(60);
  assert.equal(budget.reserveNow(1), null, 'nobody is overtaken');
  held?.release();
  (await waiting).release();
  assert.equal(budget.inUse, 0);
});

test('who waits in vain is told that all is busy, and holds up nobody behind', async () => {
  const budget = new BufferBudget(100, 20);
  const held = await budget.reserve(60);
  const large = budget.reserve(80);
  const small = budget.reserve(40);
  await assert.rejects(large, (error) => hasCode(error, 'busy'));
  (await small).release();
  held.release();
  assert.equal(budget.inUse, 0);
});

test('shared memory goes round, and comes back; shared with nobody it stays as it is', async () => {
  const budget = new BufferBudget(2 * MiB, 1);
  const first = await budget.reserve(2 * MiB);
  const memory = first.buffer();
  await first.share();
  assert.equal(first.buffer(), memory);

  const served: string[] = [];
  const second = budget.reserve(2 * MiB).then((reservation) => {
    served.push('second');
    return reservation;
  });
  const again = first.share().then(() => served.push('first'));
  const waiting = await second;
  assert.equal(waiting.buffer(), memory);
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.deepEqual(served, ['second'], 'and whoever shared has all the patience there is');
  waiting.release();
  await again;
  assert.equal(budget.inUse, 2 * MiB);

  const stop = new AbortController();
  const third = budget.reserve(MiB);
  const ended = first.share(stop.signal);
  const last = await third;
  stop.abort();
  await assert.rejects(ended, (error) => hasCode(error, 'aborted'));
  first.release();
  assert.equal(budget.inUse, MiB);
  last.release();
  assert.equal(budget.inUse, 0);
});

test('never passes its limit under a crowd of takers', async () => {
  const budget = new BufferBudget(10);
  let most = 0;
  const work = async (bytes: number) => {
    const reservation: Reservation = await budget.reserve(bytes);
    most = Math.max(most, budget.inUse);
    await setImmediate();
    reservation.release();
  };
  await Promise.all(Array.from({ length: 200 }, (_, i) => work(1 + (i % 10))));
  assert.equal(most, 10);
  assert.equal(budget.inUse, 0);
});

test('grows at once where there is room, and gives back what it does not keep', async () => {
  const budget = new BufferBudget(100);
  const reservation = await budget.reserve(10);
  assert.equal(await reservation.grow(90), true);
  assert.deepEqual([reservation.bytes, budget.inUse], [90, 90]);
  const served: number[] = [];
  const next = ask(budget, 50, served);
  reservation.shrink(20);
  await next;
  assert.deepEqual([served, reservation.bytes, budget.inUse], [[50], 20, 70]);
  reservation.release();
  assert.equal(budget.inUse, 50);
});

test('who grows waits in line for a turn, and keeps what it has', async () => {
  const budget = new BufferBudget(100, 20 * 5);
  const [held, reservation] = [await budget.reserve(80), await budget.reserve(10)];
  assert.equal(await reservation.grow(50), false);
  assert.deepEqual([reservation.bytes, budget.inUse, budget.waiting], [10, 90, 0]);
  const growing = reservation.grow(50);
  assert.equal(budget.waiting, 1);
  assert.equal(budget.reserveNow(1), null, 'nobody goes first');
  held.release();
  assert.equal(await growing, true);
  assert.equal(budget.inUse, 50);
  const signal = AbortSignal.abort();
  await assert.rejects(reservation.grow(60, signal), (error) => hasCode(error, 'aborted'));
});

test('two that both want more than there is do not wait for ever', async () => {
  const budget = new BufferBudget(100, 20 * 5);
  const both = [await budget.reserve(50), await budget.reserve(50)];
  assert.deepEqual(await Promise.all(both.map((one) => one.grow(100))), [false, false]);
});
