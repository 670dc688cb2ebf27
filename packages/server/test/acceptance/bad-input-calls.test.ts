import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import type { Dispatcher } from 'undici';
import { pdf } from '../fixtures/make.ts';
import { backends } from './backends.ts';
import type { ApiDocument, Payload } from './client.ts';
import { assertRefused, type Refusal, WatchedService } from './watched-service.ts';

interface BadCall {
  readonly call: string;
  readonly headers?: Record<string, string>;
  readonly body?: object | Payload;
  readonly refusal: Refusal;
}

const listParameters = [
  'q',
  'recordId',
  'type',
  'state',
  'createdAfter',
  'createdBefore',
  'sort',
  'limit',
  'cursor',
];
const uploadParameters = ['recordId', 'type', 'metadata', 'replaces', 'filename'];

const unknownParameter = (parameter: string, known: readonly string[]): Refusal => ({
  status: 400,
  code: 'unknown_parameter',
  parameter,
  known,
  detail: new RegExp(`"${parameter}" is not a parameter of this call`),
});
const invalid = (field: string, detail: RegExp): Refusal => ({
  status: 422,
  code: 'invalid_input',
  field,
  detail: new RegExp(`^${field}: ${detail.source}`),
});
const missing = (id: string): Refusal => ({
  status: 404,
  code: 'document_missing',
  id,
  detail: /There is no document/,
});
const noRoute: Refusal = { status: 404, code: 'route_missing', detail: /Nothing answers at this path/ };
const badPath: Refusal = {
  status: 400,
  code: 'invalid_request',
  detail: /The path holds a broken percent escape\. Encode it as RFC 3986/,
};
const revisionRequired: Refusal = {
  status: 428,
  code: 'revision_required',
  detail: /Send If-Match with the ETag/,
};
const badTag = invalid('If-Match', /takes the ETag of the document with its quotes/);
const notAllowed = (...allowed: string[]): Refusal => ({
  status: 405,
  code: 'method_not_allowed',
  allowed,
  detail: new RegExp(`This path answers ${allowed.join(', ')}`),
});

function bytes(text: string | Buffer): Payload {
  const body = Buffer.from(text);
  return { size: body.length, body };
}

