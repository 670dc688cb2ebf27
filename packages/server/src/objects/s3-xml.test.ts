import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elements, encoded, text } from './s3-xml.ts';

const list = `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><KeyMarker/><Prefix></Prefix>
<Contents><Key>a&amp;b &lt;&#233;&#xD;&quot;&apos;</Key><Size>1</Size></Contents>
<Contents ><Key>c</Key><Size>2</Size></Contents></ListBucketResult>`;

test('finds every element of a name, and no other', () => {
  assert.deepEqual(
    elements(list, 'Contents').map((contents) => [text(contents, 'Key'), text(contents, 'Size')]),
    [
      ['a&b <é\r"\'', '1'],
      ['c', '2'],
    ],
  );
  assert.deepEqual(elements(list, 'Content'), []);
});

test('an empty element is empty, a missing one undefined', () => {
  assert.equal(text(list, 'KeyMarker'), '');
  assert.equal(text(list, 'Prefix'), '');
  assert.equal(text(list, 'NextContinuationToken'), undefined);
});

test('what is escaped reads back the same', () => {
  const odd = '"a" & <b>';
  assert.equal(text(`<ETag>${encoded(odd)}</ETag>`, 'ETag'), odd);
});

test('names that begin alike are told apart, and an end inside of an attribute is none', () => {
  assert.deepEqual(elements('<Rules><Rule a="b"/><Rule>c</Rule></Rules>', 'Rule'), ['', 'c']);
  assert.deepEqual(elements('<Rule>never ended', 'Rule'), []);
  assert.deepEqual(elements('<Rule', 'Rule'), []);
});

test('a hostile answer takes no more time than its length', () => {
  for (const piece of ['<Rule>', '<Rule ', '<Rule/', '<Rules>', '&#x99999999;']) {
    const hostile = piece.repeat(1_000_000);
    const begun = process.cpuUsage().user;
    elements(hostile, 'Rule');
    text(`<Code>${hostile}</Code>`, 'Code');
    // Looking from each beginning to the end of all would take hours.
    assert.ok(process.cpuUsage().user - begun < 20_000_000, piece);
  }
  assert.equal(text('<Code>&#x99999999;</Code>', 'Code'), '\ufffd');
});
