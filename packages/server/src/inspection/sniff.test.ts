import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as make from '../../test/fixtures/make.ts';
import { type ZipEntry, zip } from '../../test/fixtures/zip.ts';
import { headSize } from './head.ts';
import { sniff } from './sniff.ts';

const word = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';
const excel = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const writer = 'application/vnd.oasis.opendocument.text';
const nobodyKnows = 'application/octet-stream';

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const zipOf = (...names: string[]) => zip(names.map((name): ZipEntry => ({ name, data: 'x'.repeat(200) })));

interface Case {
  what: string;
  bytes: Buffer;
  declared?: string;
  name?: string;
  type: string;
  ext: string;
  /** The wrong claim, where there is one. */
  wrong?: string;
}

function cases(title: string, list: readonly Case[]): void {
  for (const { what, bytes, declared = null, name = null, type, ext, wrong } of list)
    test(`${title}: ${what}`, async () => {
      const found = await sniff(bytes.subarray(0, headSize), { contentType: declared, filename: name });
      assert.deepEqual([found.contentType, found.ext], [type, ext]);
      assert.equal(found.agrees, wrong === undefined);
      if (wrong !== undefined) assert.equal(found.claimed, wrong);
    });
}

cases('without a claim', [
  { what: 'PDF', bytes: make.pdf(), type: 'application/pdf', ext: '.pdf' },
  { what: 'JPEG', bytes: make.jpeg(), type: 'image/jpeg', ext: '.jpg' },
  { what: 'PNG', bytes: make.png(), type: 'image/png', ext: '.png' },
  { what: 'WebP', bytes: make.webp(), type: 'image/webp', ext: '.webp' },
  { what: 'GIF', bytes: make.gif(), type: 'image/gif', ext: '.gif' },
  { what: 'TIFF', bytes: make.tiff(), type: 'image/tiff', ext: '.tif' },
  { what: 'HEIC', bytes: make.heic(), type: 'image/heic', ext: '.heic' },
  { what: 'HEIC of Android', bytes: make.heic('mif1'), type: 'image/heic', ext: '.heic' },
  { what: 'HEIF of no codec', bytes: make.heic('mif1', ['mif1']), type: 'image/heif', ext: '.heif' },
  { what: 'AVIF', bytes: make.heic('avif', ['mif1']), type: 'image/avif', ext: '.avif' },
  { what: 'DOCX', bytes: make.docx(), type: word, ext: '.docx' },
  { what: 'XLSX', bytes: make.xlsx(), type: excel, ext: '.xlsx' },
  { what: 'ODT', bytes: make.odt(), type: writer, ext: '.odt' },
  { what: 'ZIP', bytes: make.zipOfText(), type: 'application/zip', ext: '.zip' },
  { what: 'empty ZIP', bytes: zip([]), type: 'application/zip', ext: '.zip' },
  { what: 'compound file', bytes: make.compoundFile(), type: 'application/x-cfb', ext: '.cfb' },
  { what: 'text', bytes: make.text(), type: 'text/plain', ext: '.txt' },
  { what: 'RTF', bytes: latin1('{\\rtf1 x}'), type: 'application/rtf', ext: '.rtf' },
  { what: 'gzip', bytes: latin1('\x1f\x8b\x08\0\0\0\0\0'), type: 'application/gzip', ext: '.gz' },
  { what: 'ELF', bytes: make.elf(), type: 'application/x-elf', ext: '.elf' },
  { what: 'EXE', bytes: make.exe(), type: 'application/x-msdownload', ext: '.exe' },
  { what: 'MP4', bytes: make.heic('isom', ['isom']), type: 'video/mp4', ext: '.mp4' },
  { what: 'nothing known', bytes: latin1('\x01\x02\xff\xfe\0\x03'), type: nobodyKnows, ext: '.bin' },
  { what: 'nothing at all', bytes: Buffer.alloc(0), type: 'text/plain', ext: '.txt' },
]);

