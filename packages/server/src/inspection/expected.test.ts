import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expected } from './expected.ts';
import { sniff } from './sniff.ts';

const docx = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

const cases: [string | null, string | null, string[], { contentType: string; ext: string } | null][] = [
  ['application/pdf', 'a.pdf', ['application/pdf'], { contentType: 'application/pdf', ext: '.pdf' }],
  [null, 'a.PDF', ['application/pdf'], { contentType: 'application/pdf', ext: '.pdf' }],
  ['image/jpg; x=y', null, ['image/jpeg'], { contentType: 'image/jpeg', ext: '.jpg' }],
  [
    'application/vnd.ms-excel',
    'a.csv',
    ['application/vnd.ms-excel', 'text/csv'],
    { contentType: 'text/csv', ext: '.csv' },
  ],
  ['text/plain', 'a.csv', ['text/plain', 'text/csv'], { contentType: 'text/csv', ext: '.csv' }],
  ['text/csv', 'a', ['text/csv'], { contentType: 'text/csv', ext: '.csv' }],
  ['application/zip', 'a.docx', ['application/zip', docx], { contentType: docx, ext: '.docx' }],
  ['image/heif', 'a.heic', ['image/heif', 'image/heic'], { contentType: 'image/heif', ext: '.heif' }],
  ['image/png', 'a.pdf', ['application/pdf'], { contentType: 'application/pdf', ext: '.pdf' }],
  ['audio/mpeg', 'a.MP3', ['audio/mpeg'], { contentType: 'audio/mpeg', ext: '.mp3' }],
  ['audio/mpeg', '../a./', ['audio/mpeg'], { contentType: 'audio/mpeg', ext: '.bin' }],
  ['text/html', 'a.html', ['application/pdf'], null],
  [null, 'a', ['application/pdf'], null],
  ['', null, ['application/octet-stream'], { contentType: 'application/octet-stream', ext: '.bin' }],
];

for (const [contentType, filename, accept, wanted] of cases)
  test(`${contentType} called ${filename} is taken for ${wanted?.contentType ?? 'nothing that is accepted'}`, () => {
    assert.deepEqual(expected({ contentType, filename }, accept), wanted);
  });

test('what is expected of text is what sniffing finds', async () => {
  for (const contentType of [null, 'text/plain', 'text/csv', 'text/markdown', 'application/json'])
    for (const filename of ['a.csv', 'a.txt', 'a.eml', 'a.json', 'a.md']) {
      const found = await sniff(Buffer.from('a,b\n1,2\n'), { contentType, filename });
      const all = ['text/plain', 'text/csv', 'text/markdown', 'application/json', 'message/rfc822'];
      const { ext, contentType: type } = found;
      assert.deepEqual(expected({ contentType, filename }, all), { contentType: type, ext });
    }
});
