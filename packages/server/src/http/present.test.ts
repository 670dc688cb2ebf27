import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Document } from '../documents/document.ts';
import { presentDocument } from './present.ts';

const storage = { store: 's3', bucket: 'b', key: 'r/id/a.pdf', versionId: null, storageClass: null } as const;
const document: Document = {
  id: '019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11',
  recordId: 'r',
  type: 'id',
  filename: 'a.pdf',
  contentType: 'application/pdf',
  size: null,
  sha256: null,
  state: 'receiving',
  stateBefore: null,
  storage,
  metadata: {},
  replaces: null,
  createdAt: new Date(0),
  createdBy: { kind: 'key', id: 'k' },
  updatedAt: new Date(0),
  archivedAt: null,
  deletedAt: null,
  purgeAfter: null,
  revision: 1,
};

test('a document says where its bytes are once that is known, and nothing before', () => {
  const pathOf = ({ storage }: Document) => `s3://b/${storage.key}`;
  assert.deepEqual(presentDocument(document, pathOf).storage, { ...storage, path: 's3://b/r/id/a.pdf' });
  const unplaced = { ...document, storage: { ...storage, key: '' } };
  const asked = () => assert.fail('a store has no path of no key');
  assert.deepEqual(presentDocument(unplaced, asked).storage, { ...storage, key: null, path: null });
});
