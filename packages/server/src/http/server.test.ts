import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorization, openDoors } from '../../test/doors/open-doors.ts';
import { RawClient } from '../../test/doors/raw-client.ts';
import { everything } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';

type Json = Record<string, unknown>;

const upload = (text = 'hello', query = '?recordId=r1&type=other') =>
  [
    `/v1/documents${query}`,
    { method: 'POST', body: text, headers: { 'content-type': 'text/plain' } },
  ] as const;

test('nothing but health and signed links answers without a key, and the key comes before validation', async (t) => {
  const { url } = await openDoors(t);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.equal((await fetch(`${url}/readyz`)).status, 200);
  assert.equal((await fetch(`${url}/l/nonsense`)).status, 403);
  const closed: [string, RequestInit][] = [
    ['/v1/documents', {}],
    ['/v1/documents?nonsense=1', {}],
    ['/v1/documents', { method: 'POST', body: '{' }],
    ['/v1/documents/x', { method: 'PATCH', body: '{', headers: { 'content-type': 'application/json' } }],
    ['/v1/storage', {}],
    ['/v1/document-types', { method: 'OPTIONS' }],
    ['/nothing', {}],
    ['/v1/%zz', {}],
  ];
  for (const [path, init] of closed) {
    const answer = await fetch(url + path, init);
    assert.equal(answer.status, 401, path);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
    assert.equal(((await answer.json()) as Json).code, 'unauthenticated');
  }
});

