import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bufferedPart, defaultLimits, maxParts, straightParts } from './s3-parts.ts';

const { single, smallestPart, part } = defaultLimits;
const largest = 5 * 1024 ** 4;

/** Sizes in bytes, most of them where something changes. */
const sizes = fc.oneof(
  ...[smallestPart, part, single, 2 * single, 3 * single, part * maxParts, largest].map((edge) =>
    fc.integer({ min: edge - 70 * 1024, max: Math.min(edge + 70 * 1024, largest) }),
  ),
  fc.integer({ min: 1, max: largest }),
);

test('parts that go straight through make up the whole, and S3 takes each of them', () => {
  fc.assert(
    fc.property(sizes, (bytes) => {
      const parts = straightParts(bytes, defaultLimits);
      assert.equal(
        parts.reduce((sum, length) => sum + length, 0),
        bytes,
      );
      // A buffered tail may follow, so the last of these may not be short either.
      assert.ok(parts.every((length) => length <= single && length >= Math.min(bytes, smallestPart)));
      assert.ok(parts.length + 1 <= maxParts);
      assert.ok(Math.max(...parts) - Math.min(...parts) <= 1);
    }),
    { numRuns: 2_000 },
  );
  assert.deepEqual(straightParts(single, defaultLimits), [single]);
  assert.deepEqual(straightParts(single + 1, defaultLimits), [single / 2 + 1, single / 2]);
});

test('buffered parts are enough for the longest body, and S3 takes each of them', () => {
  fc.assert(
    fc.property(sizes, (atMost) => {
      const bytes = bufferedPart(atMost, defaultLimits);
      assert.ok(bytes * maxParts >= atMost && bytes >= smallestPart && bytes <= single);
      assert.ok(bytes === part || (bytes - 1024 ** 2) * maxParts < atMost, 'no larger than it has to be');
    }),
    { numRuns: 2_000 },
  );
  assert.equal(bufferedPart(undefined, defaultLimits), part);
});
