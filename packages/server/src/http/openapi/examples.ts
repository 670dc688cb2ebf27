import type { Document, Event } from './schemas.ts';

/** One document in different states, used by all examples. */
export const id = '019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d11';

export const document: Document = {
  id,
  recordId: 'inquiry-1',
  type: 'id',
  filename: 'passport.jpg',
  contentType: 'image/jpeg',
  size: 214113,
  sha256: 'd20f6ffd523b78a86cd2f916fa34af5d1918d75f7b142237c752ad6b254213ab',
  state: 'available',
  storage: {
    store: 's3',
    bucket: 'acme-documents',
    key: `inquiry-1/id/${id}.jpg`,
    path: `s3://acme-documents/inquiry-1/id/${id}.jpg`,
    versionId: null,
    storageClass: null,
  },
  metadata: { case: '42' },
  replaces: null,
  createdAt: '2025-11-20T11:07:13.563Z',
  createdBy: { kind: 'key', id: '2903c5dbcc2b' },
  updatedAt: '2025-11-20T11:07:13.612Z',
  archivedAt: null,
  deletedAt: null,
  purgeAfter: null,
  revision: 2,
};

const later = '2025-11-21T09:30:00.118Z';

export const changed: Document = {
  ...document,
  filename: 'passport-front.jpg',
  updatedAt: later,
  revision: 3,
};
export const archived: Document = {
  ...document,
  state: 'archived',
  archivedAt: later,
  updatedAt: later,
  revision: 3,
};
export const trashed: Document = {
  ...document,
  state: 'deleted',
  deletedAt: later,
  purgeAfter: '2025-12-21T09:30:00.118Z',
  updatedAt: later,
  revision: 3,
};
export const restored: Document = { ...document, updatedAt: later, revision: 4 };

const event = { actor: document.createdBy, requestId: '5f0c6b1e-6f0e-4d0c-9f6e-2a1b7c9d4e35' };

export const history: Event[] = [
  {
    id: '019aa0f2-6d1b-7c3e-9a51-0b8f6f4c2d12',
    at: document.createdAt,
    action: 'document.received',
    ...event,
    details: {},
  },
  {
    id: '019aa0f2-6d4c-7a10-8c0e-5d7f1b2a9e44',
    at: document.updatedAt,
    action: 'document.available',
    ...event,
    details: { size: document.size, sha256: document.sha256 },
  },
];

export const token = 'AWkf3ZkBmqDybRt8PppRC49vTC0RMjkwM2M1ZGJjYzJiS9u1mQxR0tY4c7vW2eZn8A';

/** What a call with curl shows its key by. */
export const auth = '-H "Authorization: Bearer $STRONGROOM_API_KEY"';
