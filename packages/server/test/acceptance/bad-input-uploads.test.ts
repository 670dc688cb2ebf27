import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { exe, html, jpeg, pdf, svg } from '../fixtures/make.ts';
import { backends } from './backends.ts';
import { type Claims, type Way, ways } from './client.ts';
import { assertRefused, limits, paperTypes, type Refusal, WatchedService } from './watched-service.ts';

/** A PDF of exactly this many bytes. */
function pdfOf(bytes: number): Buffer {
  const real = pdf();
  return Buffer.concat([real, Buffer.alloc(bytes - real.length, ' ')]);
}

interface BadDocument {
  readonly what: string;
  readonly bytes: Buffer;
  readonly claims?: Partial<Claims>;
  readonly ways?: readonly Way[];
  readonly refusal: Refusal;
}

const tooLarge = (limit: number, sent: number, exact: boolean): Refusal => ({
  status: 413,
  code: 'too_large',
  limit,
  received: (received: number) => (exact ? received === sent : received > limit && received <= sent),
  detail: new RegExp(`At most ${limit} bytes .* Nothing was kept`),
});
const refusedAs = (detected: string): Refusal => ({
  status: 415,
  code: 'type_refused',
  detected,
  accepted: paperTypes,
  detail: new RegExp(
    `The file is ${detected.replace('+', '\\+')}\\. Accepted here: ${paperTypes.join(', ')}`,
  ),
});
const empty: Refusal = { status: 422, code: 'empty_body', detail: /no bytes\. Nothing was kept/ };

const badDocuments: readonly BadDocument[] = [
  {
    what: 'one byte more than its type takes, declared',
    bytes: pdfOf(limits.small + 1),
    claims: { type: 'small' },
    ways: ['raw'],
    refusal: tooLarge(limits.small, limits.small + 1, true),
  },
  {
    what: 'more than its type takes, and the length is not told',
    bytes: pdfOf(limits.small + 300_000),
    claims: { type: 'small' },
    ways: ['chunked', 'form'],
    refusal: tooLarge(limits.small, limits.small + 300_000, false),
  },
  {
    what: 'one byte more than its type takes, and the length is not told',
    bytes: pdfOf(limits.small + 1),
    claims: { type: 'small' },
    ways: ['chunked', 'form'],
    refusal: tooLarge(limits.small, limits.small + 1, true),
  },
  {
    what: 'one byte more than the service takes, declared',
    bytes: pdfOf(limits.service + 1),
    ways: ['raw'],
    refusal: tooLarge(limits.service, limits.service + 1, true),
  },
  {
    what: 'one byte more than the service takes, and the length is not told',
    bytes: pdfOf(limits.service + 1),
    ways: ['chunked', 'form'],
    refusal: tooLarge(limits.service, limits.service + 1, true),
  },
  { what: 'a program', bytes: exe(), refusal: refusedAs('application/x-msdownload') },
  {
    what: 'a program that says it is a JPEG',
    bytes: exe(),
    claims: { filename: 'me.jpg', contentType: 'image/jpeg' },
    refusal: refusedAs('application/x-msdownload'),
  },
  {
    what: 'HTML that says it is a PDF',
    bytes: html(),
    claims: { filename: 'contract.pdf', contentType: 'application/pdf' },
    refusal: refusedAs('text/html'),
  },
  {
    what: 'SVG that says it is a PNG',
    bytes: svg(),
    claims: { filename: 'a.png', contentType: 'image/png' },
    refusal: refusedAs('image/svg+xml'),
  },
  {
    what: 'bytes of no known kind that say they are text',
    bytes: Buffer.from([0, 1, 2, 3, 255, 254]),
    claims: { filename: 'a.txt', contentType: 'text/plain' },
    refusal: refusedAs('application/octet-stream'),
  },
  { what: 'no bytes', bytes: Buffer.alloc(0), refusal: empty },
  {
    what: 'no bytes that say they are a PDF',
    bytes: Buffer.alloc(0),
    claims: { filename: 'a.pdf', contentType: 'application/pdf' },
    refusal: empty,
  },
];

interface BadField {
  readonly what: string;
  readonly field: 'recordId' | 'type' | 'metadata' | 'replaces';
  /** Bytes; null: the field is left out. */
  readonly value: Buffer | string | null;
  readonly refusal: Refusal;
  /** Where a form answers otherwise. */
  readonly inForm?: Refusal;
}