/** Calls that are wrong whatever is stored. */
const anywhere: readonly BadCall[] = [
  { call: 'GET /v1/documents?colour=red', refusal: unknownParameter('colour', listParameters) },
  { call: 'GET /v1/documents?recordid=r', refusal: unknownParameter('recordid', listParameters) },
  { call: 'GET /v1/documents?__proto__=r', refusal: unknownParameter('__proto__', listParameters) },
  { call: 'GET /v1/document-types?a=1', refusal: unknownParameter('a', []) },
  { call: 'GET /v1/storage?secret=1', refusal: unknownParameter('secret', []) },
  {
    call: 'POST /v1/documents?recordId=bad&type=paper&size=1',
    body: bytes(pdf()),
    refusal: unknownParameter('size', uploadParameters),
  },
  {
    call: 'POST /v1/documents?recordId=a&recordId=b&type=paper',
    body: bytes(pdf()),
    refusal: invalid('recordId', /.+/),
  },
  {
    call: 'POST /v1/documents?recordId=bad&type=paper',
    headers: { 'idempotency-key': 'with a space' },
    body: bytes(pdf()),
    refusal: invalid('Idempotency-Key', /takes 1 to 255 visible ASCII characters/),
  },
  {
    call: 'POST /v1/documents?recordId=bad&type=paper',
    headers: { 'idempotency-key': 'k'.repeat(256) },
    body: bytes(pdf()),
    refusal: invalid('Idempotency-Key', /takes 1 to 255/),
  },
  { call: 'GET /v1/documents?state=gone', refusal: invalid('state', /takes "all" or a comma list of/) },
  { call: 'GET /v1/documents?state=', refusal: invalid('state', /takes "all"/) },
  { call: 'GET /v1/documents?state=all,available', refusal: invalid('state', /takes "all"/) },
  ...['0', '201', '-1', '1.5', '1e2', '', 'ten', '0x10', '9'.repeat(30)].map((limit) => ({
    call: `GET /v1/documents?limit=${limit}`,
    refusal: invalid('limit', /takes a whole number from 1 to 200/),
  })),
  { call: 'GET /v1/documents?sort=secret', refusal: invalid('sort', /must be one of -createdAt, createdAt/) },
  { call: 'GET /v1/documents?sort=filename', refusal: invalid('sort', /filename goes with recordId only/) },
  ...['yesterday', '2026-13-01', '2026-01-01T00:00:00', '1735689600', ''].map((time) => ({
    call: `GET /v1/documents?createdAfter=${time}`,
    refusal: invalid('createdAfter', /takes an ISO 8601 time such as/),
  })),
  ...['nonsense', 'a.b', '', `${'A'.repeat(5_000)}`, '%00', '../..'].map((cursor) => ({
    call: `GET /v1/documents?cursor=${cursor}`,
    refusal: invalid('cursor', /.+/),
  })),
  ...[
    randomUUID(),
    'nonsense',
    '0',
    '..%2F..%2Fetc%2Fpasswd',
    "'%20OR%201=1--",
    '%00',
    '😀',
    'A'.repeat(2_000),
  ].map((id) => ({ call: `GET /v1/documents/${id}`, refusal: missing(decodeURIComponent(id)) })),
  ...(
    [
      'GET /content',
      'GET /events',
      'POST /archive',
      'POST /unarchive',
      'POST /restore',
      'POST /links',
    ] as const
  ).map((of) => {
    const id = randomUUID();
    const [method, rest] = of.split(' ');
    return { call: `${method} /v1/documents/${id}${rest}`, refusal: missing(id) };
  }),
  { call: 'DELETE /v1/documents/nonsense', refusal: missing('nonsense') },
  {
    call: 'PATCH /v1/documents/nonsense',
    headers: { 'if-match': '"1"' },
    body: { filename: 'a.pdf' },
    refusal: missing('nonsense'),
  },
  { call: 'GET /v1/documents/%zz', refusal: badPath },
  { call: 'GET /v1/documents/%ED%A0%80', refusal: badPath },
  { call: 'GET /nowhere', refusal: noRoute },
  { call: 'GET //v1//documents', refusal: noRoute },
  { call: 'GET /v1/documents/../storage/x', refusal: noRoute },
  { call: 'POST /v1/nowhere', body: bytes('x'.repeat(100_000)), refusal: noRoute },
  { call: 'DELETE /v1/documents', refusal: notAllowed('GET', 'HEAD', 'POST') },
  { call: 'PUT /v1/documents', body: bytes(pdf()), refusal: notAllowed('GET', 'HEAD', 'POST') },
  { call: 'PROPFIND /v1/documents', refusal: notAllowed('GET', 'HEAD', 'POST') },
  { call: 'OPTIONS /v1/documents', refusal: notAllowed('GET', 'HEAD', 'POST') },
  { call: 'GET /l/nonsense', refusal: { status: 403, code: 'link_invalid', detail: /Ask for a new one/ } },
];

