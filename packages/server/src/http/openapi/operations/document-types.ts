import { auth } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { DocumentTypeList } from '../schemas.ts';

export const listDocumentTypes: Operation = {
  route: 'GET /v1/document-types',
  operationId: 'listDocumentTypes',
  tag: 'Configuration',
  summary: 'What may be uploaded',
  description:
    'The configured document types that the caller reaches, each with its limit and the content types it takes, for forms.',
  answers: {
    200: {
      description: 'All of them.',
      content: {
        'application/json': {
          schema: DocumentTypeList,
          example: {
            items: [
              {
                id: 'id',
                label: 'Identity document',
                accept: ['application/pdf', 'image/jpeg', 'image/png'],
                maxSize: 104857600,
                trashFor: 2592000,
              },
            ],
            nextCursor: null,
          },
        },
      },
    },
  },
  problems: [],
  curl: `curl -sS ${auth} \\
  {server}/v1/document-types`,
};
