import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { hasCode } from '../errors.ts';
import { assertMetadata, assertRecordId } from './names.ts';

function refused(act: () => void, field: string, problem: RegExp): void {
  assert.throws(
    act,
    (error) =>
      hasCode(error, 'invalid_input') &&
      error.parameters.field === field &&
      problem.test(error.parameters.problem),
  );
}

test('odd record ids are kept', () => {
  for (const id of [
    '../..',
    'a/b',
    '%2e%2e',
    '\u202egnp.exe',
    '👩‍👩‍👧',
    'x'.repeat(200),
    '😀'.repeat(200),
    ' ',
    '.',
  ])
    assert.doesNotThrow(() => assertRecordId(id), id);
});

test('a record id is refused when missing, empty, too long, with a control character or a lone surrogate', () => {
  refused(() => assertRecordId(undefined), 'recordId', /missing/);
  refused(() => assertRecordId(7), 'recordId', /missing/);
  refused(() => assertRecordId(''), 'recordId', /empty/);
  refused(() => assertRecordId('x'.repeat(201)), 'recordId', /at most 200/);
  refused(() => assertRecordId('😀'.repeat(201)), 'recordId', /at most 200/);
  refused(() => assertRecordId('x'.repeat(1_000_000)), 'recordId', /at most 200/);
  for (const character of ['\0', '\n', '\t', '\x7f', '\x85'])
    refused(() => assertRecordId(`a${character}b`), 'recordId', /control character/);
  refused(() => assertRecordId('a\ud800'), 'recordId', /lone surrogate/);
  refused(() => assertRecordId('\udc00a'), 'recordId', /lone surrogate/);
});

test('a record id is taken exactly when it keeps the rule', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 220 }), (id) => {
      const points = [...id].length;
      const good = points >= 1 && points <= 200 && !/\p{Cc}|\p{Cs}/u.test(id);
      if (good) assertRecordId(id);
      else
        assert.throws(
          () => assertRecordId(id),
          (error) => hasCode(error, 'invalid_input'),
        );
    }),
  );
});

test('metadata is one JSON object', () => {
  assertMetadata({});
  assertMetadata({ case: '42', nested: { list: [1, null, true, { ключ: '值' }] }, '': '' });
  for (const value of [null, undefined, 1, 'text', [], [{}]])
    refused(() => assertMetadata(value), 'metadata', /not a JSON object/);
  refused(() => assertMetadata({ at: new Date(0).valueOf, when: 1n }), 'metadata', /no word/);
});

test('metadata has at most 8 KiB of UTF-8', () => {
  assertMetadata({ a: 'x'.repeat(8192 - 8) });
  refused(() => assertMetadata({ a: 'x'.repeat(8192 - 7) }), 'metadata', /8193 bytes; it takes at most 8192/);
  refused(() => assertMetadata({ a: 'é'.repeat(4096) }), 'metadata', /at most 8192/);
});

test('metadata has no control character and no lone surrogate anywhere', () => {
  for (const bad of ['a\nb', '\0', '\x9f']) {
    refused(() => assertMetadata({ a: bad }), 'metadata', /control/);
    refused(() => assertMetadata({ [bad]: 1 }), 'metadata', /control/);
    refused(() => assertMetadata({ a: [{ b: [bad] }] }), 'metadata', /control/);
  }
  refused(() => assertMetadata({ a: '\ud83d' }), 'metadata', /surrogate/);
  refused(() => assertMetadata({ 'a\udc00': 1 }), 'metadata', /surrogate/);
});

test('metadata has at most 32 levels, and numbers that JSON keeps', () => {
  const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
  assertMetadata(nested(32));
  refused(() => assertMetadata(nested(33)), 'metadata', /32 levels/);
  refused(() => assertMetadata(nested(5000)), 'metadata', /32 levels/);
  refused(() => assertMetadata(JSON.parse('{"a":1e999}')), 'metadata', /too large/);
});