/** Calls that are wrong for a document there is. */
const onDocument: readonly BadCall[] = [
  { call: 'GET ?a=1', refusal: unknownParameter('a', []) },
  {
    call: 'GET /content?disposition=show',
    refusal: invalid('disposition', /must be one of inline, attachment/),
  },
  { call: 'GET /content?download=1', refusal: unknownParameter('download', ['disposition']) },
  ...['bytes=5000000-', 'bytes=-0', 'bytes=99999999999999999999-'].map((range) => ({
    call: 'GET /content',
    headers: { range },
    refusal: {
      status: 416,
      code: 'range_unsatisfiable',
      size: pdf().length,
      detail: /The document has \d+ bytes/,
    },
  })),
  {
    call: 'GET /content',
    headers: { 'if-match': '"another"' },
    refusal: {
      status: 412,
      code: 'precondition_failed',
      etag: (etag: string) => /^"[0-9a-f]{64}"$/.test(etag),
      detail: /the ETag of this content is "/,
    },
  },
  { call: 'PATCH ', body: { filename: 'b.pdf' }, refusal: revisionRequired },
  { call: 'PATCH ', headers: { 'if-match': '' }, body: { filename: 'b.pdf' }, refusal: revisionRequired },
  ...['2', 'nonsense', '"2', '"2" "3"', "'2'"].map((tag) => ({
    call: 'PATCH ',
    headers: { 'if-match': tag },
    body: { filename: 'b.pdf' },
    refusal: badTag,
  })),
  ...['"1"', '"3"', 'W/"2"', '"9007199254740993"', '"99999999999999999999"', '""', '"-2"', '"two"'].map(
    (tag) => ({
      call: 'PATCH ',
      headers: { 'if-match': tag },
      body: { filename: 'b.pdf' },
      refusal: {
        status: 412,
        code: 'revision_conflict',
        id: isUuid,
        revision: 2,
        detail: /is at revision 2\. Read it again/,
      },
    }),
  ),
  ...(
    [
      [{}, 'body', /names nothing to change/],
      [{ filename: 1 }, 'filename', /must be string/],
      [{ filename: null }, 'filename', /must be string/],
      [{ filename: ['a'] }, 'filename', /must be string/],
      [{ metadata: 'x' }, 'metadata', /must be object/],
      [{ metadata: null }, 'metadata', /must be object/],
      [{ metadata: [] }, 'metadata', /must be object/],
      [{ metadata: { a: '\u0000' } }, 'metadata', /holds a control character .*; remove it/],
      [{ metadata: { a: '\ud800' } }, 'metadata', /holds half a character/],
      [{ metadata: { a: 'x'.repeat(8_192) } }, 'metadata', /has 8200 bytes; it takes at most 8192/],
      [{ type: 'small' }, 'type', /is not known here/],
      [{ filename: 'b.pdf', state: 'deleted' }, 'state', /is not known here/],
      [{ recordId: 'another' }, 'recordId', /is not known here/],
      [[], 'body', /must be object/],
      [bytes('"text"'), 'body', /must be object/],
      [bytes('null'), 'body', /must be object/],
      [bytes(''), 'body', /must be object/],
      [bytes('{"filename":"b.pdf"'), 'body', /is not JSON in UTF-8/],
      [bytes('{"filename":"b.pdf"}}'), 'body', /is not JSON in UTF-8/],
      [bytes(Buffer.from('{"filename":"\xff.pdf"}', 'latin1')), 'body', /is not JSON in UTF-8/],
      [bytes(`{"filename":"${'x'.repeat(2 ** 21)}"}`), 'body', /has more than 65536 bytes; send less/],
      [bytes('['.repeat(60_000)), 'body', /is not JSON in UTF-8/],
      [bytes('{"__proto__":{"a":1}}'), '__proto__', /is not known here/],
    ] as const
  ).map(([body, field, detail]) => ({
    call: 'PATCH ',
    headers: { 'if-match': '"2"', 'content-type': 'application/json' },
    body,
    refusal: invalid(field, detail),
  })),
  {
    call: 'PATCH ',
    headers: { 'if-match': '"2"', 'content-type': 'text/plain' },
    body: bytes('{"filename":"b.pdf"}'),
    refusal: invalid('Content-Type', /send application\/json/),
  },
  ...(
    [
      [{ expiresIn: 0 }, 'expiresIn', /must be >= 1/],
      [{ expiresIn: 604_801 }, 'expiresIn', /must be <= 604800/],
      [{ expiresIn: '60' }, 'expiresIn', /must be integer/],
      [{ expiresIn: 1.5 }, 'expiresIn', /must be integer/],
      [{ expiresIn: null }, 'expiresIn', /must be integer/],
      [{ disposition: 'show' }, 'disposition', /must be one of attachment, inline/],
      [{ documentId: randomUUID() }, 'documentId', /is not known here/],
      [[], 'body', /must be object/],
      [bytes(`[${'1,'.repeat(2 ** 20)}1]`), 'body', /has more than 65536 bytes; send less/],
    ] as const
  ).map(([body, field, detail]) => ({
    call: 'POST /links',
    headers: { 'content-type': 'application/json' },
    body,
    refusal: invalid(field, detail),
  })),
  { call: 'PUT /content', body: bytes(pdf()), refusal: notAllowed('GET', 'HEAD') },
  { call: 'POST /restore?now=1', refusal: unknownParameter('now', []) },
];

function isUuid(value: unknown): boolean {
  return /^[0-9a-f-]{36}$/.test(String(value));
}

function ask(service: WatchedService, { call, headers, body }: BadCall, at = '') {
  const space = call.indexOf(' ');
  return service.api.send(
    call.slice(0, space) as Dispatcher.HttpMethod,
    at + encodeURI(call.slice(space + 1)).replaceAll('%25', '%'),
    {
      ...(headers ? { headers } : {}),
      ...(body ? { body } : {}),
    },
  );
}

