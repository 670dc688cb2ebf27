/** Browsers that sign in: by key and by code, on every node, over TLS, and never by a page of another origin. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { request } from 'undici';
import { type Ending, startServer, type TestServer, testFolder } from '../harness.ts';
import { keepSecret, keepWire } from '../secrecy/watch.ts';
import { backends, s3AndPostgres } from './backends.ts';

const command = fileURLToPath(new URL('../../bin/strongroom', import.meta.url));

interface Answer {
  readonly status: number;
  readonly setCookie: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test asks of an answer, it says itself
  readonly body: any;
}

type Fields = Readonly<Record<string, string>>;

async function send(
  { url }: Pick<TestServer, 'url'>,
  method: 'GET' | 'POST' | 'DELETE' | 'PATCH',
  path: string,
  headers: Fields = {},
  body?: object,
): Promise<Answer> {
  const answer = await request(`${url}${path}`, {
    method,
    headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
    body: body ? JSON.stringify(body) : null,
  });
  const text = await answer.body.text();
  const setCookie = String(answer.headers['set-cookie'] ?? '');
  keepWire(text);
  keepWire(setCookie);
  return { status: answer.statusCode, setCookie, body: text === '' ? null : JSON.parse(text) };
}

const cookieOf = ({ setCookie }: Answer): Fields => ({ cookie: setCookie.split(';')[0] ?? '' });

/** A browser on the console's own page, after it has signed in. */
async function signedIn(server: TestServer, by: object = { key: server.key }) {
  const answer = await send(server, 'POST', '/v1/session', {}, by);
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  const cookie = cookieOf(answer);
  return { answer, cookie, page: { ...cookie, 'strongroom-csrf': answer.body.csrfToken as string } };
}

const upload = (server: TestServer, fields: Fields) =>
  send(
    server,
    'POST',
    '/v1/documents?recordId=r&type=other',
    { ...fields, 'content-type': 'text/plain' },
    {
      a: 'document',
    },
  );

/** Until `wanted`, for as long as it may take to be in force everywhere. */
async function within(milliseconds: number, wanted: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + milliseconds;
  while (!(await wanted())) {
    assert.ok(performance.now() < until, `not in ${milliseconds} ms`);
    await sleep(100);
  }
}

for (const backend of backends)
  describe(`a browser that signs in, on ${backend.name}`, {
    skip: backend.missing(),
    concurrency: true,
  }, () => {
    it('acts as its key until it signs out', async (t) => {
      const server = await backend.start(t, { ...(await backend.prepare(t)), ENVIRONMENT_NAME: 'staging' });
      const { answer, cookie, page } = await signedIn(server);
      assert.match(
        answer.setCookie,
        /^strongroom_session=ss_[\w-]+; Path=\/; Max-Age=43(200|199); HttpOnly; SameSite=Strict$/,
      );
      assert.deepEqual(answer.body.actor, { kind: 'session', id: 'environment' });
      assert.deepEqual(answer.body.environment, { name: 'staging', contact: null });
      assert.ok(answer.body.actions.includes('keys'));
      assert.deepEqual((await send(server, 'GET', '/v1/session', cookie)).body, answer.body);

      const stored = await upload(server, page);
      assert.equal(stored.status, 201);
      assert.deepEqual(stored.body.createdBy, { kind: 'session', id: 'environment' });
      const events = await send(server, 'GET', `/v1/documents/${stored.body.id}/events`, cookie);
      assert.deepEqual(events.body.items[0].actor, { kind: 'session', id: 'environment' });
      const caller = await send(server, 'GET', '/v1/caller', cookie);
      assert.equal(caller.body.expiresAt, answer.body.expiresAt);

      const left = await send(server, 'DELETE', '/v1/session', page);
      assert.deepEqual([left.status, left.setCookie.split(';')[0]], [204, 'strongroom_session=']);
      assert.match(left.setCookie, /Max-Age=0/);
      const after = await send(server, 'GET', '/v1/documents', cookie);
      assert.deepEqual([after.status, after.body.code], [401, 'unauthenticated']);
      assert.equal((await send(server, 'DELETE', '/v1/session', page)).status, 204);
      await server.stop();
    });

    it('dies with its key', async (t) => {
      const settings = await backend.prepare(t);
      const server = await backend.start(t, settings);
      const env = { ...settings, PATH: process.env.PATH };
      const cwd = await testFolder(t);
      const keys = async (...words: string[]) =>
        promisify(execFile)(process.execPath, [command, 'keys', ...words], { cwd, env });
      const key = (await keys('create', '--scope', 'documents:read')).stdout.trim();
      keepSecret('secret', key);
      const { answer, cookie, page } = await signedIn(server, { key });
      assert.deepEqual(answer.body.scopes, ['documents:read']);
      assert.equal((await send(server, 'GET', '/v1/documents', cookie)).status, 200);
      assert.equal((await upload(server, page)).body.code, 'not_allowed');
      await keys('revoke', key);
      await within(6_000, async () => (await send(server, 'GET', '/v1/documents', cookie)).status === 401);
    });
  });