cases('text takes the subtype of its extension', [
  { what: 'CSV', bytes: make.csv(), name: 'a.csv', type: 'text/csv', ext: '.csv' },
  {
    what: 'CSV declared plain',
    bytes: make.csv(),
    name: 'a.CSV',
    declared: 'text/plain; charset=utf-8',
    type: 'text/csv',
    ext: '.csv',
  },
  {
    what: 'CSV as Windows declares it',
    bytes: make.csv(),
    name: 'a.csv',
    declared: 'application/vnd.ms-excel',
    type: 'text/csv',
    ext: '.csv',
    wrong: 'application/vnd.ms-excel',
  },
  { what: 'e-mail', bytes: make.eml(), name: 'a.eml', type: 'message/rfc822', ext: '.eml' },
  { what: 'SVG', bytes: make.svg(), name: 'a.svg', type: 'image/svg+xml', ext: '.svg' },
  { what: 'HTML', bytes: make.html(), name: 'a.htm', type: 'text/html', ext: '.html' },
  { what: 'JSON', bytes: latin1('{}'), name: 'a.json', type: 'application/json', ext: '.json' },
  { what: 'declared only', bytes: make.csv(), declared: 'Text/CSV', type: 'text/csv', ext: '.csv' },
  { what: 'an unknown extension', bytes: make.text(), name: 'a.py', type: 'text/plain', ext: '.txt' },
  { what: 'beginning with BM', bytes: latin1('BMW, list'), name: 'a.txt', type: 'text/plain', ext: '.txt' },
  { what: 'beginning with MZ', bytes: latin1('MZ-1, list'), type: 'text/plain', ext: '.txt' },
  { what: 'HTML called .txt', bytes: make.html(), name: 'a.txt', type: 'text/plain', ext: '.txt' },
  { what: 'HTML that nobody named', bytes: make.html(), type: 'text/html', ext: '.html' },
  { what: 'SVG that nobody named', bytes: make.svg(), type: 'image/svg+xml', ext: '.svg' },
  {
    what: 'XML that nobody named',
    bytes: latin1('<?xml version="1.0"?><a/>'),
    type: 'application/xml',
    ext: '.xml',
  },
]);

cases('a character set that is not UTF-8 is nobody’s', [
  {
    what: 'UTF-16',
    bytes: Buffer.from('\ufeffhello', 'utf16le'),
    name: 'a.txt',
    type: nobodyKnows,
    ext: '.bin',
    wrong: 'text/plain',
  },
  {
    what: 'latin1',
    bytes: latin1('Gr\xfc\xdfe'),
    name: 'a.txt',
    type: nobodyKnows,
    ext: '.bin',
    wrong: 'text/plain',
  },
  {
    what: 'NUL in text',
    bytes: latin1('a\0b'),
    name: 'a.csv',
    type: nobodyKnows,
    ext: '.bin',
    wrong: 'text/csv',
  },
  {
    what: 'a calendar in latin1',
    bytes: latin1('BEGIN:VCALENDAR\r\nSUMMARY:\xfc'),
    name: 'a.ics',
    type: nobodyKnows,
    ext: '.bin',
    wrong: 'text/calendar',
  },
  {
    what: 'UTF-8 with BOM is text',
    bytes: Buffer.from('\ufeffa,b'),
    name: 'a.csv',
    type: 'text/csv',
    ext: '.csv',
  },
]);

cases('a wrong claim does not change what the bytes are', [
  {
    what: 'HTML called .pdf',
    bytes: make.html(),
    name: 'a.pdf',
    declared: 'application/pdf',
    type: 'text/html',
    ext: '.html',
    wrong: 'application/pdf',
  },
  {
    what: 'text called .pdf',
    bytes: make.text(),
    name: 'a.pdf',
    type: 'text/plain',
    ext: '.txt',
    wrong: 'application/pdf',
  },
  {
    what: 'SVG called .png',
    bytes: make.svg(),
    name: 'a.png',
    declared: 'image/png',
    type: 'image/svg+xml',
    ext: '.svg',
    wrong: 'image/png',
  },
  {
    what: 'EXE called .pdf',
    bytes: make.exe(),
    name: 'a.pdf',
    declared: 'application/pdf',
    type: 'application/x-msdownload',
    ext: '.exe',
    wrong: 'application/pdf',
  },
  {
    what: 'EXE with a PDF inside',
    bytes: Buffer.concat([make.exe(), make.pdf()]),
    name: 'a.pdf',
    type: 'application/x-msdownload',
    ext: '.exe',
    wrong: 'application/pdf',
  },
  {
    what: 'JPEG declared PNG',
    bytes: make.jpeg(),
    declared: 'image/png',
    type: 'image/jpeg',
    ext: '.jpg',
    wrong: 'image/png',
  },
  {
    what: 'JPEG called .png, declared right',
    bytes: make.jpeg(),
    declared: 'image/jpeg',
    name: 'a.png',
    type: 'image/jpeg',
    ext: '.jpg',
    wrong: 'image/png',
  },
  {
    what: 'JPEG with a PDF inside',
    bytes: Buffer.concat([make.jpeg(), make.pdf()]),
    name: 'a.pdf',
    type: 'image/jpeg',
    ext: '.jpg',
    wrong: 'application/pdf',
  },
  {
    what: 'PDF declared HTML',
    bytes: make.pdf(),
    declared: 'text/html',
    name: 'a.html',
    type: 'application/pdf',
    ext: '.pdf',
    wrong: 'text/html',
  },
  {
    what: 'ZIP declared PDF',
    bytes: make.zipOfText(),
    declared: 'application/pdf',
    type: 'application/zip',
    ext: '.zip',
    wrong: 'application/pdf',
  },
  {
    what: 'MP4 called .heic',
    bytes: make.heic('isom', ['isom']),
    name: 'a.heic',
    type: 'video/mp4',
    ext: '.mp4',
    wrong: 'image/heic',
  },
]);

