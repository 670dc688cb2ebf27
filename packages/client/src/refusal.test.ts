import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal, secondsUntil } from './refusal.ts';

test('a problem gives its code, its parameters and what stands in the headers', async () => {
  const problem = {
    type: 'urn:strongroom:problem:too_large',
    title: 'The document is too large',
    status: 413,
    detail: 'At most 10 bytes are accepted here.',
    code: 'too_large',
    limit: 10,
    received: 20,
  };
  const headers = { 'content-type': 'application/problem+json; charset=utf-8', 'x-request-id': 'r-1' };
  const error = await refusal(new Response(JSON.stringify(problem), { status: 413, headers }));
  assert.deepEqual(
    { ...error, message: error.message },
    {
      name: 'StrongroomError',
      message: 'At most 10 bytes are accepted here.',
      code: 'too_large',
      status: 413,
      parameters: { limit: 10, received: 20 },
      requestId: 'r-1',
      retryAfter: null,
      retryable: false,
      contact: null,
    },
  );
});

test('what only an operator can mend says whom to ask', async () => {
  const problem = { title: 'Internal', code: 'internal', status: 500, contact: 'ops@example.com' };
  const headers = { 'content-type': 'application/problem+json' };
  const error = await refusal(new Response(JSON.stringify(problem), { status: 500, headers }));
  assert.deepEqual([error.message, error.contact, error.parameters], ['Internal', 'ops@example.com', {}]);
});

for (const [status, code, retryable] of [
  [413, 'too_large', false],
  [429, 'gateway', true],
  [502, 'gateway', true],
  [503, 'gateway', true],
  [504, 'gateway', true],
  [404, 'unexpected_answer', false],
  [418, 'unexpected_answer', false],
] as const) {
  test(`a proxy's page of ${status} is ${code}`, async () => {
    const headers = { 'content-type': 'text/html' };
    const error = await refusal(new Response('<h1>nginx</h1>', { status, headers }));
    assert.deepEqual([error.code, error.status, error.retryable], [code, status, retryable]);
    assert.doesNotMatch(error.message, /</);
  });
}

test('a problem that is cut off is a page of somebody else', async () => {
  const headers = { 'content-type': 'application/problem+json' };
  const error = await refusal(new Response('{"code":"bus', { status: 503, headers }));
  assert.equal(error.code, 'gateway');
});

test('Retry-After is seconds or a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  assert.equal(secondsUntil('5', now), 5);
  assert.equal(secondsUntil('Thu, 01 Jan 2026 00:01:00 GMT', now), 60);
  assert.equal(secondsUntil('Wed, 31 Dec 2025 00:00:00 GMT', now), 0);
  assert.equal(secondsUntil('soon', now), null);
  assert.equal(secondsUntil(null, now), null);
});
