import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseQuery } from './query-string.ts';

const plain = (query: string) => ({ ...parseQuery(query) });

test('a query is read as the WHATWG URL standard has it', () => {
  for (const query of [
    'a=1&b=2',
    'a=x+y%20z',
    'a=100%25',
    'a=100%&b=%zz',
    'a=%C3%A4',
    'a&b=',
    '&&a=1&',
    'a=b=c',
    '',
  ]) {
    assert.deepEqual(plain(query), Object.fromEntries(new URLSearchParams(query)), query);
  }
  assert.deepEqual(plain('a=1&a=2'), { a: ['1', '2'] });
  const names = Array.from({ length: 1_500 }, (_, n) => `n${n}=1`).join('&');
  assert.equal(Object.keys(parseQuery(names)).length, 1_500, 'none is ignored');
});

test('escapes that make no UTF-8 are told from everything that does', () => {
  for (const query of ['a=%ED%A0%80', 'a=%FF', 'a=x%C3', 'a=%C0%80', 'a=%EF%BF%BD%ff']) {
    assert.equal(String(parseQuery(query).a).isWellFormed(), false, query);
  }
  assert.deepEqual(plain('a=%EF%BF%BD'), { a: '\ufffd' });
});

test('it never throws, and takes no prototype', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (query) => typeof parseQuery(query) === 'object'),
  );
  assert.equal(Object.getPrototypeOf(parseQuery('__proto__=1')), null);
});
