import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { BodyReader } from './body-reader.ts';
import { BufferBudget } from './buffer-budget.ts';
import { Gathering } from './s3-gathering.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const { signal } = new AbortController();

function gathering(bytes: Buffer, cuts: (at: number) => number, budget = new BufferBudget(64 * MiB)) {
  const body = Readable.from(
    (function* () {
      for (let at = 0, end = 0; at < bytes.length; at = end) {
        end = at + cuts(at);
        yield bytes.subarray(at, end);
      }
    })(),
  );
  return new Gathering(new BodyReader(body), budget, { signal });
}

test('keeps chunks as they come, without copying them', async () => {
  const bytes = randomBytes(3 * MiB);
  const budget = new BufferBudget(64 * MiB);
  const gathered = gathering(bytes, () => 64 * KiB, budget);
  assert.equal(await gathered.fill(2 * MiB), 'full');
  assert.equal(budget.inUse, 2 * MiB);
  for (const chunk of gathered.chunks()) assert.equal(chunk.buffer, bytes.buffer);
  assert.ok(Buffer.concat(gathered.chunks()).equals(bytes.subarray(0, 2 * MiB)));
  gathered.clear();
  assert.equal(budget.inUse, 512 * KiB);
  assert.equal(await gathered.fill(2 * MiB), 'ended');
  assert.ok(Buffer.concat(gathered.chunks()).equals(bytes.subarray(2 * MiB)));
  gathered.release();
  assert.equal(budget.inUse, 0);
});

test('copies what comes in crumbs together, in order', async () => {
  const bytes = randomBytes(300 * KiB);
  const gathered = gathering(bytes, (at) => (at % 7 === 0 ? 5 * KiB : 1 + (at % 90)));
  assert.equal(await gathered.fill(bytes.length), 'full');
  const chunks = gathered.chunks();
  assert.ok(chunks.length < 150, `${chunks.length} chunks`);
  assert.ok(Buffer.concat(chunks).equals(bytes));
  assert.ok(Buffer.concat(gathered.chunks(1)).equals(bytes.subarray(0, -1)));
  gathered.release();
});

test('reserves no more than the body can have', async () => {
  const budget = new BufferBudget(64 * MiB);
  const gathered = gathering(randomBytes(1000), () => 100, budget);
  assert.equal(await gathered.fill(1000), 'full');
  assert.equal(budget.inUse, 1000);
  gathered.release();
});

test('is cramped where there is no more memory, and goes on with what it has', async () => {
  const budget = new BufferBudget(MiB, 20);
  const held = await budget.reserve(512 * KiB);
  const bytes = randomBytes(MiB);
  const gathered = gathering(bytes, () => 64 * KiB, budget);
  assert.equal(await gathered.fill(MiB), 'cramped');
  assert.ok(Buffer.concat(gathered.chunks()).equals(bytes.subarray(0, 512 * KiB)));
  gathered.clear();
  assert.equal(await gathered.fill(512 * KiB), 'full');
  gathered.release();
  held.release();
  assert.equal(budget.inUse, 0);
});

test('gives back what it is too slow to fill while others wait', async () => {
  const budget = new BufferBudget(4 * MiB, 20);
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const body = Readable.from(
    (async function* () {
      for (let sent = 0; sent < 10; sent++) yield randomBytes(64 * KiB);
      await gates[0]?.promise;
      yield randomBytes(64 * KiB);
      await gates[1]?.promise;
    })(),
  );
  const slow = new Gathering(new BodyReader(body), budget, { signal });
  const filling = slow.fill(4 * MiB);
  while (budget.inUse < 4 * MiB) await new Promise((resolve) => setImmediate(resolve));
  const began = performance.now();
  const other = budget.reserve(2 * MiB, undefined, 60_000);
  while (performance.now() - began <= 2 * budget.turn) await new Promise((resolve) => setImmediate(resolve));
  gates[0]?.resolve();
  (await other).release();
  gates[1]?.resolve();
  assert.notEqual(await filling, 'full');
  slow.release();
  assert.equal(budget.inUse, 0);
});
