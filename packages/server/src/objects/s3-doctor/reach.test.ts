import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inClear } from './reach.ts';

test('an endpoint without TLS is worth a word, unless it is on this machine', () => {
  assert.match(inClear('http://ceph.internal:7480').remedy ?? '', /^Use https/);
  for (const endpoint of [
    null,
    'https://s3.example.org',
    'http://localhost:1',
    'http://127.0.0.2',
    'http://[::1]:9',
  ])
    assert.deepEqual(inClear(endpoint), {}, String(endpoint));
});
