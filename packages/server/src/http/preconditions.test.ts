import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, rangeHolds } from './preconditions.ts';

const content = { etag: '"abc"', lastModified: new Date('2026-01-31T12:00:00.750Z') };
const then = 'Sat, 31 Jan 2026 12:00:00 GMT';
const before = 'Sat, 31 Jan 2026 11:59:59 GMT';
const after = 'Sat, 31 Jan 2026 12:00:01 GMT';

const verdicts: readonly [headers: Record<string, string>, verdict: ReturnType<typeof judge>][] = [
  [{}, 'go on'],
  [{ 'if-match': '"abc"' }, 'go on'],
  [{ 'if-match': '"x", "abc"' }, 'go on'],
  [{ 'if-match': '*' }, 'go on'],
  [{ 'if-match': '"x"' }, 'failed'],
  [{ 'if-match': 'W/"abc"' }, 'failed'],
  [{ 'if-match': 'abc' }, 'failed'],
  [{ 'if-match': '' }, 'failed'],
  [{ 'if-none-match': '"abc"' }, 'not modified'],
  [{ 'if-none-match': 'W/"abc"' }, 'not modified'],
  [{ 'if-none-match': '"x","y" , "abc"' }, 'not modified'],
  [{ 'if-none-match': '*' }, 'not modified'],
  [{ 'if-none-match': '"x"' }, 'go on'],
  [{ 'if-modified-since': then }, 'not modified'],
  [{ 'if-modified-since': after }, 'not modified'],
  [{ 'if-modified-since': before }, 'go on'],
  [{ 'if-modified-since': 'Saturday, 31-Jan-26 12:00:00 GMT' }, 'not modified'],
  [{ 'if-modified-since': 'Sat Jan 31 12:00:00 2026' }, 'not modified'],
  [{ 'if-modified-since': 'Sat Jan 31 11:59:59 2026' }, 'go on'],
  [{ 'if-modified-since': 'yesterday' }, 'go on'],
  [{ 'if-modified-since': '9999' }, 'go on'],
  [{ 'if-modified-since': '2099-01-01T00:00:00Z' }, 'go on'],
  [{ 'if-unmodified-since': '1' }, 'go on'],
  [{ 'if-unmodified-since': then }, 'go on'],
  [{ 'if-unmodified-since': before }, 'failed'],
  [{ 'if-unmodified-since': 'yesterday' }, 'go on'],
  // RFC 9110 §13.2.2: tags before dates, matching before none-matching.
  [{ 'if-match': '"abc"', 'if-unmodified-since': before }, 'go on'],
  [{ 'if-none-match': '"x"', 'if-modified-since': after }, 'go on'],
  [{ 'if-match': '"x"', 'if-none-match': '"abc"' }, 'failed'],
  [{ 'if-match': '"abc"', 'if-none-match': '"abc"' }, 'not modified'],
];

for (const [headers, verdict] of verdicts)
  test(`${JSON.stringify(headers)}: ${verdict}`, () => {
    assert.equal(judge(headers, content), verdict);
  });

test('a range is sent only of the very content that If-Range names', () => {
  for (const field of [undefined, '"abc"', then]) assert.equal(rangeHolds(field, content), true, field);
  for (const field of ['"x"', 'W/"abc"', before, after, '', 'nonsense', '*'])
    assert.equal(rangeHolds(field, content), false, field);
});
