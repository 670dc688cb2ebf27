import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PieceSize } from './piece-size.ts';

const mebi = 2 ** 20;

test('pieces grow while they arrive soon, and shrink when they fail', () => {
  const pieces = new PieceSize(undefined);
  const sizes = [1, 1, 1, 1].map((ms) => {
    pieces.arrived(ms);
    return pieces.bytes / mebi;
  });
  assert.deepEqual(sizes, [16, 32, 64, 64]);
  pieces.failed();
  assert.equal(pieces.bytes, 32 * mebi);
  pieces.arrived(6_000);
  assert.equal(pieces.bytes, 32 * mebi, 'it took long enough');
  for (let times = 0; times < 9; times++) pieces.failed();
  assert.equal(pieces.bytes, mebi);
});

test('pieces never pass what was asked for, or what a proxy refused', () => {
  const fixed = new PieceSize(300_000);
  fixed.arrived(1);
  fixed.failed();
  assert.equal(fixed.bytes, 300_000);
  const pieces = new PieceSize(undefined);
  assert.equal(pieces.refused(), true);
  pieces.arrived(1);
  assert.equal(pieces.bytes, 4 * mebi);
  while (pieces.refused());
  assert.equal(pieces.bytes, mebi / 4);
});
