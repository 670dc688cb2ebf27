import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { test } from 'node:test';
import fc from 'fast-check';
import { authorization, type OpenDoors, openDoors } from '../../test/doors/open-doors.ts';
import { RawClient } from '../../test/doors/raw-client.ts';
import { type Action, everything } from '../documents/permissions.ts';
import { claimedFilename } from './header-text.ts';

type Json = Record<string, unknown>;
type Headers = Record<string, string | Buffer>;

const path = '/v1/documents?recordId=r1&type=other';

/** Posts with headers exactly as given, which fetch would not allow. */
function post(
  doors: OpenDoors,
  to: string,
  headers: Headers,
  body: Buffer | string,
): Promise<{ status: number; json: Json }> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(doors.url + to, {
      method: 'POST',
      headers: { authorization, ...(headers as Record<string, string>) },
    });
    sent.once('error', reject).once('response', (answer) => {
      let text = '';
      answer
        .on('data', (chunk) => (text += chunk))
        .once('end', () => resolve({ status: answer.statusCode ?? 0, json: JSON.parse(text) }));
    });
    sent.end(body);
  });
}

const draftOf = (doors: OpenDoors) => [...doors.documents.kept.values()].at(-1)?.draft;

test('a raw body of any type goes in as it is, with length or chunked', async (t) => {
  const doors = await openDoors(t);
  const bytes = randomBytes(300_000);
  for (const headers of [
    { 'content-type': 'application/json', 'content-length': String(bytes.length) },
    { 'content-type': 'text/plain; charset=utf-8', 'transfer-encoding': 'chunked' },
    { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(bytes.length) },
    { 'content-type': 'rubbish', 'content-length': String(bytes.length) },
    { 'content-length': String(bytes.length) },
  ] as Headers[]) {
    const { status, json } = await post(doors, path, headers, bytes);
    assert.equal(status, 201);
    const { document, bytes: kept, draft } = [...doors.documents.kept.values()].at(-1) ?? assert.fail();
    assert.equal(document.id, json.id);
    assert.ok(kept.equals(bytes));
    const claim = headers['content-type'];
    assert.equal(draft.contentType, claim === 'rubbish' ? null : (claim ?? null));
    const length = headers['content-length'] === undefined ? null : bytes.length;
    const { size, atLeast, declared } = doors.documents.offered?.body ?? assert.fail();
    assert.deepEqual({ size, atLeast, declared }, { size: length, atLeast: null, declared: length });
  }
});

test('the filename comes from the query or from Content-Disposition, in any encoding that clients use', async (t) => {
  const doors = await openDoors(t);
  const utf8 = Buffer.from('attachment; filename="Ausweis für Zoë 😀.pdf"').toString('latin1');
  const cases: [string, Headers, string | null][] = [
    [path, {}, null],
    [`${path}&filename=a%23b%3F.pdf`, {}, 'a#b?.pdf'],
    [path, { 'content-disposition': "attachment; filename*=UTF-8''%e2%82%ac.pdf; filename=x.pdf" }, '€.pdf'],
    [path, { 'content-disposition': 'attachment; filename="a \\"b\\".pdf"' }, 'a "b".pdf'],
    [path, { 'content-disposition': utf8 }, 'Ausweis für Zoë 😀.pdf'],
    [path, { 'content-disposition': ';;;=' }, null],
  ];
  for (const [to, headers, filename] of cases) {
    assert.equal((await post(doors, to, headers, 'x')).status, 201);
    assert.equal(draftOf(doors)?.filename, filename);
  }
  // Node's own client would not send this one as it is.
  assert.equal(claimedFilename('attachment; filename="caf\xe9.pdf"'), 'café.pdf');
});