const invalid = (field: string, detail: RegExp): Refusal => ({
  status: 422,
  code: 'invalid_input',
  field,
  detail: new RegExp(`^${field}: ${detail.source}`),
});
const missing = (field: string) => ({
  refusal: invalid(field, /is missing/),
  inForm: {
    status: 400,
    code: 'invalid_form',
    detail: new RegExp(`"${field}" is missing before the file\\. It takes recordId, type`),
  },
});
const unknownType = (documentType: string): Refusal => ({
  status: 422,
  code: 'unknown_document_type',
  documentType,
  known: ['paper', 'small'],
  detail: /is not configured\. Known types: paper, small/,
});
const control = /holds a control character .*; remove it/;
const half = /holds half a character \(a lone surrogate\); remove it/;
/** How CESU-8 and other careless encoders write U+D800 alone; not UTF-8 (RFC 3629 §3). */
const loneSurrogate = Buffer.from([0x61, 0xed, 0xa0, 0x80]);
const notUtf8 = (field: string) => ({
  refusal: invalid(field, half),
  inForm: invalid(field, /is not UTF-8; encode it so/),
});

const badFields: readonly BadField[] = [
  { what: 'no recordId', field: 'recordId', value: null, ...missing('recordId') },
  {
    what: 'an empty recordId',
    field: 'recordId',
    value: '',
    refusal: invalid('recordId', /is empty; it takes 1 to 200 characters/),
  },
  ...['r'.repeat(201), '😀'.repeat(201), 'r'.repeat(5_000)].map((value) => ({
    what: `a recordId of ${[...value].length} characters such as ${[...value][0]}`,
    field: 'recordId' as const,
    value,
    refusal: invalid('recordId', /is too long; it takes at most 200 characters\. Send a shorter id/),
  })),
  ...['a\nb', '\0', 'a\tb', 'a\x7f', '\x85', '\x1b[2J'].map((value) => ({
    what: `a recordId with a control character: ${JSON.stringify(value)}`,
    field: 'recordId' as const,
    value,
    refusal: invalid('recordId', control),
  })),
  {
    what: 'a recordId with a lone surrogate',
    field: 'recordId',
    value: loneSurrogate,
    ...notUtf8('recordId'),
  },
  {
    what: 'a recordId in Latin-1',
    field: 'recordId',
    value: Buffer.from('Müller', 'latin1'),
    ...notUtf8('recordId'),
  },
  { what: 'no type', field: 'type', value: null, ...missing('type') },
  ...['nope', '', 'PAPER', ' paper', '__proto__', 'a\nb'].map((value) => ({
    what: `an unknown type: ${JSON.stringify(value)}`,
    field: 'type' as const,
    value,
    refusal: unknownType(value),
  })),
  ...['nonsense', '{"a":1', '', "{'a':1}", '{}{}'].map((value) => ({
    what: `metadata that is not JSON: ${JSON.stringify(value)}`,
    field: 'metadata' as const,
    value,
    refusal: invalid('metadata', /is not JSON; send one object such as/),
  })),
  ...['[]', '[{"a":1}]', '"a"', '1', 'null', 'true'].map((value) => ({
    what: `metadata that is no object: ${value}`,
    field: 'metadata' as const,
    value,
    refusal: invalid('metadata', /is not a JSON object; send one such as/),
  })),
  {
    what: 'metadata of 8 KiB and a byte',
    field: 'metadata',
    value: JSON.stringify({ a: 'x'.repeat(8_192 - 8 + 1) }),
    refusal: invalid('metadata', /has 8193 bytes; it takes at most 8192\. Send less/),
  },
  ...['{"a":"\\u0000"}', '{"a":"x\\ny"}', '{"a\\u007f":1}', '{"a":["\u0085"]}'].map((value) => ({
    what: `metadata with a control character: ${JSON.stringify(value)}`,
    field: 'metadata' as const,
    value,
    refusal: invalid('metadata', control),
  })),
  ...['{"a":"\\ud800"}', '{"a":{"b":["\\udc00\\ud800"]}}', '{"\\ud83d":1}'].map((value) => ({
    what: `metadata with a lone surrogate: ${value}`,
    field: 'metadata' as const,
    value,
    refusal: invalid('metadata', half),
  })),
  {
    what: 'metadata that is not UTF-8',
    field: 'metadata',
    value: Buffer.concat([Buffer.from('{"a":"'), loneSurrogate, Buffer.from('"}')]),
    ...notUtf8('metadata'),
  },
  {
    what: 'metadata nested too deep',
    field: 'metadata',
    value: `{"a":${'['.repeat(32)}${']'.repeat(32)}}`,
    refusal: invalid('metadata', /is nested too deep; it takes at most 32 levels/),
  },
  {
    what: 'metadata with a number that no double holds',
    field: 'metadata',
    value: '{"a":1e999}',
    refusal: invalid('metadata', /holds a number too large to keep; send it as a string/),
  },
  ...['', '7', 'not-a-uuid', randomUUID(), randomUUID().toUpperCase(), '../..', 'a\0b'].map((value) => ({
    what: `replaces nothing there is: ${JSON.stringify(value)}`,
    field: 'replaces' as const,
    value,
    refusal: invalid('replaces', /.*document of the same record/),
  })),
];