test('a path that nothing answers is 404; another method is 405 with Allow', async (t) => {
  const doors = await openDoors(t);
  const missing = await doors.fetch('/v1/nothing');
  assert.equal(missing.status, 404);
  assert.equal(((await missing.json()) as Json).code, 'route_missing');
  const allow: [string, string, string][] = [
    ['PUT', '/v1/documents', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1/documents', 'GET, HEAD, POST'],
    ['POST', '/v1/documents/x', 'DELETE, GET, HEAD, PATCH'],
    ['GET', '/v1/documents/x/archive', 'POST'],
    ['PROPFIND', '/healthz', 'GET, HEAD'],
  ];
  for (const [method, path, allowed] of allow) {
    const answer = await doors.fetch(path, { method });
    assert.equal(answer.status, 405, `${method} ${path}`);
    assert.equal(answer.headers.get('allow'), allowed);
    assert.deepEqual(((await answer.json()) as Json).allowed, allowed.split(', '));
  }
});

test('an unknown query parameter is refused on every call, and named with the known ones', async (t) => {
  const doors = await openDoors(t);
  const known = await doors.fetch('/v1/documents?recordID=1');
  assert.equal(known.status, 400);
  const problem = (await known.json()) as Json;
  assert.deepEqual([problem.code, problem.parameter], ['unknown_parameter', 'recordID']);
  assert.ok((problem.known as string[]).includes('recordId'));
  for (const path of [
    '/v1/documents/x?a=1',
    '/v1/storage?a',
    '/healthz?a=1',
    '/v1/document-types?x=',
    '/l/t?a=1',
  ]) {
    const answer = await doors.fetch(path);
    assert.equal(answer.status, 400, path);
    assert.deepEqual(((await answer.json()) as Json).known, []);
  }
});

test('a document as API.md has it, through upload, get, list, change, history, archive and trash', async (t) => {
  const doors = await openDoors(t);
  const stored = await doors.fetch(...upload());
  assert.equal(stored.status, 201);
  const document = (await stored.json()) as Json;
  assert.deepEqual(Object.keys(document), [
    'id',
    'recordId',
    'type',
    'filename',
    'contentType',
    'size',
    'sha256',
    'state',
    'storage',
    'metadata',
    'replaces',
    'createdAt',
    'createdBy',
    'updatedAt',
    'archivedAt',
    'deletedAt',
    'purgeAfter',
    'revision',
  ]);
  const at = `/v1/documents/${document.id}`;
  assert.equal(stored.headers.get('location'), doors.url + at);
  assert.equal(stored.headers.get('etag'), '"1"');
  assert.deepEqual(document.createdBy, { kind: 'key', id: 'tester' });
  assert.equal((document.storage as Json).path, `file:///store/k/${document.id}`);
  assert.equal(new Date(document.createdAt as string).toISOString(), document.createdAt);

  assert.deepEqual(await (await doors.fetch(at)).json(), document);
  const head = await doors.fetch(at, { method: 'HEAD' });
  assert.deepEqual([head.status, head.headers.get('etag'), await head.text()], [200, '"1"', '']);

  const events = (await (await doors.fetch(`${at}/events`)).json()) as { items: Json[]; nextCursor: null };
  assert.deepEqual(Object.keys(events.items[0] ?? {}), [
    'id',
    'at',
    'action',
    'actor',
    'requestId',
    'details',
  ]);
  assert.equal(events.nextCursor, null);

  for (const [move, state] of [
    ['archive', 'archived'],
    ['unarchive', 'available'],
    ['restore', 'available'],
  ] as const) {
    const moved = await doors.fetch(`${at}/${move}`, { method: 'POST' });
    assert.deepEqual([moved.status, ((await moved.json()) as Json).state], [200, state]);
  }
  const trashed = await doors.fetch(at, { method: 'DELETE' });
  assert.deepEqual([trashed.status, ((await trashed.json()) as Json).state], [202, 'deleted']);
  const gone = await doors.fetch(at, { method: 'DELETE' });
  assert.deepEqual([gone.status, await gone.text()], [204, '']);
});

test('PATCH wants If-Match and a body that it knows', async (t) => {
  const doors = await openDoors(t);
  const { id } = (await (await doors.fetch(...upload())).json()) as { id: string };
  const patch = (body: string, match?: string, type = 'application/json') =>
    doors.fetch(`/v1/documents/${id}`, {
      method: 'PATCH',
      body,
      headers: { 'content-type': type, ...(match === undefined ? {} : { 'if-match': match }) },
    });
  const problem = async (answer: Promise<Response>) => {
    const body = (await (await answer).json()) as Json;
    return [body.status, body.code, body.field ?? null];
  };
  const name = '{"filename":"new.txt"}';
  assert.deepEqual(await problem(patch(name)), [428, 'revision_required', null]);
  assert.deepEqual(await problem(patch(name, '"7"')), [412, 'revision_conflict', null]);
  assert.deepEqual(await problem(patch(name, 'W/"1"')), [412, 'revision_conflict', null]);
  assert.deepEqual(await problem(patch(name, '1')), [422, 'invalid_input', 'If-Match']);
  assert.deepEqual(await problem(patch('{"filename":1}', '"1"')), [422, 'invalid_input', 'filename']);
  assert.deepEqual(await problem(patch('{"size":1}', '"1"')), [422, 'invalid_input', 'size']);
  assert.deepEqual(await problem(patch('{}', '"1"')), [422, 'invalid_input', 'body']);
  assert.deepEqual(await problem(patch('[]', '"1"')), [422, 'invalid_input', 'body']);
  assert.deepEqual(await problem(patch('{"a', '"1"')), [422, 'invalid_input', 'body']);
  assert.deepEqual(await problem(patch('', '"1"')), [422, 'invalid_input', 'body']);
  assert.deepEqual(await problem(patch(name, '"1"', 'text/plain')), [422, 'invalid_input', 'Content-Type']);
  assert.deepEqual(await problem(patch(name, '"1"', 'rubbish')), [422, 'invalid_input', 'Content-Type']);
  assert.deepEqual(await problem(patch(`{"filename":"${'x'.repeat(70_000)}"}`, '"1"')), [
    422,
    'invalid_input',
    'body',
  ]);

  const changed = await patch('{"filename":"new.txt","metadata":{"__proto__":{"a":1},"ü":null}}', '"1"');
  assert.deepEqual([changed.status, changed.headers.get('etag')], [200, '"2"']);
  assert.match(await changed.text(), /"metadata":\{"__proto__":\{"a":1\},"ü":null\}/);
  assert.equal((await patch(name, '*')).headers.get('etag'), '"3"');
  assert.equal((await patch(name, '"1", "3"')).headers.get('etag'), '"4"');
});

test('a list: its defaults, its filters, and cursors that belong to it', async (t) => {
  const doors = await openDoors(t);
  const list = (query: string) => doors.fetch(`/v1/documents${query}`);
  await list('');
  assert.deepEqual(doors.documents.asked, {
    filter: { states: ['inspecting', 'available', 'archived', 'quarantined'] },
    page: { sort: { by: 'createdAt', descending: true }, limit: 50 },
  });
  await list('?recordId=a%2Fb&type=other&state=deleted,purged&sort=size&limit=200');
  assert.deepEqual(doors.documents.asked, {
    filter: { recordId: 'a/b', type: 'other', states: ['deleted', 'purged'] },
    page: { sort: { by: 'size', descending: false }, limit: 200 },
  });
  await list('?state=all&createdAfter=2026-01-01&createdBefore=2026-01-31T12:00:00%2B02:00&sort=createdAt');
  assert.deepEqual(doors.documents.asked?.filter, {
    createdAfter: new Date('2026-01-01T00:00:00Z'),
    createdBefore: new Date('2026-01-31T10:00:00Z'),
  });

  const wrong: [string, string][] = [
    ['?state=nonsense', 'state'],
    ['?sort=size', 'sort'],
    ['?sort=type', 'sort'],
    ['?limit=0', 'limit'],
    ['?limit=201', 'limit'],
    ['?limit=1e2', 'limit'],
    ['?createdAfter=yesterday', 'createdAfter'],
    ['?createdBefore=2026-02-31T99:00:00Z', 'createdBefore'],
    ['?recordId=r&sort=filename&createdAfter=2026-01-01', 'createdAfter'],
    ['?cursor=nonsense', 'cursor'],
    ['?type=a&type=b', 'type'],
  ];
  for (const [query, field] of wrong) {
    const answer = await list(query);
    const problem = (await answer.json()) as Json;
    assert.deepEqual([answer.status, problem.code, problem.field], [422, 'invalid_input', field], query);
  }

  const after = { value: 1_700_000_000_000, id: '0199-x' };
  doors.documents.found = { documents: [], next: after };
  const { nextCursor } = (await (await list('?recordId=r')).json()) as { nextCursor: string };
  await list(`?recordId=r&limit=7&cursor=${nextCursor}`);
  assert.deepEqual((doors.documents.asked?.page as Json | undefined)?.after, after);
  for (const other of ['?recordId=s', '?recordId=r&sort=createdAt', '?recordId=r&state=all']) {
    const problem = (await (await list(`${other}&cursor=${nextCursor}`)).json()) as Json;
    assert.deepEqual([problem.code, problem.field], ['invalid_input', 'cursor'], other);
  }
});

test('with q a list is a search, in its own order, of what has a name', async (t) => {
  const doors = await openDoors(t);
  const list = (query: string) => doors.fetch(`/v1/documents${query}`);
  await list('?q=%C3%9Cber&recordId=r&type=other&limit=7');
  assert.deepEqual(doors.documents.asked, {
    filter: {
      prefix: 'Über',
      states: ['inspecting', 'available', 'archived', 'quarantined'],
      recordId: 'r',
      type: 'other',
    },
    page: { limit: 7 },
  });
  await list('?q=a&state=all');
  assert.partialDeepStrictEqual(doors.documents.asked?.filter, {
    states: ['inspecting', 'available', 'archived', 'quarantined', 'deleted'],
  });
  const wrong: [string, string][] = [
    ['?q=', 'q'],
    [`?q=${'x'.repeat(101)}`, 'q'],
    ['?q=a&sort=-createdAt', 'sort'],
    ['?q=a&createdAfter=2026-01-01', 'createdAfter'],
    ['?q=a&createdBefore=2026-01-01', 'createdBefore'],
    ['?q=a&state=available,receiving', 'state'],
    ['?q=a&state=nonsense', 'state'],
    ['?q=a&cursor=nonsense', 'cursor'],
    ['?q=a&q=b', 'q'],
  ];
  for (const [query, field] of wrong) {
    const answer = await list(query);
    const problem = (await answer.json()) as Json;
    assert.deepEqual([answer.status, problem.code, problem.field], [422, 'invalid_input', field], query);
  }

  const after = { by: 'name', value: 'uber', at: null, id: '0199-x' } as const;
  doors.documents.searched = { documents: [], next: after };
  const { nextCursor } = (await (await list('?q=a')).json()) as { nextCursor: string };
  await list(`?q=a&limit=7&cursor=${nextCursor}`);
  assert.deepEqual(doors.documents.asked?.page, { limit: 7, after });
  for (const other of ['?q=b', '?q=a&type=other', '?q=a&state=all', '?recordId=r']) {
    const problem = (await (await list(`${other}&cursor=${nextCursor}`)).json()) as Json;
    assert.deepEqual([problem.code, problem.field], ['invalid_input', 'cursor'], other);
  }
});

test('a path that can’t be read is refused in words', async (t) => {
  const doors = await openDoors(t);
  const code = async (path: string) => ((await (await doors.fetch(path)).json()) as Json).code;
  assert.equal(await code('/v1/documents/%zz'), 'invalid_request');
  assert.equal(await code(`/v1/documents/${'x'.repeat(3_000)}`), 'route_missing');
  assert.equal(await code('/v1/documents/%00..%2f'), 'document_missing');
});

test('a link of a session is its key’s and lives as long as it says; one of a grant does not outlive that', async (t) => {
  const inAnHour = new Date(Date.now() + 3_600_000);
  for (const [kind, days] of [
    ['session', 7],
    ['grant', 1 / 24],
  ] as const) {
    const identity = {
      actor: { kind, id: '0'.repeat(32) },
      key: 'k',
      rights: { ...everything, expiresAt: inAnHour },
    };
    const doors = await openDoors(t, { authenticate: async () => identity });
    const upload = await doors.fetch('/v1/documents?recordId=r&type=other', { method: 'POST', body: 'text' });
    const { id } = (await upload.json()) as { id: string };
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ expiresIn: 604_800 });
    const link = await doors.fetch(`/v1/documents/${id}/links`, { method: 'POST', headers, body });
    const { expiresAt } = (await link.json()) as { expiresAt: string };
    assert.ok(
      Math.abs(Date.parse(expiresAt) - Date.now() - days * 86_400_000) < 60_000,
      `${kind}: ${expiresAt}`,
    );
  }
});

