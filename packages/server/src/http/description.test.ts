import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDoors } from '../../test/doors/open-doors.ts';

test('/openapi.json needs no key, names this service as its server, and is asked for again by its ETag', async (t) => {
  const { url } = await openDoors(t);
  const answer = await fetch(`${url}/openapi.json`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'application/json; charset=utf-8');
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  const described = (await answer.json()) as { openapi: string; servers: unknown; paths: object };
  assert.match(described.openapi, /^3\.1\./);
  assert.deepEqual(described.servers, [{ url }]);
  assert.ok('/v1/documents' in described.paths);

  const etag = answer.headers.get('etag') ?? '';
  for (const [tags, status] of [
    [etag, 304],
    [`"other", W/${etag}`, 304],
    ['"other"', 200],
  ] as const) {
    const again = await fetch(`${url}/openapi.json`, { headers: { 'if-none-match': tags } });
    assert.equal(again.status, status, tags);
    assert.equal(again.headers.get('etag'), etag);
  }
});

test('/openapi.json follows the public address', async (t) => {
  let publicUrl = 'https://one.example';
  const { url } = await openDoors(t, { publicUrl: () => publicUrl });
  const served = async () => {
    const answer = await fetch(`${url}/openapi.json`);
    return [((await answer.json()) as { servers: unknown }).servers, answer.headers.get('etag')] as const;
  };
  const [first, tag] = await served();
  publicUrl = 'https://two.example';
  const [second, other] = await served();
  assert.deepEqual([first, second], [[{ url: 'https://one.example' }], [{ url: 'https://two.example' }]]);
  assert.notEqual(tag, other);
});
