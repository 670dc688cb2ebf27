import { describe, test } from 'node:test';
import { pdf } from '../fixtures/make.ts';
import { backends } from './backends.ts';
import { assertRefused, type Refusal, WatchedService } from './watched-service.ts';

const file = pdf();
const order =
  /It takes recordId, type, metadata, replaces, each at most once, and then file as the last part/;

/** A part with its header lines, and the end of its line; the boundary is `b`. */
function part(headers: string | readonly string[], value: Buffer | string = ''): Buffer {
  const lines = typeof headers === 'string' ? [`Content-Disposition: form-data; ${headers}`] : headers;
  return Buffer.concat([
    Buffer.from(`--b\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ]);
}

const recordId = part('name="recordId"', 'bad');
const type = part('name="type"', 'paper');
const document = part('name="file"; filename="a.pdf"', file);
const end = '--b--\r\n';

interface BadForm {
  readonly what: string;
  readonly parts: readonly (Buffer | string)[];
  readonly contentType?: string;
  readonly detail: RegExp;
  /** Where it is not `invalid_form`. */
  readonly refusal?: Partial<Refusal>;
}

const bad: readonly BadForm[] = [
  {
    what: 'the file before the fields',
    parts: [document, recordId, type, end],
    detail: /"recordId" is missing before the file/,
  },
  {
    what: 'the file between the fields',
    parts: [recordId, document, type, end],
    detail: /"type" is missing before the file/,
  },
  {
    what: 'a field after the file',
    parts: [recordId, type, document, part('name="metadata"', '{}'), end],
    detail: /Another part follows the file\. Send the fields before it and the file last/,
  },
  {
    what: 'two files',
    parts: [recordId, type, document, document, end],
    detail: /Another part follows the file/,
  },
  ...['recordId', 'type', 'metadata', 'replaces'].map((name) => ({
    what: `${name} twice`,
    parts: [recordId, type, part(`name="${name}"`, '{}'), part(`name="${name}"`, '{}'), document, end],
    detail: new RegExp(`"${name}" comes twice\\. ${order.source}`),
  })),
  {
    what: 'no file',
    parts: [recordId, type, end],
    detail: new RegExp(`The form has no file\\. ${order.source}`),
  },
  { what: 'no part at all', parts: [end], detail: /The form has no file/ },
  { what: 'no byte at all', parts: [], detail: /The form is empty/ },
  {
    what: 'a field that there is not',
    parts: [recordId, part('name="isAdmin"', 'true'), type, document, end],
    detail: new RegExp(`"isAdmin" is not a field of this form\\. ${order.source}`),
  },
  {
    what: 'a file under another name',
    parts: [recordId, type, part('name="document"; filename="a.pdf"', file), end],
    detail: /"document" is not a field of this form/,
  },
  {
    what: 'a field named __proto__',
    parts: [recordId, type, part('name="__proto__"', '{}'), document, end],
    detail: /"__proto__" is not a field of this form/,
  },
  {
    what: 'a part without a name',
    parts: [recordId, type, part('filename="a.pdf"', file), end],
    detail: /no "Content-Disposition: form-data" with a name\. Give every part one/,
  },
  {
    what: 'a part without headers',
    parts: [recordId, type, part([], file), end],
    detail: /no "Content-Disposition: form-data" with a name/,
  },
  {
    what: 'a part that is an attachment, no form field',
    parts: [recordId, type, part(['Content-Disposition: attachment; name="file"'], file), end],
    detail: /no "Content-Disposition: form-data" with a name/,
  },
  {
    what: 'no closing boundary',
    parts: [recordId, type, document],
    detail: /The closing boundary of the form is missing\. Nothing was kept; send it again/,
  },
  {
    what: 'a closing boundary that is cut',
    parts: [recordId, type, document, '--b-'],
    detail: /The closing boundary of the form is missing/,
  },
  {
    what: 'an end before the file',
    parts: [recordId, type],
    detail: /The form ends before its file/,
  },
  {
    what: 'another boundary than named',
    parts: [recordId, type, document, end],
    contentType: 'multipart/form-data; boundary=other',
    detail: /The body holds no such boundary as its Content-Type names/,
  },
  {
    what: 'another closing boundary than named',
    parts: [recordId, type, document, '--other--\r\n'],
    detail: /The closing boundary of the form is missing/,
  },
  {
    what: 'a boundary with something behind it',
    parts: [
      '--b junk\r\nContent-Disposition: form-data; name="recordId"\r\n\r\nbad\r\n',
      type,
      document,
      end,
    ],
    detail: /followed by something on its line/,
  },
  ...[
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'b'.repeat(71)}`,
  ].map((contentType) => ({
    what: `no boundary of 1 to 70 characters: ${contentType.slice(0, 40)}`,
    parts: [recordId, type, document, end],
    contentType,
    detail: /The Content-Type names no boundary of 1 to 70 characters/,
  })),
  {
    what: 'a header line that never ends',
    parts: [
      recordId,
      type,
      part(['Content-Disposition: form-data; name="file"', `X-Long: ${'x'.repeat(40_000)}`], file),
      end,
    ],
    detail: /The headers of a part of the form is longer than 16384 bytes\. Send less/,
  },
  {
    what: 'a name that never ends',
    parts: [recordId, type, part(`name="${'x'.repeat(20_000)}"`, file), end],
    detail: /longer than 16384 bytes/,
  },
  {
    what: 'a thousand header lines',
    parts: [
      recordId,
      type,
      part(['Content-Disposition: form-data; name="file"', ...Array(1_000).fill('X: 1')], file),
      end,
    ],
    detail: /more than 20 header lines\. Send only those it needs/,
  },
  {
    what: 'a field that is as long as a file',
    parts: [part('name="recordId"', 'x'.repeat(40_000)), type, document, end],
    detail: /"recordId" of the form is longer than 16384 bytes/,
  },
  {
    what: 'a long preamble',
    parts: ['x'.repeat(40_000), '\r\n', recordId, type, document, end],
    detail: /What comes before the first boundary of the form is longer than 16384 bytes/,
  },
  {
    what: 'a long epilogue',
    parts: [recordId, type, document, end, 'x'.repeat(200_000)],
    detail: /More than 65536 bytes follow the closing boundary\. End the request there/,
  },
  {
    what: 'a file that is encoded for the mail',
    parts: [
      recordId,
      type,
      part(
        ['Content-Disposition: form-data; name="file"', 'Content-Transfer-Encoding: base64'],
        file.toString('base64'),
      ),
      end,
    ],
    detail: /sent with Content-Transfer-Encoding base64\. Send its bytes as they are/,
  },
  {
    what: 'a part length that is no number',
    parts: [
      recordId,
      type,
      part(['Content-Disposition: form-data; name="file"', 'Content-Length: many'], file),
      end,
    ],
    detail: /The Content-Length of the part "file" is not a whole number/,
  },
  ...[file.length + 1, file.length - 1].map((declared) => ({
    what: `a part of ${file.length} bytes that says it has ${declared}`,
    parts: [
      recordId,
      type,
      part(['Content-Disposition: form-data; name="file"', `Content-Length: ${declared}`], file),
      end,
    ],
    detail: /bytes were declared and \d+ arrived\. Nothing was kept; send it again/,
    refusal: { code: 'length_mismatch', declared, received: file.length },
  })),
  {
    what: 'fields in the query as well',
    parts: [recordId, type, document, end],
    detail: /"recordId" is not a parameter of this call; it takes none/,
    refusal: { code: 'unknown_parameter', parameter: 'recordId', known: [] },
  },
];

describe('bad forms', { concurrency: true }, () => {
  for (const backend of backends) {
    test(`on ${backend.name}, each is refused in words and nothing is kept`, {
      skip: backend.missing(),
    }, async (t) => {
      const service = await WatchedService.begin(t, backend);
      for (const { what, parts, contentType = 'multipart/form-data; boundary=b', detail, refusal } of bad) {
        await t.test(what, async () => {
          const body = Buffer.concat(parts.map((piece) => Buffer.from(piece)));
          const query = refusal?.code === 'unknown_parameter' ? '?recordId=bad' : '';
          const expected = { status: 400, code: 'invalid_form', detail, ...refusal };
          // In one piece with its length, and in many without.
          for (const sent of [body, cut(body)]) {
            const answer = await service.api.send('POST', `/v1/documents${query}`, {
              headers: { 'content-type': contentType },
              body: { size: body.length, body: sent },
            });
            assertRefused(answer, expected, sent === body ? 'at once' : 'in pieces');
          }
          await service.assertUnharmed();
        });
      }
      await t.test('the chores leave nothing of all that', () => service.assertEmptyInTheEnd());
    });
  }
});

async function* cut(body: Buffer): AsyncGenerator<Buffer> {
  const size = Math.max(7, Math.ceil(body.length / 100));
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}
