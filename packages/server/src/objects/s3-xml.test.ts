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
