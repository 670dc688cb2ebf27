import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cleanFilename } from './filename.ts';

const cases: readonly [raw: string | null, clean: string][] = [
  ['passport.pdf', 'passport.pdf'],
  ['Übergabe – März #2 (50 %).pdf', 'Übergabe – März #2 (50 %).pdf'],
  ['护照.pdf', '护照.pdf'],
  ['👩‍👩‍👧.png', '👩‍👩‍👧.png'],
  ['a"b;c\'d%41.pdf', 'a"b;c\'d%41.pdf'],
  ['U\u0308ber.pdf', 'Über.pdf'],
  ['/etc/passwd', 'passwd'],
  ['..\\..\\windows\\system32\\evil.exe', 'evil.exe'],
  ['C:\\fakepath\\scan.pdf', 'scan.pdf'],
  ['a/b\\c.pdf', 'c.pdf'],
  ['in\r\nvoice\0.pdf', 'invoice.pdf'],
  ['invoice\u202egnp.exe', 'invoicegnp.exe'],
  ['\u2066a\u2069.pdf', 'a.pdf'],
  ['a\ud800b.pdf', 'a\ufffdb.pdf'],
  [' report.pdf ', 'report.pdf'],
  ['report.pdf. . .', 'report.pdf'],
  ['.htaccess', '.htaccess'],
  ['no extension', 'no extension'],
  [null, 'document.pdf'],
  ['', 'document.pdf'],
  ['.', 'document.pdf'],
  ['..', 'document.pdf'],
  [' . . ', 'document.pdf'],
  ['folder/', 'document.pdf'],
  ['\n\t\u202e', 'document.pdf'],
];

for (const [raw, clean] of cases)
  test(`${JSON.stringify(raw)} is kept as ${JSON.stringify(clean)}`, () => {
    assert.equal(cleanFilename(raw, '.pdf'), clean);
  });

test('a long name is cut to 255 bytes of UTF-8 between code points and keeps its extension', () => {
  assert.equal(cleanFilename(`${'a'.repeat(300)}.pdf`, '.pdf'), `${'a'.repeat(251)}.pdf`);
  assert.equal(cleanFilename(`${'é'.repeat(200)}.pdf`, '.pdf'), `${'é'.repeat(125)}.pdf`);
  assert.equal(cleanFilename(`${'😀'.repeat(100)}.pdf`, '.pdf'), `${'😀'.repeat(62)}.pdf`);
  assert.equal(cleanFilename(`${'a'.repeat(300)}.${'b'.repeat(300)}`, '.pdf'), 'a'.repeat(255));
  assert.equal(cleanFilename(`${'a'.repeat(255)}`, '.pdf'), 'a'.repeat(255));
  assert.equal(cleanFilename(`.${'b'.repeat(300)}`, '.pdf'), `.${'b'.repeat(254)}`);
});

test('a hostile run of blanks costs no more than its length', () => {
  const started = performance.now();
  cleanFilename(`a${' '.repeat(1_000_000)}b`, '.pdf');
  assert.ok(performance.now() - started < 1000);
});

test('any name becomes one that is safe, short and stays as it is', () => {
  const units = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('/', '\\', '.', ' ', '\ud83d', '\u202e', '\u0308', 'e', '😀', '\ufeff'),
    ),
    maxLength: 400,
  });
  fc.assert(
    fc.property(units, (raw) => {
      const clean = cleanFilename(raw, '.pdf');
      assert.ok(clean.length > 0 && Buffer.byteLength(clean) <= 255);
      assert.ok(clean.isWellFormed() && clean === clean.normalize('NFC'));
      assert.doesNotMatch(clean, /[/\\\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      assert.ok(clean !== '.' && clean !== '..');
      assert.equal(cleanFilename(clean, '.pdf'), clean);
    }),
  );
});