const nameOf = ({ call, headers, body }: BadCall) =>
  `${call} ${JSON.stringify(headers ?? {})} ${body && 'size' in body ? body.body : JSON.stringify(body ?? '')}`.slice(
    0,
    100,
  );

describe('bad calls', { concurrency: true }, () => {
  for (const backend of backends) {
    test(`on ${backend.name}, each is refused in words and changes nothing`, {
      skip: backend.missing(),
    }, async (t) => {
      const service = await WatchedService.begin(t, backend);
      for (const each of anywhere) {
        await t.test(nameOf(each), async () => assertRefused(await ask(service, each), each.refusal));
      }
      await service.assertUnharmed('calls that are wrong whatever is stored');

      const { body: kept } = await service.api.upload(
        'raw',
        { recordId: 'kept', type: 'paper', filename: 'a.pdf', metadata: { a: 1 } },
        bytes(pdf()),
      );
      const path = `/v1/documents/${kept.id}`;
      for (const each of onDocument) {
        await t.test(nameOf(each), async () => {
          assertRefused(await ask(service, each, path), each.refusal);
          assert.deepEqual((await service.api.send('GET', path)).body, kept);
        });
      }

      await t.test('a cursor of another list, and one that was changed', async () => {
        await service.api.upload('raw', { recordId: 'kept', type: 'paper' }, bytes(pdf()));
        const first = await service.api.send<{ items: ApiDocument[]; nextCursor: string }>(
          'GET',
          '/v1/documents?recordId=kept&limit=1',
        );
        const { nextCursor } = first.body;
        const other = await service.api.send('GET', `/v1/documents?recordId=other&cursor=${nextCursor}`);
        assertRefused(
          other,
          invalid('cursor', /belongs to a list with another filter or sort; begin again without it/),
        );
        const history = await service.api.send('GET', `${path}/events?cursor=${nextCursor}`);
        assertRefused(history, invalid('cursor', /belongs to another list; begin again without it/));
        const flipped = nextCursor.replace(/^./, (first) => (first === 'A' ? 'B' : 'A'));
        const changed = await service.api.send(
          'GET',
          `/v1/documents?recordId=kept&limit=1&cursor=${flipped}`,
        );
        assertRefused(changed, invalid('cursor', /.+/));
      });

      await t.test('without a key every one of them is only that, and nothing more is said', async () => {
        for (const authorization of [
          '',
          'Bearer wrong',
          `Basic ${service.api.key}`,
          `bearer  ${service.api.key}x`,
        ]) {
          const calls = [
            ...anywhere,
            ...onDocument.map((each) => ({ ...each, call: each.call.replace(' ', ` ${path}`) })),
          ];
          for (const each of calls.filter(({ call }) => !call.startsWith('GET /l/'))) {
            const answer = await ask(service, { ...each, headers: { ...each.headers, authorization } });
            assertRefused(
              answer,
              {
                status: 401,
                code: 'unauthenticated',
                detail: /Send an API key or a grant as "Authorization: Bearer <key>"/,
              },
              nameOf(each),
            );
            assert.equal(answer.headers['www-authenticate'], 'Bearer');
          }
        }
        assert.deepEqual((await service.api.send('GET', path)).body, kept);
      });

      await t.test('two hundred at once, and a good upload among them', async () => {
        const calls = Array.from({ length: 200 }, (_, n) => anywhere[n % anywhere.length] as BadCall);
        const good = service.api.upload('form', { recordId: 'kept', type: 'paper' }, bytes(pdf()));
        const answers = await Promise.all(calls.map((each) => ask(service, each)));
        answers.forEach((answer, n) => {
          assertRefused(answer, (calls[n] as BadCall).refusal, nameOf(calls[n] as BadCall));
        });
        assert.equal((await good).status, 201);
      });

      await t.test('what was stored is what is stored', async () => {
        const list = await service.api.send<{ items: ApiDocument[] }>('GET', '/v1/documents?state=available');
        assert.equal(list.body.items.length, 3);
        for (const { id } of list.body.items) {
          assert.equal((await service.api.send('DELETE', `/v1/documents/${id}`)).status, 204);
        }
        await service.assertUnharmed();
        await service.assertEmptyInTheEnd();
      });
    });
  }
});