test('metadata, replaces, Idempotency-Key and Content-Digest reach the rules', async (t) => {
  const doors = await openDoors(t);
  const to = `${path}&metadata=${encodeURIComponent('{"a":["ü"]}')}&replaces=some-id`;
  const headers = { 'idempotency-key': 'k-1', 'content-digest': 'sha-256=:abc=:' };
  const first = await post(doors, to, headers, 'x');
  assert.deepEqual(draftOf(doors), {
    recordId: 'r1',
    type: 'other',
    filename: null,
    contentType: null,
    metadata: { a: ['ü'] },
    replaces: 'some-id',
    idempotencyKey: 'k-1',
    contentDigest: 'sha-256=:abc=:',
  });
  const again = await fetch(doors.url + to, {
    method: 'POST',
    body: 'x',
    headers: { authorization, ...headers },
  });
  assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [201, 'true']);
  assert.equal(((await again.json()) as Json).id, first.json.id);

  const wrong: [string, Headers, number, string][] = [
    ['/v1/documents?type=other', {}, 422, 'recordId'],
    ['/v1/documents?recordId=r', {}, 422, 'type'],
    [`${path}&metadata={`, {}, 422, 'metadata'],
    [path, { 'idempotency-key': 'x'.repeat(256) }, 422, 'Idempotency-Key'],
    [path, { 'idempotency-key': 'a b' }, 422, 'Idempotency-Key'],
    ['/v1/documents?recordId=r&recordId=s&type=other', {}, 422, 'recordId'],
  ];
  for (const [query, headers, status, field] of wrong) {
    const { status: got, json } = await post(doors, query, headers, 'x');
    assert.deepEqual([got, json.code, json.field], [status, 'invalid_input', field]);
  }
  assert.equal((await post(doors, `${path}&recordid=x`, {}, 'x')).json.code, 'unknown_parameter');
});

