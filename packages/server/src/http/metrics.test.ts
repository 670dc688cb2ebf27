import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import { openDoors } from '../../test/doors/open-doors.ts';
import { everything } from '../documents/permissions.ts';
import { StrongroomError } from '../errors.ts';
import type { AnsweredRequest } from './request-observer.ts';

const source = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  expose: async () => 'up 1\n',
  public: false,
  authenticate: async (given: string | undefined) => {
    if (given === undefined) throw new StrongroomError('unauthenticated', {});
    return { actor: { kind: 'key' as const, id: 'scraper' }, key: 'scraper', rights: everything };
  },
};

describe('GET /metrics', () => {
  test('wants a key, and answers the text as it is', async (t) => {
    const doors = await openDoors(t, { metrics: source });
    assert.equal((await fetch(`${doors.url}/metrics`)).status, 401);
    const answer = await doors.fetch('/metrics');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), source.contentType);
    assert.equal(await answer.text(), 'up 1\n');
    assert.equal((await doors.fetch('/metrics?verbose=1')).status, 400);
  });

  test('lets everybody in where the settings say so', async (t) => {
    const doors = await openDoors(t, { metrics: { ...source, public: true } });
    assert.equal((await fetch(`${doors.url}/metrics`)).status, 200);
  });

  test('finds out who asks in its own way, so that a service which is not ready can be looked into', async (t) => {
    const authenticate = async () => {
      throw new StrongroomError('records_unavailable', {});
    };
    const doors = await openDoors(t, { metrics: source, authenticate });
    assert.equal((await doors.fetch('/v1/document-types')).status, 503);
    assert.equal((await doors.fetch('/metrics')).status, 200);
  });
});

test('the observer hears of every request and every problem', async (t) => {
  const answered: AnsweredRequest[] = [];
  const codes: string[] = [];
  const observer = {
    answered: (request: AnsweredRequest) => void answered.push(request),
    refused: (code: string) => void codes.push(code),
  };
  const doors = await openDoors(t, { observer });
  await (await doors.fetch('/v1/documents/none-such')).text();
  await (await doors.fetch('/nowhere/7')).text();
  await (await doors.fetch('/healthz')).text();
  while (answered.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(
    answered.map(({ method, route, status }) => [method, route, status]),
    [
      ['GET', '/v1/documents/:id', 404],
      ['GET', null, 404],
      ['GET', '/healthz', 200],
    ],
  );
  assert.deepEqual(codes, ['document_missing', 'route_missing']);
  const socket = connect(doors.port, '127.0.0.1');
  socket.end('no HTTP\r\n\r\n');
  await text(socket);
  assert.equal(codes.at(-1), 'invalid_request', 'also where no request could be read');
  for (const { in: received, out } of answered) assert.ok(received > 50 && out > 50);
});
