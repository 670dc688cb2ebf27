import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { authorization, type OpenDoors, openDoors } from '../../test/doors/open-doors.ts';
import { RawClient } from '../../test/doors/raw-client.ts';

const ours = 'https://app.example.org';
const theirs = 'https://other.example.org';
const allowedOrigins = [ours, 'http://localhost:5173'];

function preflight({ fetch }: OpenDoors, path: string, origin: string): Promise<Response> {
  return fetch(path, {
    method: 'OPTIONS',
    headers: { authorization: '', origin, 'access-control-request-method': 'POST' },
  });
}

/** The head of the answer to a request that is sent as it is, as one text. */
async function headOf(doors: OpenDoors, request: string): Promise<string> {
  const client = new RawClient(doors.port);
  await client.send(request);
  const head = await client.heard('\r\n\r\n');
  client.socket.destroy();
  return head.toLowerCase();
}

describe('calls across origins', () => {
  test('a page may read every answer, whatever that is', async (t) => {
    const doors = await openDoors(t, { allowedOrigins });
    const headers = { origin: ours };
    const up = '/v1/documents?recordId=r&type=other&filename=a.txt';
    const { id } = (await (await doors.fetch(up, { method: 'POST', body: 'text', headers })).json()) as {
      id: string;
    };
    const content = `/v1/documents/${id}/content`;
    const link = await doors.fetch(`/v1/documents/${id}/links`, { method: 'POST', headers });
    const { url } = (await link.json()) as { url: string };
    const etag = (await doors.fetch(content, { method: 'HEAD', headers })).headers.get('etag') ?? '';
    const calls: [number, string, RequestInit?][] = [
      [201, up, { method: 'POST', body: 'text' }],
      [200, '/v1/documents'],
      [200, content],
      [200, content, { method: 'HEAD' }],
      [206, content, { headers: { range: 'bytes=0-1' } }],
      [304, content, { headers: { 'if-none-match': etag } }],
      [416, content, { headers: { range: 'bytes=9-' } }],
      [200, url.slice(doors.url.length)],
      [403, '/l/nonsense'],
      [401, '/v1/documents', { headers: { authorization: 'Bearer wrong' } }],
      [400, '/v1/documents?nonsense=1'],
      [404, '/v1/nothing'],
      [405, '/v1/documents', { method: 'PUT' }],
      [400, '/v1/documents/%zz'],
      [404, `/v1/documents/${'x'.repeat(3_000)}`],
      [202, `/v1/documents/${id}`, { method: 'DELETE' }],
      [204, `/v1/documents/${id}`, { method: 'DELETE' }],
    ];
    for (const [status, path, init = {}] of calls) {
      const answer = await doors.fetch(path, { ...init, headers: { ...headers, ...init.headers } });
      const told = `${init.method ?? 'GET'} ${path}`;
      assert.equal(answer.status, status, told);
      assert.equal(answer.headers.get('access-control-allow-origin'), ours, told);
      assert.equal(answer.headers.get('vary'), 'origin', told);
      assert.match(
        answer.headers.get('access-control-expose-headers') ?? '',
        /retry-after.*x-request-id/,
        told,
      );
      assert.equal(answer.headers.get('access-control-allow-credentials'), null, told);
    }
  });

  test('also a refusal that lingers, and one of a body that breaks off', async (t) => {
    const doors = await openDoors(t, { allowedOrigins });
    const head = (more: string) =>
      `POST /v1/documents?recordId=r&type=small HTTP/1.1\r\nHost: a\r\nOrigin: ${ours}\r\nAuthorization: ${authorization}\r\n${more}\r\n\r\n`;
    for (const [status, request] of [
      ['413', `${head('Content-Length: 90000000')}${'x'.repeat(50_000)}`],
      ['400', `${head('Transfer-Encoding: chunked')}nonsense\r\n`],
    ] as const) {
      const answer = await headOf(doors, request);
      assert.ok(answer.startsWith(`http/1.1 ${status} `), answer);
      assert.ok(answer.includes(`access-control-allow-origin: ${ours}`), answer);
    }
  });

  test('a page of another origin may read nothing', async (t) => {
    const doors = await openDoors(t, { allowedOrigins });
    for (const origin of [
      theirs,
      'null',
      `${ours}.evil.example`,
      ours.toUpperCase(),
      'http://localhost:51730',
      '*',
    ]) {
      const answer = await doors.fetch('/v1/documents', { headers: { origin } });
      assert.equal(answer.headers.get('access-control-allow-origin'), null, origin);
      assert.equal(answer.headers.get('vary'), 'origin');
      const asked = await preflight(doors, '/v1/documents', origin);
      assert.equal(asked.status, 401);
      assert.equal(asked.headers.get('access-control-allow-origin'), null, origin);
      assert.equal(asked.headers.get('access-control-allow-methods'), null, origin);
    }
  });

  test('a browser’s question is answered without a key, wherever it leads', async (t) => {
    const doors = await openDoors(t, { allowedOrigins });
    for (const path of ['/v1/documents', '/v1/documents/x/content', '/v1/nothing', '/l/x']) {
      const answer = await preflight(doors, path, ours);
      assert.equal(answer.status, 204);
      const { headers } = answer;
      assert.equal(headers.get('access-control-allow-origin'), ours);
      assert.equal(headers.get('access-control-allow-methods'), 'GET, HEAD, POST, PATCH, DELETE');
      assert.match(
        headers.get('access-control-allow-headers') ?? '',
        /^authorization, .*idempotency-key.*if-match/,
      );
      assert.equal(headers.get('access-control-max-age'), '7200');
      assert.equal(headers.get('vary'), 'origin');
      assert.equal(headers.get('access-control-allow-credentials'), null);
    }
    // No question of a browser's: what asks for the methods of a path.
    assert.equal(
      (await doors.fetch('/v1/documents', { method: 'OPTIONS', headers: { origin: ours } })).status,
      405,
    );
  });

  test('what is not the API stays with its own origin', async (t) => {
    const doors = await openDoors(t, { allowedOrigins });
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/v1']) {
      const answer = await doors.fetch(path, { headers: { origin: ours } });
      assert.equal(answer.headers.get('access-control-allow-origin'), null, path);
      assert.notEqual((await preflight(doors, path, ours)).status, 204, path);
    }
  });

  test('with *, any page may read', async (t) => {
    const doors = await openDoors(t, { allowedOrigins: ['*'] });
    const answer = await doors.fetch('/v1/documents', { headers: { origin: theirs } });
    assert.equal(answer.headers.get('access-control-allow-origin'), '*');
    assert.equal(answer.headers.get('vary'), null);
    assert.equal((await preflight(doors, '/v1/documents', 'null')).status, 204);
  });

  test('with nothing set, none', async (t) => {
    const doors = await openDoors(t);
    const answer = await doors.fetch('/v1/documents', { headers: { origin: ours } });
    for (const name of ['access-control-allow-origin', 'vary']) assert.equal(answer.headers.get(name), null);
    assert.equal((await preflight(doors, '/v1/documents', ours)).status, 401);
  });
});
