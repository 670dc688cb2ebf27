import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../errors.ts';
import { contentRange, rangeOf } from './ranges.ts';

const size = 1000;

test('one range of bytes is taken as RFC 9110 §14.1.2 has it', () => {
  assert.deepEqual(rangeOf('bytes=0-0', size), { first: 0, last: 0 });
  assert.deepEqual(rangeOf('bytes=0-499', size), { first: 0, last: 499 });
  assert.deepEqual(rangeOf('bytes=500-', size), { first: 500, last: 999 });
  assert.deepEqual(rangeOf('bytes=-1', size), { first: 999, last: 999 });
  assert.deepEqual(rangeOf('bytes=-5000', size), { first: 0, last: 999 });
  assert.deepEqual(rangeOf('bytes=999-5000', size), { first: 999, last: 999 });
  assert.deepEqual(rangeOf('Bytes= 1-2 ', size), { first: 1, last: 2 });
  assert.deepEqual(rangeOf(`bytes=0-${'9'.repeat(400)}`, size), { first: 0, last: 999 });
  assert.equal(contentRange({ first: 1, last: 2 }, size), 'bytes 1-2/1000');
});

test('no range, several, another unit or nonsense is the whole', () => {
  for (const field of [
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=2-1',
    'bytes=a-b',
    'bytes=0-1,5-6',
    'bytes=0-1, ',
    'items=0-1',
    'bytes=0x1-2',
    'bytes=1.5-2',
    'bytes=--1',
    '0-1',
  ])
    assert.equal(rangeOf(field, size), null, field);
});

test('a range outside is unsatisfiable and says the size', () => {
  for (const field of ['bytes=1000-', 'bytes=1000-2000', 'bytes=-0', `bytes=${'9'.repeat(400)}-`])
    assert.throws(
      () => rangeOf(field, size),
      (error) => hasCode(error, 'range_unsatisfiable') && error.parameters.size === size,
      field,
    );
  assert.throws(
    () => rangeOf('bytes=-1', 0),
    (error) => hasCode(error, 'range_unsatisfiable'),
  );
});

test('whatever is asked, what is answered lies within', () => {
  const number = fc.option(fc.nat(3000), { nil: '' });
  fc.assert(
    fc.property(number, number, fc.integer({ min: 1, max: 2000 }), (first, last, bytes) => {
      let range: ReturnType<typeof rangeOf>;
      try {
        range = rangeOf(`bytes=${first}-${last}`, bytes);
      } catch (error) {
        assert.ok(hasCode(error, 'range_unsatisfiable'));
        return;
      }
      if (range) assert.ok(0 <= range.first && range.first <= range.last && range.last < bytes);
    }),
  );
});