cases('claims that claim nothing, and other names for the same', [
  {
    what: 'what is no media type',
    bytes: make.pdf(),
    declared: 'text/\x00<script>',
    type: 'application/pdf',
    ext: '.pdf',
  },
  {
    what: 'a media type longer than any',
    bytes: make.pdf(),
    declared: `text/${'x'.repeat(128)}`,
    type: 'application/pdf',
    ext: '.pdf',
  },
  {
    what: 'octet-stream',
    bytes: make.pdf(),
    declared: 'application/octet-stream',
    type: 'application/pdf',
    ext: '.pdf',
  },
  { what: 'empty', bytes: make.pdf(), declared: '', name: '', type: 'application/pdf', ext: '.pdf' },
  { what: 'image/jpg', bytes: make.jpeg(), declared: 'image/jpg', type: 'image/jpeg', ext: '.jpg' },
  {
    what: 'x-zip-compressed',
    bytes: make.zipOfText(),
    declared: 'application/x-zip-compressed',
    type: 'application/zip',
    ext: '.zip',
  },
  {
    what: 'HEIC declared HEIF',
    bytes: make.heic(),
    declared: 'image/heif',
    type: 'image/heic',
    ext: '.heic',
  },
]);

cases('%PDF may start anywhere in the first 1,024 bytes', [
  {
    what: 'after 1,000 bytes of junk',
    bytes: Buffer.concat([Buffer.alloc(1000, 0x9c), make.pdf()]),
    type: 'application/pdf',
    ext: '.pdf',
  },
  {
    what: 'at the last place',
    bytes: Buffer.concat([Buffer.alloc(1023, 0x9c), make.pdf()]),
    type: 'application/pdf',
    ext: '.pdf',
  },
  {
    what: 'one byte too far',
    bytes: Buffer.concat([Buffer.alloc(1024, 0x9c), make.pdf()]),
    name: 'a.pdf',
    type: nobodyKnows,
    ext: '.bin',
    wrong: 'application/pdf',
  },
]);

