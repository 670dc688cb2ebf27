import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Strongroom } from '@strongroom/client';
import { calls, file, generated } from '../generate.ts';

test('the types are those of openapi.json: `npm run openapi` writes them', () => {
  assert.equal(readFileSync(file, 'utf8'), generated());
});

/** Which method makes which call. */
const methods: Readonly<Record<string, keyof Strongroom>> = {
  'POST /v1/documents': 'upload',
  'POST /v1/uploads': 'startUpload',
  'HEAD /v1/uploads/{id}': 'startUpload',
  'PATCH /v1/uploads/{id}': 'startUpload',
  'GET /v1/uploads/{id}': 'startUpload',
  'DELETE /v1/uploads/{id}': 'startUpload',
  'POST /v1/direct-uploads': 'startUpload',
  'POST /v1/direct-uploads/{id}/parts': 'startUpload',
  'POST /v1/direct-uploads/{id}/complete': 'startUpload',
  'DELETE /v1/direct-uploads/{id}': 'startUpload',
  'GET /v1/documents': 'list',
  'GET /v1/documents/{id}': 'get',
  'PATCH /v1/documents/{id}': 'update',
  'DELETE /v1/documents/{id}': 'remove',
  'POST /v1/documents/{id}/restore': 'restore',
  'POST /v1/documents/{id}/archive': 'archive',
  'POST /v1/documents/{id}/unarchive': 'unarchive',
  'GET /v1/documents/{id}/events': 'events',
  'GET /v1/documents/{id}/content': 'content',
  'POST /v1/documents/{id}/links': 'link',
  'GET /v1/document-types': 'documentTypes',
  'GET /v1/storage': 'storage',
  'POST /v1/storage/check': 'checkStorage',
  'GET /v1/caller': 'caller',
  'POST /v1/grants': 'createGrant',
  'DELETE /v1/grants/{id}': 'revokeGrant',
  'GET /v1/keys': 'keys',
  'POST /v1/keys': 'createKey',
  'DELETE /v1/keys/{id}': 'revokeKey',
  'POST /v1/session': 'signIn',
  'GET /v1/session': 'session',
  'DELETE /v1/session': 'signOut',
};

/** What is for others than apps, with the reason. */
const leftOut: Readonly<Record<string, string>> = {
  'HEAD /v1/documents/{id}/content': 'get() tells size, digest and type',
  'GET /l/{token}': 'a link is opened by a browser, without a client',
  'OPTIONS /v1/uploads': 'for clients of tus that do not know whom they talk to; caller() tells ours',
  'HEAD /l/{token}': 'a link is opened by a browser, without a client',
  'GET /healthz': 'for who runs the service',
  'GET /readyz': 'for who runs the service',
  'GET /metrics': 'for who runs the service',
  'GET /openapi.json': 'for tools',
  'GET /docs': 'for people',
};

test('every operation has its method, or a reason why it has none', () => {
  assert.deepEqual([...Object.keys(methods), ...Object.keys(leftOut)].toSorted(), calls.toSorted());
  for (const method of Object.values(methods)) assert.equal(typeof Strongroom.prototype[method], 'function');
});
