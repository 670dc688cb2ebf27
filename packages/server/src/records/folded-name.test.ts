import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { afterPrefix, foldedName } from './folded-name.ts';

test('what people take for one name is folded into one', () => {
  const alike = [
    ['Übersicht.PDF', 'u\u0308bersicht.pdf', 'UBERSICHT.pdf'],
    ['İstanbul.jpg', 'istanbul.JPG'],
    ['ﬁnal ①.txt', 'Final 1.TXT'],
    ['ΟΔΟΣ', 'οδος', 'οδοσ', 'ὁδός'],
    ['Ａ.pdf', 'a.pdf'],
    ['ГОСТ', 'гост'],
  ];
  for (const names of alike) assert.equal(new Set(names.map(foldedName)).size, 1, names.join(' '));
  for (const [one = '', other = ''] of [
    ['straße', 'strasse'],
    ['a b', 'ab'],
    ['a/b', 'ab'],
  ])
    assert.notEqual(foldedName(one), foldedName(other));
});

const text = fc.string({ unit: 'grapheme', maxLength: 30 });

test('a name begins folded as its beginning is folded, and folding twice changes nothing', () => {
  fc.assert(
    fc.property(text, text, (begin, rest) => {
      assert.ok(foldedName(begin + rest).startsWith(foldedName(begin)));
      assert.equal(foldedName(foldedName(begin)), foldedName(begin));
    }),
    { numRuns: 2_000 },
  );
});

test('no name is longer than its index takes', () => {
  assert.ok(Buffer.byteLength(foldedName('\ufdfa'.repeat(85))) <= 400);
});

const bytes = (value: string) => Buffer.from(value);

test('what begins with a prefix lies between it and what comes after it, by bytes, and nothing else does', () => {
  const strings = fc.string({ unit: 'binary', maxLength: 6 }).map((each) => each.toWellFormed());
  fc.assert(
    fc.property(strings.filter(Boolean), strings, (prefix, other) => {
      const end = afterPrefix(prefix);
      for (const value of [prefix + other, other]) {
        const below = end === null || Buffer.compare(bytes(value), bytes(end)) < 0;
        const within = Buffer.compare(bytes(value), bytes(prefix)) >= 0 && below;
        assert.equal(within, value.startsWith(prefix));
      }
    }),
    { numRuns: 2_000 },
  );
  assert.equal(afterPrefix('\u{10ffff}'), null);
  assert.equal(afterPrefix('a\u{10ffff}'), 'b');
  assert.equal(afterPrefix('\ud7ff'), '\ue000');
});
