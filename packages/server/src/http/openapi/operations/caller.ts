import { auth } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { CallerAccess } from '../schemas.ts';

export const describeCaller: Operation = {
  route: 'GET /v1/caller',
  operationId: 'describeCaller',
  tag: 'Access',
  summary: 'What your credentials allow',
  description:
    'Who you are to the service, what you may do, and to which documents: so that a page offers nothing else. Null narrows nothing.',
  answers: {
    200: {
      description: 'What is allowed now.',
      content: {
        'application/json': {
          schema: CallerAccess,
          example: {
            actor: { kind: 'key', id: '2903c5dbcc2b' },
            actions: ['list', 'read', 'link'],
            scopes: ['documents:read'],
            recordId: null,
            recordPrefix: 'inquiry-',
            types: null,
            maxSize: null,
            maxFiles: null,
            expiresAt: null,
            transports: ['plain', 'tus'],
          },
        },
      },
    },
  },
  problems: [],
  curl: `curl -sS ${auth} \\
  {server}/v1/caller`,
};
