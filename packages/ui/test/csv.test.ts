import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCsv } from '../src/frame/csv.ts';

const wide = { rows: 100, columns: 100 };
const rowsOf = (text: string) => readCsv(text, wide).rows;

for (const { what, text, rows } of [
  {
    what: 'lines ended by CRLF, the last one too',
    text: 'a,b\r\nc,d\r\n',
    rows: [
      ['a', 'b'],
      ['c', 'd'],
    ],
  },
  { what: 'lines ended by LF and CR, the last one not', text: 'a\nb\rc', rows: [['a'], ['b'], ['c']] },
  {
    what: 'a quoted field with all that needs quotes',
    text: '"a,""b""\r\nc",d\n',
    rows: [['a,"b"\r\nc', 'd']],
  },
  {
    what: 'empty fields at every place',
    text: ',\n"",x,\n',
    rows: [
      ['', ''],
      ['', 'x', ''],
    ],
  },
  { what: 'an empty field at the very end', text: 'a,', rows: [['a', '']] },
  { what: 'an empty line', text: 'a\n\nb\n', rows: [['a'], [''], ['b']] },
  {
    what: 'semicolons, as spreadsheets of many countries write them',
    text: 'a;"b;c"\n1,5;2\n',
    rows: [
      ['a', 'b;c'],
      ['1,5', '2'],
    ],
  },
  { what: 'tabs', text: 'a\tb\n', rows: [['a', 'b']] },
  { what: 'a byte order mark', text: '\ufeffa,b\n', rows: [['a', 'b']] },
  { what: 'quotes within a field', text: 'a"b",c\n', rows: [['a"b"', 'c']] },
  { what: 'text after the closing quote', text: '"a"b,c\n', rows: [['ab', 'c']] },
  { what: 'a quote that is never closed', text: 'a,"b\nc', rows: [['a', 'b\nc']] },
  { what: 'formulas and markup, as they are', text: '=1+1,<b>x</b>\n', rows: [['=1+1', '<b>x</b>']] },
  { what: 'nothing', text: '', rows: [] },
]) {
  test(`reads ${what}`, () => assert.deepEqual(rowsOf(text), rows));
}

test('stops at its bounds and says so', () => {
  const csv = readCsv('a,b,c\n1,2,3\n4,5,6\n', { rows: 2, columns: 2 });
  assert.deepEqual(csv, {
    rows: [
      ['a', 'b'],
      ['1', '2'],
    ],
    moreRows: true,
    moreColumns: true,
  });
  assert.deepEqual(readCsv('a,b\n1,2\n', { rows: 2, columns: 2 }).moreRows, false);
});

test('reads half a megabyte of anything in no time to speak of', () => {
  for (const text of ['"'.repeat(500_000), ','.repeat(500_000), '"a'.repeat(250_000), '\n'.repeat(500_000)])
    assert.ok(readCsv(text, { rows: 1000, columns: 50 }).rows.length <= 1000);
});