describe('a session', { concurrency: true }, () => {
  it('changes nothing without the proof of its own page, and is not led astray by others', async (t) => {
    const server = await startServer(t);
    const { cookie, page } = await signedIn(server);
    const { page: another } = await signedIn(server);
    const stored = await upload(server, page);
    const at = `/v1/documents/${stored.body.id}`;
    const foreign: Fields[] = [
      cookie,
      { ...cookie, 'strongroom-csrf': '' },
      { ...cookie, 'strongroom-csrf': 'nonsense' },
      { ...cookie, 'strongroom-csrf': another['strongroom-csrf'] },
      { ...page, 'sec-fetch-site': 'cross-site' },
      { ...page, 'sec-fetch-site': 'same-site' },
      { ...page, 'sec-fetch-site': 'none' },
      { ...page, origin: 'https://evil.example' },
      { ...page, origin: 'null' },
      { ...page, origin: `${server.url}0` },
    ];
    for (const fields of foreign) {
      const told = JSON.stringify(Object.keys(fields));
      const answers = [
        await upload(server, fields),
        await send(server, 'DELETE', at, fields),
        await send(server, 'POST', `${at}/links`, fields),
        await send(server, 'PATCH', at, { ...fields, 'if-match': '*' }, { filename: 'x' }),
        await send(server, 'DELETE', '/v1/session', fields),
      ];
      for (const { status, body } of answers)
        assert.deepEqual([status, body?.code], [403, 'csrf_refused'], told);
    }
    assert.equal((await send(server, 'GET', at, cookie)).body.revision, stored.body.revision);
    for (const fields of [
      page,
      { ...page, 'sec-fetch-site': 'same-origin', origin: server.url },
      { ...page, origin: server.url },
      { ...page, origin: 'http://another.name', host: 'another.name' },
    ])
      assert.equal((await upload(server, fields)).status, 201, JSON.stringify(fields));
    // What only reads needs no proof, and yet no page of another origin may have it read.
    assert.equal((await send(server, 'GET', at, { ...cookie, 'sec-fetch-site': 'none' })).status, 200);
    for (const fields of [{ 'sec-fetch-site': 'same-site' }, { origin: 'https://evil.example' }] as Fields[])
      assert.equal((await send(server, 'GET', at, { ...cookie, ...fields })).body.code, 'csrf_refused');
  });

  it('does not count beside a bearer token, whichever, and does beside what a proxy asks for', async (t) => {
    const server = await startServer(t);
    const { cookie, page } = await signedIn(server);
    const key = { authorization: `Bearer ${server.key}` };
    const stored = await upload(server, { ...cookie, ...key });
    assert.deepEqual([stored.status, stored.body.createdBy.kind], [201, 'key']);
    for (const authorization of ['Bearer x', 'bearer x', 'Bearer', 'Bearer ']) {
      const wrong = await send(server, 'GET', '/v1/documents', { ...cookie, authorization });
      assert.equal(wrong.status, 401, authorization);
    }
    const password = { authorization: 'Basic b3BlcmF0b3I6cGFzc3dvcmQ=' };
    assert.equal((await upload(server, { ...page, ...password })).body.createdBy?.kind, 'session');
    assert.equal((await upload(server, { ...cookie, ...password })).body.code, 'csrf_refused');
    assert.equal((await send(server, 'GET', '/v1/documents', password)).status, 401);
    assert.equal((await send(server, 'GET', '/v1/session', key)).status, 401);
  });

  it('is not shut out by cookies that a neighbour at another port laid beside its own', async (t) => {
    const server = await startServer(t);
    const { cookie, page } = await signedIn(server);
    const { cookie: ended, page: endedPage } = await signedIn(server);
    await send(server, 'DELETE', '/v1/session', endedPage);
    // Browsers send the cookie for the longest path first (RFC 6265 §5.4); ours is for the shortest.
    const besides = (other: string) => ({ ...page, cookie: `${other}; a=b; ${cookie.cookie}` });
    for (const other of ['strongroom_session=ss_nonsense', 'strongroom_session=', String(ended.cookie)]) {
      assert.equal((await send(server, 'GET', '/v1/session', besides(other))).status, 200, other);
      assert.equal((await upload(server, besides(other))).status, 201, other);
    }
    const { cookie: planted } = await signedIn(server);
    assert.equal((await upload(server, besides(String(planted.cookie)))).status, 201, 'ours goes first');
    const later = { ...page, cookie: `${cookie.cookie}; strongroom_session=ss_nonsense` };
    assert.equal((await upload(server, later)).status, 201);
    assert.equal((await send(server, 'DELETE', '/v1/session', besides('strongroom_session=x'))).status, 204);
    assert.equal((await send(server, 'GET', '/v1/session', cookie)).status, 401);
  });

  it('is begun by its own page alone, with a key or a code that is one', async (t) => {
    const server = await startServer(t);
    const begin = (fields: Fields, body: object = { key: server.key }) =>
      send(server, 'POST', '/v1/session', fields, body);
    for (const fields of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { origin: 'https://evil.example' },
      { origin: 'null' },
    ] as Fields[]) {
      const { status, body, setCookie } = await begin(fields);
      assert.deepEqual([status, body.code, setCookie], [403, 'csrf_refused', '']);
    }
    // What a form of another site can send is no JSON.
    const form = await begin({ 'content-type': 'text/plain' });
    assert.deepEqual([form.status, form.body.field], [422, 'Content-Type']);
    for (const body of [{ key: 'nonsense' }, { key: '' }, { code: '7KQ2M-X4R9D-0HTBW' }, { code: '' }])
      assert.equal((await begin({}, body)).status, 401, JSON.stringify(body));
    for (const body of [{}, { key: server.key, code: 'x' }, { key: 1 }, { password: 'x' }, []])
      assert.equal((await begin({}, body)).status, 422, JSON.stringify(body));
    assert.equal((await begin({ 'sec-fetch-site': 'same-origin', origin: server.url })).status, 201);
  });

  it('has a cookie of this host alone where the service is reached by TLS', async (t) => {
    const server = await startServer(t, { PUBLIC_URL: 'https://documents.example.org' });
    const { answer, cookie, page } = await signedIn(server);
    assert.match(
      answer.setCookie,
      /^__Host-strongroom_session=ss_[\w-]+; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Strict; Secure$/,
    );
    assert.equal((await send(server, 'GET', '/v1/session', cookie)).status, 200);
    const plain = { cookie: String(cookie.cookie).replace('__Host-', '') };
    assert.equal((await send(server, 'GET', '/v1/session', plain)).status, 401);
    // A proxy that names itself in Host: the page's origin is the public one.
    const through = { ...page, origin: 'https://documents.example.org' };
    assert.equal((await upload(server, through)).status, 201);
    const other = await upload(server, { ...page, origin: 'http://documents.example.org' });
    assert.equal(other.body.code, 'csrf_refused');
  });

  it('begins by the code of a first start, once, and the code goes', async (t) => {
    const server = await startServer(t, { STRONGROOM_API_KEY: '' });
    const [, path = ''] = /sign in with the code in (\S+)/.exec(server.logs()) ?? [];
    const code = (await readFile(path, 'utf8')).trim();
    keepSecret('secret', code);
    const { answer } = await signedIn(server, { code: code.toLowerCase() });
    assert.equal(answer.body.actor.kind, 'session');
    assert.equal(answer.body.scopes, null);
    await assert.rejects(access(path), { code: 'ENOENT' });
    assert.equal((await send(server, 'POST', '/v1/session', {}, { code })).status, 401);
    await server.stop();
    const again = await startServer(t, { STRONGROOM_API_KEY: '', DATA_DIR: join(path, '..') });
    assert.doesNotMatch(again.logs(), /first-code/);
    await assert.rejects(access(path), { code: 'ENOENT' });
  });
});

