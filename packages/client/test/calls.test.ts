import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Strongroom } from '@strongroom/client';
import { startServer } from '../../server/test/harness.ts';
import { failure, otherServer, page } from './pages-of-others.ts';

test('a token function is asked once for many calls, and again when its token is refused', async (t) => {
  const { url, key } = await startServer(t);
  let asked = 0;
  const token = async () => {
    asked++;
    return asked === 1 ? 'a-token-of-yesterday-that-is-over' : key;
  };
  const strongroom = new Strongroom({ url, token });
  await Promise.all(Array.from({ length: 5 }, () => strongroom.documentTypes()));
  assert.equal(asked, 2);
  await strongroom.documentTypes();
  assert.equal(asked, 2);
});

test('a token that stays wrong is refused, without asking for ever', async (t) => {
  const { url } = await startServer(t);
  let asked = 0;
  const token = () => {
    asked++;
    return `wrong-${asked}`;
  };
  for (const each of [token, 'wrong']) {
    const error = await failure(new Strongroom({ url, token: each }).documentTypes());
    assert.deepEqual([error.code, error.status, error.retryable], ['unauthenticated', 401, false]);
  }
  assert.equal(asked, 2);
});

test('a token function that fails is told, and asked again by the next call', async (t) => {
  const { url, key } = await startServer(t);
  const why = new Error('the app is away');
  let fails = true;
  const strongroom = new Strongroom({
    url,
    retries: 0,
    token: async () => {
      if (fails) throw why;
      return key;
    },
  });
  const error = await failure(strongroom.documentTypes());
  assert.deepEqual([error.code, error.cause], ['token_unavailable', why]);
  fails = false;
  await strongroom.documentTypes();
});

test('what is no token is told as that, and not sent', async () => {
  for (const given of ['', '<!doctype html>\n<p>Service Unavailable</p>', undefined]) {
    const token = async () => given as string;
    const error = await failure(
      new Strongroom({ url: 'http://127.0.0.1:9', retries: 0, token }).documentTypes(),
    );
    assert.equal(error.code, 'token_unavailable');
  }
});

test('what may be repeated is repeated after as long as was asked for, what may not is not', async (t) => {
  let asked = 0;
  const url = await otherServer(t, (request, response) => {
    asked++;
    if (asked === 1) return page(502)(request, response);
    if (asked === 2) return page(503, { 'retry-after': '1' })(request, response);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[],"nextCursor":null}');
  });
  const strongroom = new Strongroom({ url, token: 'x' });
  const begun = performance.now();
  assert.deepEqual(await strongroom.list().page(), { items: [], nextCursor: null });
  assert.equal(asked, 3);
  assert.ok(performance.now() - begun >= 1000, 'Retry-After was waited for');
  asked = 0;
  const error = await failure(strongroom.createKey({ name: 'one' }));
  assert.deepEqual([error.code, error.status, asked], ['gateway', 502, 1]);
});

test('who asks for more patience than anybody has is told on at once', async (t) => {
  const url = await otherServer(t, page(503, { 'retry-after': '3600' }));
  const error = await failure(new Strongroom({ url }).get('x'));
  assert.deepEqual([error.code, error.retryAfter, error.retryable], ['gateway', 3600, true]);
});

test('an answer of another server is none of ours', async (t) => {
  const answers = [
    page(200),
    page(404),
    page(301, { location: 'https://documents.example.com/' }),
    (_: unknown, response: { writeHead: (...given: unknown[]) => { end: (text: string) => void } }) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":'),
  ] as Parameters<typeof otherServer>[1][];
  for (const answer of answers) {
    const url = await otherServer(t, answer);
    const error = await failure(new Strongroom({ url }).list().page());
    assert.equal(error.code, 'unexpected_answer');
  }
});

test('an answer that breaks off is asked for again', async (t) => {
  let asked = 0;
  const url = await otherServer(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '30' });
    if (asked++ === 0) response.write('{"items":', () => response.destroy());
    else response.end('{"items":[],"nextCursor":null}');
  });
  assert.deepEqual(await new Strongroom({ url }).list().page(), { items: [], nextCursor: null });
  assert.equal(asked, 2);
});

test('no answer is unreachable, with what the system said', async (t) => {
  const url = await otherServer(t, (_request, response) => void response.destroy());
  const error = await failure(new Strongroom({ url, retries: 1 }).get('x'));
  assert.deepEqual([error.code, error.status, error.retryable], ['unreachable', null, true]);
  assert.match(error.message, new RegExp(`^${url} gave no answer \\(\\w+\\)\\.$`));
});

test('silence is no answer', async (t) => {
  const url = await otherServer(t, () => {});
  const error = await failure(new Strongroom({ url, retries: 0, timeout: 100 }).get('x'));
  assert.equal(error.code, 'unreachable');
});

test('nor is one that falls silent in its middle', async (t) => {
  for (const status of [200, 503]) {
    const url = await otherServer(t, (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json', 'content-length': '30' }).write('{');
    });
    const error = await failure(new Strongroom({ url, retries: 0, timeout: 200 }).get('x'));
    assert.equal(error.code, status === 200 ? 'unreachable' : 'gateway');
  }
});

test('a signal ends a call, and the waiting between two', async (t) => {
  const url = await otherServer(t, page(503, { 'retry-after': '30' }));
  const strongroom = new Strongroom({ url });
  const reason = new Error('not wanted any more');
  const error = await failure(strongroom.get('x', { signal: AbortSignal.abort(reason) }));
  assert.deepEqual([error.code, error.cause], ['aborted', reason]);
  const ending = new AbortController();
  setTimeout(() => ending.abort(reason), 100);
  assert.equal((await failure(strongroom.get('x', { signal: ending.signal }))).cause, reason);
});

test('a service under a path of its own is found', async (t) => {
  const asked: (string | undefined)[] = [];
  const url = await otherServer(t, (request, response) => {
    asked.push(request.url);
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Strongroom({ url: `${url}/documents/?x=1#y` }).get('../a b');
  assert.deepEqual(asked, ['/documents/v1/documents/..%2Fa%20b']);
});