test('links open one document without a key, and go to the store when they may', async (t) => {
  const doors = await openDoors(t, { linkMode: 'redirect' });
  const { id } = (await (await doors.fetch(...upload('linked'))).json()) as { id: string };
  const link = async (body?: string) => {
    const init = body === undefined ? {} : { body, headers: { 'content-type': 'application/json' } };
    return doors.fetch(`/v1/documents/${id}/links`, { method: 'POST', ...init });
  };
  const plain = await link();
  assert.equal(plain.status, 201);
  const { url, expiresAt } = (await plain.json()) as { url: string; expiresAt: string };
  assert.ok(url.startsWith(`${doors.url}/l/`));
  const [get, head] = [await fetch(url), await fetch(url, { method: 'HEAD' })];
  assert.equal(head.headers.get('content-length'), String((await get.bytes()).length));
  assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 300_000) < 5_000);
  assert.equal(await (await fetch(url)).text(), 'linked');
  doors.documents.directUrl = 'https://bucket.example/signed';
  const redirected = await fetch(url, { redirect: 'manual' });
  assert.deepEqual(
    [redirected.status, redirected.headers.get('location')],
    [302, 'https://bucket.example/signed'],
  );
  assert.deepEqual(doors.documents.shown, {
    disposition: 'attachment',
    contentType: 'text/plain; charset=utf-8',
  });
  assert.equal((await fetch(url, { method: 'HEAD' })).status, 200);
  assert.equal((await fetch(`${url}x`)).status, 403);
  assert.equal((await fetch(`${doors.url}/l/${'x'.repeat(1_500)}`)).status, 403);
  for (const body of [
    '{"expiresIn":0}',
    '{"expiresIn":604801}',
    '{"expiresIn":"60"}',
    '{"disposition":"x"}',
    '{"a":1}',
  ]) {
    assert.equal((await link(body)).status, 422, body);
  }
  assert.equal((await link('{"expiresIn":604800,"disposition":"inline"}')).status, 201);
  const told = doors.lines.filter(({ route }) => route === '/l/:token');
  assert.equal(told[0]?.actor, 'tester');
  assert.ok(!JSON.stringify(doors.lines).includes(url.slice(-20)), 'no token reaches the log');
});

