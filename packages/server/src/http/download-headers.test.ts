import assert from 'node:assert/strict';
import { validateHeaderValue } from 'node:http';
import { test } from 'node:test';
import { parse } from 'content-disposition';
import fc from 'fast-check';
import { contentHeaders, type Disposition, shownAs } from './download-headers.ts';

const content = {
  contentType: 'application/pdf',
  filename: 'passport.pdf',
  sha256: 'ab'.repeat(32),
  createdAt: new Date('2026-01-31T12:00:00.750Z'),
};
const headersOf = (changes: Partial<typeof content> = {}, asked: Disposition = 'attachment') =>
  contentHeaders({ ...content, ...changes }, asked, 'same-origin');

test('a PDF is sent with all its headers', () => {
  assert.deepEqual(headersOf({}, 'inline'), {
    etag: `"${content.sha256}"`,
    'last-modified': 'Sat, 31 Jan 2026 12:00:00 GMT',
    'cache-control': 'private, no-cache',
    'content-type': 'application/pdf',
    'content-disposition': 'inline; filename=passport.pdf',
    'accept-ranges': 'bytes',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    'cross-origin-resource-policy': 'same-origin',
  });
});

test('all but a PDF is sandboxed; text says its character set', () => {
  for (const [contentType, field] of [
    ['image/svg+xml', 'image/svg+xml'],
    ['text/plain', 'text/plain; charset=utf-8'],
    ['text/html', 'text/html; charset=utf-8'],
    ['application/json', 'application/json'],
  ] as const) {
    const headers = headersOf({ contentType });
    assert.equal(headers['content-type'], field);
    assert.equal(headers['content-security-policy'], "sandbox; default-src 'none'");
  }
});

test('only what is on the inline list is ever inline', () => {
  for (const type of ['application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'text/plain']) {
    assert.equal(shownAs(type, 'inline').disposition, 'inline');
    assert.equal(shownAs(type, 'attachment').disposition, 'attachment');
  }
  for (const type of [
    'text/html',
    'image/svg+xml',
    'application/xml',
    'text/csv',
    'image/heic',
    'application/octet-stream',
    '',
  ])
    assert.equal(shownAs(type, 'inline').disposition, 'attachment');
  assert.match(headersOf({ contentType: 'text/html' }, 'inline')['content-disposition'] ?? '', /^attachment/);
});

test('no filename breaks a header, and every name comes out again', () => {
  const names = [
    'a"b.pdf',
    'a\\b.pdf',
    'a\r\nSet-Cookie: x=1.pdf',
    '😀.pdf',
    '100%.pdf',
    '%41.pdf',
    'a;b.pdf',
    "a'b.pdf",
    'é.pdf',
    ' a ',
    '\0',
    '日本 語.pdf',
  ];
  const name = fc.oneof(
    fc.constantFrom(...names),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }),
  );
  fc.assert(
    fc.property(name, fc.constantFrom<Disposition>('inline', 'attachment'), (filename, asked) => {
      const field = headersOf({ filename }, asked)['content-disposition'] ?? '';
      validateHeaderValue('content-disposition', field);
      assert.match(field, /^[\x20-\x7e]+$/);
      const { type, parameters } = parse(field);
      assert.equal(type, asked);
      assert.equal(parameters.filename, filename);
    }),
    { numRuns: 1000 },
  );
  assert.match(headersOf({ filename: 'a\ud800.pdf' })['content-disposition'] ?? '', /^attachment; filename=/);
});