describe('sessions of two servers on one database', {
  skip: s3AndPostgres.missing(),
  concurrency: true,
}, () => {
  const nodes = async (t: Ending) => {
    const prepared = await s3AndPostgres.prepare(t);
    const shared = { ...prepared, STRONGROOM_API_KEY: 'the key that both are given' };
    const start = async () => startServer(t, { ...shared, DATA_DIR: await testFolder(t) });
    const [one, two] = await Promise.all([start(), start()]);
    return { shared, one, two };
  };

  it('are open on both, and end on both within five seconds', async (t) => {
    const { one, two } = await nodes(t);
    const { cookie, page } = await signedIn(one);
    assert.equal((await upload(two, page)).status, 201);
    assert.equal((await send(one, 'DELETE', '/v1/session', page)).status, 204);
    await within(6_000, async () => (await send(two, 'GET', '/v1/documents', cookie)).status === 401);
    assert.equal((await upload(two, page)).status, 401);
  });

  it('begin by one code once, wherever', async (t) => {
    const { one, two, shared } = await nodes(t);
    const env = { ...shared, PATH: process.env.PATH, PUBLIC_URL: 'https://documents.example.org' };
    const cwd = await testFolder(t);
    const { stdout } = await promisify(execFile)(process.execPath, [command, 'keys', 'code'], { cwd, env });
    const [, code = ''] = /^https:\/\/documents\.example\.org\/sign-in#code=(\S+)\n$/.exec(stdout) ?? [];
    keepSecret('secret', code);
    const tries = await Promise.all(
      [one, two, one, two].map((node) => send(node, 'POST', '/v1/session', {}, { code })),
    );
    assert.deepEqual(tries.map(({ status }) => status).sort(), [201, 401, 401, 401]);
  });
});