test('a redirect shows inline only what may be shown inline', async (t) => {
  const doors = await openDoors(t, { linkMode: 'redirect' });
  doors.documents.directUrl = 'https://bucket.example/signed';
  const cases = [
    ['text/plain', { disposition: 'inline', contentType: 'text/plain; charset=utf-8' }],
    ['text/html', { disposition: 'attachment', contentType: 'text/html; charset=utf-8' }],
    ['image/svg+xml', { disposition: 'attachment', contentType: 'image/svg+xml' }],
  ] as const;
  for (const [type, shown] of cases) {
    const stored = await doors.fetch('/v1/documents?recordId=r&type=other', {
      method: 'POST',
      body: '<script>alert(1)</script>',
      headers: { 'content-type': type },
    });
    const { id } = (await stored.json()) as { id: string };
    const link = await doors.fetch(`/v1/documents/${id}/links`, {
      method: 'POST',
      body: '{"disposition":"inline"}',
      headers: { 'content-type': 'application/json' },
    });
    const { url } = (await link.json()) as { url: string };
    const answer = await fetch(url, { redirect: 'manual' });
    assert.deepEqual([answer.status, answer.headers.get('cache-control')], [302, 'no-store']);
    assert.deepEqual(doors.documents.shown, shown, type);
  }
});

