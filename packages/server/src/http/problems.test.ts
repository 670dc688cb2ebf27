import assert from 'node:assert/strict';
import { test } from 'node:test';
import { catalogue, type ErrorCode, type ErrorParameters, StrongroomError } from '../errors.ts';
import { answers, problemOf } from './problems.ts';

const parameters: { [C in ErrorCode]: ErrorParameters[C] } = {
  unauthenticated: {},
  grant_expired: {},
  grant_used_up: { maxFiles: 3 },
  csrf_refused: {},
  link_invalid: {},
  not_allowed: { action: 'upload' },
  route_missing: {},
  method_not_allowed: { allowed: ['GET', 'HEAD'] },
  invalid_request: { problem: 'p' },
  document_missing: { id: 'i' },
  document_deleted: { id: 'i', purgeAfter: null },
  not_ready: { id: 'i', state: 'receiving' },
  archived_offline: { id: 'i' },
  quarantined: { id: 'i' },
  state_conflict: { id: 'i', state: 'purged', wanted: 'available' },
  revision_required: {},
  revision_conflict: { id: 'i', revision: 2 },
  precondition_failed: { etag: '"e"' },
  idempotency_in_progress: {},
  idempotency_mismatch: {},
  invalid_input: { field: 'f', problem: 'p' },
  unknown_document_type: { documentType: 't', known: ['id'] },
  unknown_parameter: { parameter: 'p', known: [] },
  invalid_form: { problem: 'p' },
  length_mismatch: { declared: 2, received: 1 },
  empty_body: {},
  too_large: { limit: 1, received: 2 },
  too_slow: { minimumRate: 1 },
  type_refused: { detected: 'a/b', accepted: ['c/d'] },
  range_unsatisfiable: { size: 7 },
  offset_conflict: { offset: 8 },
  upload_taken_over: { id: 'x' },
  upload_ended: { id: 'x' },
  upload_lost: { id: 'x' },
  checksum_mismatch: { algorithm: 'sha1' },
  checksum_unsupported: { algorithm: 'md4', supported: ['sha1'] },
  tus_version_unsupported: { supported: ['1.0.0'] },
  content_type_unsupported: { accepted: ['application/offset+octet-stream'] },
  upload_incomplete: { id: 'x', missing: [2] },
  direct_uploads_unavailable: {},
  store_unavailable: {},
  records_unavailable: {},
  busy: {},
  internal: {},
  object_exists: { key: 'secret' },
  object_missing: { key: 'secret' },
  aborted: { reason: 'secret' },
};

const inside: Partial<Record<ErrorCode, ErrorCode>> = {
  object_exists: 'internal',
  object_missing: 'internal',
  upload_lost: 'internal',
  aborted: 'busy',
};

for (const code of Object.keys(catalogue) as ErrorCode[]) {
  test(`${code} is a problem document with its parameters beside`, () => {
    const error = new StrongroomError(code, parameters[code], { cause: new Error('secret') });
    const { status, headers, body } = problemOf(error);
    const told = inside[code] ?? code;
    const members = JSON.parse(body.toString());
    assert.equal(headers['content-type'], 'application/problem+json');
    assert.deepEqual(members, {
      ...parameters[told],
      type: `urn:strongroom:problem:${told}`,
      title: catalogue[told].title,
      status,
      detail: members.detail,
      code: told,
    });
    assert.equal(status, answers[told].status);
    assert.ok(members.detail.length > 0);
    assert.ok(!body.includes('secret'));
    // API.md: every 503 says when to come again.
    if (status === 503) assert.ok(headers['retry-after']);
  });
}

test('what an operator has to mend says whom to ask, and nothing else does', () => {
  const contacts = (Object.keys(catalogue) as ErrorCode[]).filter((code) => {
    const { body } = problemOf(new StrongroomError(code, parameters[code]), 'ops@example.org');
    return JSON.parse(body.toString()).contact === 'ops@example.org';
  });
  assert.deepEqual(contacts.toSorted(), [
    'internal',
    'object_exists',
    'object_missing',
    'quarantined',
    'records_unavailable',
    'store_unavailable',
    'upload_lost',
  ]);
});

test('the headers that go with a status', () => {
  const headers = <C extends ErrorCode>(code: C) =>
    problemOf(new StrongroomError(code, parameters[code])).headers;
  assert.equal(headers('unauthenticated')['www-authenticate'], 'Bearer');
  assert.equal(headers('method_not_allowed').allow, 'GET, HEAD');
  assert.equal(headers('range_unsatisfiable')['content-range'], 'bytes */7');
  assert.ok(headers('not_ready')['retry-after']);
  assert.ok(headers('idempotency_in_progress')['retry-after']);
});