cases('inside a container the claim is taken unless something contradicts it', [
  { what: 'DOCX declared zip', bytes: make.docx(), declared: 'application/zip', type: word, ext: '.docx' },
  {
    what: 'DOCX declared zip, called .docx',
    bytes: make.docx(),
    declared: 'application/zip',
    name: 'a.docx',
    type: word,
    ext: '.docx',
  },
  {
    what: 'ZIP declared DOCX',
    bytes: make.zipOfText(),
    declared: word,
    name: 'a.docx',
    type: 'application/zip',
    ext: '.zip',
    wrong: word,
  },
  {
    what: 'empty ZIP declared DOCX',
    bytes: zip([]),
    declared: word,
    type: 'application/zip',
    ext: '.zip',
    wrong: word,
  },
  { what: 'XLSX declared DOCX', bytes: make.xlsx(), declared: word, type: excel, ext: '.xlsx', wrong: word },
  { what: 'ODT declared DOCX', bytes: make.odt(), declared: word, type: writer, ext: '.odt', wrong: word },
  {
    what: 'DOCX declared ODT',
    bytes: make.docx(),
    declared: writer,
    type: word,
    ext: '.docx',
    wrong: writer,
  },
  {
    what: 'DOCM called .docm',
    bytes: make.docx(),
    name: 'a.docm',
    type: 'application/vnd.ms-word.document.macroenabled.12',
    ext: '.docm',
  },
  {
    what: 'a package that shows no part yet, called .xlsx',
    bytes: zipOf('[Content_Types].xml', '_rels/.rels'),
    name: 'a.xlsx',
    type: excel,
    ext: '.xlsx',
  },
  {
    what: 'a package that shows no part yet',
    bytes: zipOf('[Content_Types].xml', '_rels/.rels'),
    type: 'application/zip',
    ext: '.zip',
  },
  {
    what: 'a DOCX with its types last',
    bytes: zipOf('word/document.xml', 'word/styles.xml'),
    name: 'a.docx',
    type: word,
    ext: '.docx',
  },
  {
    what: 'a ZIP of a folder called word',
    bytes: zipOf('word/a.txt', 'b.txt'),
    name: 'a.zip',
    type: 'application/zip',
    ext: '.zip',
  },
  {
    what: 'a ZIP that keeps a DOCX as it is',
    bytes: zip([{ name: 'a.docx', data: make.docx(), stored: true, streamed: true }]),
    type: 'application/zip',
    ext: '.zip',
  },
  {
    what: 'an ODT without its mimetype, called .odt',
    bytes: zipOf('content.xml', 'META-INF/manifest.xml'),
    name: 'a.odt',
    type: writer,
    ext: '.odt',
  },
  {
    what: 'a program for Java called .docx',
    bytes: zipOf('META-INF/MANIFEST.MF', 'A.class'),
    name: 'a.docx',
    type: 'application/java-archive',
    ext: '.jar',
    wrong: word,
  },
  {
    what: 'DOC',
    bytes: make.compoundFile(),
    declared: 'application/msword',
    type: 'application/msword',
    ext: '.doc',
  },
  {
    what: 'MSG by its name',
    bytes: make.compoundFile(),
    name: 'a.msg',
    type: 'application/vnd.ms-outlook',
    ext: '.msg',
  },
  {
    what: 'compound file declared DOCX',
    bytes: make.compoundFile(),
    declared: word,
    type: 'application/x-cfb',
    ext: '.cfb',
    wrong: word,
  },
  {
    what: 'HEIF of no codec called .heic',
    bytes: make.heic('mif1', ['mif1']),
    name: 'a.heic',
    type: 'image/heic',
    ext: '.heic',
  },
  {
    what: 'HEIC called .avif',
    bytes: make.heic(),
    name: 'a.avif',
    type: 'image/heic',
    ext: '.heic',
    wrong: 'image/avif',
  },
  {
    what: 'MP4 called .m4a',
    bytes: make.heic('isom', ['isom']),
    name: 'a.m4a',
    type: 'audio/mp4',
    ext: '.m4a',
  },
]);

test('a DOCX written by a streaming zip writer is a DOCX', async () => {
  const names = ['[Content_Types].xml', '_rels/.rels', 'word/document.xml'];
  const bytes = zip(names.map((name): ZipEntry => ({ name, data: 'x'.repeat(500), streamed: true })));
  assert.equal((await sniff(bytes, { contentType: null, filename: null })).contentType, word);
});

test('a character that the end of the head cuts through is still text', async () => {
  for (const character of ['é', '€', '😀']) {
    const width = Buffer.byteLength(character);
    for (let over = 1; over < width; over++) {
      const long = Buffer.from('a'.repeat(headSize - width + over) + character);
      const found = await sniff(long.subarray(0, headSize), { contentType: null, filename: 'a.txt' });
      assert.equal(found.contentType, 'text/plain', `${character} cut after ${width - over}`);
    }
  }
  const short = Buffer.from('aé').subarray(0, 2);
  assert.equal((await sniff(short, { contentType: null, filename: 'a.txt' })).contentType, nobodyKnows);
});

test('any bytes under any claim get an answer', async () => {
  const starts = [
    make.pdf,
    make.docx,
    make.odt,
    make.heic,
    make.tiff,
    make.webp,
    make.compoundFile,
    make.exe,
  ].map((fixture) => fixture().subarray(0, 40));
  const bytes = fc
    .tuple(fc.constantFrom(Buffer.alloc(0), ...starts), fc.uint8Array({ maxLength: 300 }))
    .map(([start, rest]) => Buffer.concat([start, rest]));
  const claim = fc.option(
    fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(word, 'text/html', 'a.docx', 'a.heic')),
  );
  await fc.assert(
    fc.asyncProperty(bytes, claim, claim, async (head, contentType, filename) => {
      const found = await sniff(head, { contentType, filename });
      assert.match(found.contentType, /^[a-z]+\/[\w.+-]+$/);
      assert.match(found.ext, /^(\.[a-z0-9]+){1,2}$/i);
    }),
    { numRuns: 500 },
  );
});