type Fields = ReadonlyMap<string, Buffer | string>;

/** Sends fields as bytes, which URLSearchParams and FormData would not do. */
function send(service: WatchedService, way: 'raw' | 'form', fields: Fields, file: Buffer) {
  if (way === 'raw') {
    const query = Array.from(fields, ([name, value]) => `${name}=${escaped(Buffer.from(value))}`).join('&');
    return service.api.send('POST', `/v1/documents?${query}`, { body: { size: file.length, body: file } });
  }
  const part = (name: string, value: Buffer | string) => [
    Buffer.from(`--b\r\nContent-Disposition: form-data; ${name}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ];
  const body = Buffer.concat([
    ...Array.from(fields, ([name, value]) => part(`name="${name}"`, value)).flat(),
    ...part('name="file"; filename="a.pdf"', file),
    Buffer.from('--b--\r\n'),
  ]);
  return service.api.send('POST', '/v1/documents', {
    headers: { 'content-type': 'multipart/form-data; boundary=b' },
    body: { size: body.length, body },
  });
}

function escaped(bytes: Buffer): string {
  return Array.from(bytes, (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

describe('bad uploads', { concurrency: true }, () => {
  for (const backend of backends) {
    test(`on ${backend.name}, each is refused in words and nothing is kept`, {
      skip: backend.missing(),
    }, async (t) => {
      const service = await WatchedService.begin(t, backend);

      for (const { what, bytes, claims, ways: by = ways, refusal } of badDocuments) {
        await t.test(`${what} (${by.join(', ')})`, async () => {
          const all = { recordId: 'bad', type: 'paper', ...claims };
          for (const way of by) {
            assertRefused(
              await service.api.upload(way, all, { size: bytes.length, body: bytes }),
              refusal,
              way,
            );
          }
          await service.assertUnharmed();
        });
      }

      for (const { what, field, value, refusal, inForm = refusal } of badFields) {
        await t.test(what, async () => {
          const fields = new Map<string, Buffer | string>([
            ['recordId', 'bad'],
            ['type', 'paper'],
          ]);
          if (value === null) fields.delete(field);
          else fields.set(field, value);
          assertRefused(await send(service, 'raw', fields, jpeg()), refusal, 'raw');
          assertRefused(await send(service, 'form', fields, jpeg()), inForm, 'form');
          await service.assertUnharmed();
        });
      }

      await t.test('replaces a document of another record, or one that is gone', async () => {
        const { body: other } = await send(
          service,
          'raw',
          new Map([
            ['recordId', 'other'],
            ['type', 'paper'],
          ]),
          pdf(),
        );
        const refusal = invalid('replaces', /.*document of the same record/);
        const claims = { recordId: 'bad', type: 'paper', replaces: other.id };
        const payload = { size: pdf().length, body: pdf() };
        for (const way of ways) assertRefused(await service.api.upload(way, claims, payload), refusal, way);
        assert.equal((await service.api.send('DELETE', `/v1/documents/${other.id}`)).status, 204);
        await service.assertUnharmed();
      });

      await t.test('the chores leave nothing of all that', () => service.assertEmptyInTheEnd());
    });
  }
});