const B = 'a-boundary';
const field = (name: string, value: string) =>
  `--${B}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
const head = field('recordId', 'r1') + field('type', 'other');
const filePart = (bytes: string, headers = '') =>
  `--${B}\r\nContent-Disposition: form-data; name="file"; filename="f.txt"\r\nContent-Type: text/plain\r\n${headers}\r\n${bytes}`;
const formType = { 'content-type': `multipart/form-data; boundary=${B}` };

test('what the caller may not bring there is refused before anything else of it is looked at', async (t) => {
  const rights = { ...everything, recordId: 'mine' };
  const identity = { actor: { kind: 'grant', id: 'g' }, key: 'k', rights } as const;
  const doors = await openDoors(t, { authenticate: async () => identity });
  for (const query of ['recordId=other&type=other&metadata=nonsense', 'recordId=other&type=nothing']) {
    const client = new RawClient(doors.port);
    await client.send(
      `POST /v1/documents?${query} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nIdempotency-Key: a b\r\nContent-Length: 9\r\n\r\n`,
    );
    await client.heard('\r\n\r\n');
    assert.match(client.received, /^HTTP\/1\.1 403 /);
    client.socket.destroy();
  }
  assert.equal(doors.documents.offered, null);
  const none = { ...identity, rights: { ...rights, actions: new Set<Action>() } };
  const closed = await openDoors(t, { authenticate: async () => none });
  const answer = await closed.fetch('/v1/documents?nonsense=1', { method: 'POST', body: 'x' });
  assert.equal(answer.status, 403);
  const form = new FormData();
  form.append('recordId', 'other');
  form.append('type', 'other');
  form.append('file', new Blob(['text']));
  assert.equal((await doors.fetch('/v1/documents', { method: 'POST', body: form })).status, 403);
  assert.equal(doors.documents.offered, null);
});

test('a form: its fields, its file and every valid ending, with length or chunked', async (t) => {
  const doors = await openDoors(t);
  const [large, small] = ['x'.repeat(200_000), 'y'.repeat(64 * 1024)];
  for (const end of ['--', '--\r\n', '-- \t\r\n', '--\r\nan epilogue', `--\r\n--${B}--\r\n`]) {
    for (const [framing, bytes] of [
      ['length', large],
      ['length', small],
      ['chunked', large],
      ['chunked', small],
      ['part length', large],
      ['part length', small],
    ] as const) {
      const own = framing === 'part length' ? `Content-Length: ${bytes.length}\r\n` : '';
      const meta = field('metadata', '{"a":1}') + field('replaces', 'some-id');
      const body = `a preamble\r\n${head}${meta}${filePart(bytes, own)}\r\n--${B}${end}`;
      const { status } = await post(
        doors,
        '/v1/documents',
        {
          ...formType,
          ...(framing === 'chunked'
            ? { 'transfer-encoding': 'chunked' }
            : { 'content-length': String(body.length) }),
        },
        body,
      );
      assert.equal(status, 201);
      const { bytes: kept, draft } = [...doors.documents.kept.values()].at(-1) ?? assert.fail();
      assert.equal(kept.toString(), bytes);
      assert.deepEqual(draft, {
        recordId: 'r1',
        type: 'other',
        filename: 'f.txt',
        contentType: 'text/plain',
        metadata: { a: 1 },
        replaces: 'some-id',
        idempotencyKey: null,
        contentDigest: null,
      });
      const { size, atLeast, declared, whole } = doors.documents.offered?.body ?? assert.fail();
      assert.equal(whole !== null, bytes === small && framing !== 'chunked', 'small ones come in one piece');
      const least = bytes.length - 64 * 1024 + (end.length - 2);
      assert.deepEqual(
        [size, atLeast, declared],
        framing === 'length'
          ? [null, least, body.length]
          : framing === 'chunked'
            ? [null, null, null]
            : [bytes.length, null, body.length],
      );
    }
  }
});

test('where the file of a form ends is known to within what may follow it, also around the least size of a part', async (t) => {
  const doors = await openDoors(t);
  const edge = 5 * 1024 * 1024;
  const bytes = Buffer.alloc(edge + 70 * 1024, 'x');
  const sizes = fc.oneof(
    fc.integer({ min: edge - 70 * 1024, max: bytes.length }),
    fc.constantFrom(edge - 1, edge, edge + 1, edge + 65_535, edge + 65_536, edge + 65_537),
  );
  const endings = fc.oneof(fc.constantFrom(0, 2, 65_535, 65_536), fc.integer({ min: 0, max: 65_536 }));
  await fc.assert(
    fc.asyncProperty(sizes, endings, async (size, after) => {
      const open = `${head}${filePart('', '')}`;
      const close = `\r\n--${B}--${'e'.repeat(after)}`;
      const body = Buffer.concat([Buffer.from(open), bytes.subarray(0, size), Buffer.from(close)]);
      const answer = await doors.fetch('/v1/documents', { method: 'POST', body, headers: formType });
      assert.equal(answer.status, 201);
      assert.equal(((await answer.json()) as { size: number }).size, size);
      const { atLeast, declared } = doors.documents.offered?.body ?? assert.fail();
      assert.equal(declared, body.length);
      assert.equal(atLeast, size - (65_536 - after));
      doors.documents.kept.clear();
    }),
    { numRuns: 25 },
  );
});

test('a form that Node’s own FormData makes, with names of every kind', async (t) => {
  const doors = await openDoors(t);
  for (const name of [
    'Ausweis für Zoë 😀.pdf',
    'a "quoted" name.txt',
    'a;b=c.txt',
    'line\nend.txt',
    '%41.txt',
  ]) {
    const form = new FormData();
    form.set('recordId', '../../ü');
    form.set('type', 'other');
    form.set('metadata', new Blob(['{"from":"blob"}'], { type: 'application/json' }));
    form.set('file', new Blob(['bytes of the file'], { type: 'text/plain' }), name);
    const answer = await doors.fetch('/v1/documents', { method: 'POST', body: form });
    assert.equal(answer.status, 201);
    const { draft, bytes } = [...doors.documents.kept.values()].at(-1) ?? assert.fail();
    assert.equal(
      draft.filename,
      name.replace('\n', '\r\n').replace('line\r\n', draft.filename?.includes('\r') ? 'line\r\n' : 'line\n'),
    );
    assert.deepEqual(
      [draft.recordId, draft.metadata, bytes.toString()],
      ['../../ü', { from: 'blob' }, 'bytes of the file'],
    );
  }
});

test('part headers are read as UTF-8 and as RFC 8187, in small pieces too', async (t) => {
  const doors = await openDoors(t);
  const disposition = `form-data; name=file; filename="x"; filename*=utf-8''%F0%9F%98%80.pdf`;
  const body = Buffer.from(
    `${head}--${B} \t\r\ncontent-disposition:${disposition}\r\nContent-Transfer-Encoding: binary\r\n\r\n\r\n--${B}x\r\n--${B}--`,
  );
  const status = await new Promise((resolve, reject) => {
    const sent = httpRequest(`${doors.url}/v1/documents`, {
      method: 'POST',
      headers: { authorization, ...formType },
    });
    sent.once('error', reject).once('response', (answer) => resolve(answer.resume().statusCode));
    (async () => {
      for (const byte of body) {
        sent.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      sent.end();
    })();
  });
  assert.equal(status, 201);
  const { draft, bytes } = [...doors.documents.kept.values()].at(-1) ?? assert.fail();
  assert.deepEqual([draft.filename, bytes.toString()], ['😀.pdf', `\r\n--${B}x`.slice(0)]);
});

test('a broken form is refused in words, and nothing is kept', async (t) => {
  const doors = await openDoors(t);
  const file = filePart('bytes');
  const end = `\r\n--${B}--\r\n`;
  const cases: [string, RegExp][] = [
    ['', /empty/],
    ['no boundary at all', /no such boundary/],
    [`--${B}--`, /no file/],
    [`${head}--${B}--`, /no file/],
    [field('recordId', 'r1') + file + end, /"type" is missing/],
    [field('type', 'other') + file + end, /"recordId" is missing/],
    [head + field('recordId', 'r2') + file + end, /"recordId" comes twice/],
    [head + field('color', 'red') + file + end, /"color" is not a field/],
    [`${head}${file}\r\n${field('metadata', '{}')}--${B}--`, /follows the file/],
    [`${head}${file}\r\n${filePart('second')}${end}`, /follows the file/],
    [head + file, /closing boundary/],
    [`${head}${file}\r\n--${B}`, /closing boundary/],
    [`${head}${file}\r\n--${B}-`, /closing boundary/],
    [`${head}${file}\n--${B}--`, /closing boundary/],
    [head, /closing boundary/],
    [head + field('metadata', 'x'.repeat(20_000)) + file + end, /longer than/],
    [`${head}--${B}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, /longer than/],
    [`${'x'.repeat(20_000)}\r\n${head}${file}${end}`, /longer than/],
    [
      `${head}--${B}\r\n${'X-A: b\r\n'.repeat(30)}Content-Disposition: form-data; name="file"\r\n\r\nx${end}`,
      /header lines/,
    ],
    [`${head}--${B}\r\n\r\nno headers${end}`, /Content-Disposition/],
    [`${head}--${B}nonsense\r\n\r\n${end}`, /followed by something/],
    [head + filePart('x', 'Content-Length: many\r\n') + end, /whole number/],
    [head + filePart('eA==', 'Content-Transfer-Encoding: base64\r\n') + end, /base64/],
    [`${head}${file}${end}${'x'.repeat(70_000)}`, /follow the closing boundary/],
  ];
  for (const [body, words] of cases) {
    for (const chunked of [false, true]) {
      const framing: Headers = chunked
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': String(body.length) };
      const { status, json } = await post(doors, '/v1/documents', { ...formType, ...framing }, body);
      assert.deepEqual([status, json.code], [400, 'invalid_form'], body.slice(0, 80));
      assert.match(json.detail as string, words);
    }
  }
  for (const type of [
    'multipart/form-data',
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ]) {
    assert.equal(
      (await post(doors, '/v1/documents', { 'content-type': type }, 'x')).json.code,
      'invalid_form',
    );
  }
  for (const length of [1, 4, 6, 1_000]) {
    const { status, json } = await post(
      doors,
      '/v1/documents',
      formType,
      head + filePart('bytes', `Content-Length: ${length}\r\n`) + end,
    );
    assert.deepEqual([status, json.code, json.declared], [400, 'length_mismatch', length]);
  }
  const bad = await post(
    doors,
    '/v1/documents',
    formType,
    Buffer.from(field('recordId', '\xff') + file + end, 'latin1'),
  );
  assert.deepEqual([bad.status, bad.json.field], [422, 'recordId']);
  assert.equal((await post(doors, path, formType, head + file + end)).json.code, 'unknown_parameter');
  assert.equal(doors.documents.kept.size, 0);
});
