import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentPath, recordPath, routeOf } from './routes.ts';

const pathOf = (path: string) => new URL(path, 'http://host').pathname;

test('each path has its page', () => {
  assert.deepEqual(routeOf('/'), { page: 'documents' });
  assert.deepEqual(routeOf('/sign-in'), { page: 'sign-in' });
  assert.deepEqual(routeOf(documentPath('019a')), { page: 'document', id: '019a' });
  for (const path of ['/nothing', '/upload/', '/records/', '/records/a/b', '/records/%E0%A4%A', '/toString'])
    assert.deepEqual(routeOf(path), { page: 'missing' }, path);
});

test('every record id comes back as it was, through a URL as a browser reads it', () => {
  for (const recordId of ['inquiry-1', 'a/b', '%2e%2e', '../..', 'ü 🗝', '?#&=', '...', '٢٠٢٦', '\\']) {
    assert.deepEqual(routeOf(pathOf(recordPath(recordId))), { page: 'record', recordId }, recordId);
  }
  for (const recordId of ['.', '..']) assert.equal(recordPath(recordId), `/?recordId=${recordId}`);
});
