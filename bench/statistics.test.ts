import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median, medianInterval, percentile } from './statistics.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => n - i);

test('the median is the middle value, or the mean of the two middle ones', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('a percentile is a value that occurred', () => {
  assert.equal(percentile(upTo(100), 0.5), 50);
  assert.equal(percentile(upTo(100), 0.95), 95);
  assert.equal(percentile([7], 0.99), 7);
});

test('the interval agrees with the published table of ranks for 90 %', () => {
  // Ranks k and n+1−k with their coverage from the binomial distribution.
  for (const [n, k, coverage] of [
    [5, 1, 0.9375],
    [8, 2, 0.9297],
    [10, 2, 0.9785],
    [11, 3, 0.9346],
    [13, 4, 0.9077],
    [18, 6, 0.9037],
  ] as const) {
    const interval = medianInterval(upTo(n), 0.9);
    assert.deepEqual([interval.low, interval.high], [k, n + 1 - k], `n = ${n}`);
    assert.ok(Math.abs(interval.coverage - coverage) < 0.0001, `n = ${n}: ${interval.coverage}`);
  }
});

test('with fewer than five values the interval is the range and says what it is worth', () => {
  assert.deepEqual(medianInterval([2, 9, 4, 3], 0.9), { low: 2, high: 9, coverage: 0.875 });
  assert.deepEqual(medianInterval([2], 0.9), { low: 2, high: 2, coverage: 0 });
});

test('the interval holds the true median as often as it says', () => {
  // A skewed distribution with median 1; a fixed seed, so that the test can't fail by chance.
  let seed = 1;
  const random = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const runs = 4000;
  let held = 0;
  for (let run = 0; run < runs; run += 1) {
    const sample = Array.from({ length: 13 }, () => -Math.log2(1 - random()));
    const { low, high } = medianInterval(sample, 0.9);
    if (low <= 1 && 1 <= high) held += 1;
  }
  assert.ok(Math.abs(held / runs - 0.9077) < 0.02, `${held / runs}`);
});