test('what nobody foresaw is 500 without a word of its cause, and is logged with it', async (t) => {
  const doors = await openDoors(t, {
    storage: {
      describe: () => {
        throw new Error('secret words');
      },
      check: async () => {
        throw new StrongroomError('store_unavailable', {}, { cause: new Error('AccessDenied') });
      },
      tryOut: async () => ({ ok: true, checks: [] }),
    },
  });
  const answer = await doors.fetch('/v1/storage');
  const text = await answer.text();
  assert.equal(answer.status, 500);
  assert.ok(!text.includes('secret'));
  assert.equal(JSON.parse(text).code, 'internal');
  const line = doors.lines.find(({ level }) => level === 'error');
  assert.equal(((line?.error as Error | undefined)?.cause as Error | undefined)?.message, 'secret words');

  const away = await doors.fetch('/v1/storage/check', { method: 'POST' });
  assert.deepEqual([away.status, away.headers.get('retry-after')], [503, '5']);
  assert.ok(
    doors.lines.some(({ level, error }) => level === 'warn' && (error as Error).cause instanceof Error),
  );
});

test('where the settings name a contact, what an operator has to mend tells it', async (t) => {
  const environment = { name: 'staging', contact: 'ops@example.org' };
  const readiness = async () => {
    throw new Error('unforeseen');
  };
  const doors = await openDoors(t, { environment, readiness });
  const of = async (path: string) => ((await (await doors.fetch(path)).json()) as Json).contact;
  assert.equal(await of('/readyz'), 'ops@example.org');
  assert.equal(await of('/v1/nothing'), undefined);
  const storage = (await (await doors.fetch('/v1/storage')).json()) as Json;
  assert.deepEqual(storage.environment, environment);
});

test('a request id is taken over when it is sane, and one line tells of each request', async (t) => {
  const doors = await openDoors(t);
  const mine = await doors.fetch('/v1/documents/secret-id', { headers: { 'x-request-id': 'my-id' } });
  assert.equal(mine.headers.get('x-request-id'), 'my-id');
  const other = await doors.fetch('/v1/storage', { headers: { 'x-request-id': 'x'.repeat(129) } });
  assert.match(other.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/);
  const line = doors.lines.find(({ requestId }) => requestId === 'my-id');
  assert.deepEqual(
    [line?.route, line?.status, line?.actor, line?.method],
    ['/v1/documents/:id', 404, 'tester', 'GET'],
  );
  assert.ok((line?.in as number) > 50 && (line?.out as number) > 200);
  assert.ok(!JSON.stringify(line).includes('secret-id'));
});

test('on an app’s own server, a request of the app that breaks off ends as it does without us', async (t) => {
  const doors = await openDoors(t);
  const { createServer } = await import('node:http');
  const ended: boolean[] = [];
  // As an app may well read a body: without a listener for errors.
  const app = createServer((request) => request.resume().on('close', () => ended.push(request.complete)));
  doors.attach(app);
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  t.after(() => app.close());
  const client = new RawClient((app.address() as { port: number }).port);
  await client.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n');
  await client.send('no chunk\r\n');
  assert.match(await client.heard('\r\n\r\n'), /^HTTP\/1.1 400 /);
  client.socket.end();
  await client.closed;
  assert.deepEqual(ended, [false]);
});

test('an app that only hands requests to the handler can upload too', async (t) => {
  const doors = await openDoors(t);
  const { createServer } = await import('node:http');
  const app = createServer((request, response) => doors.server.emit('request', request, response));
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  t.after(() => app.close());
  const { port } = app.address() as { port: number };
  const [path, init] = upload();
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    ...init,
    headers: { ...init.headers, authorization },
  });
  assert.equal(answer.status, 201);
});
