import { auth } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { Grant } from '../schemas.ts';

const id = '6920f5d19c1f0a4be2d3578841c6a9b0';

export const grants: readonly Operation[] = [
  {
    route: 'POST /v1/grants',
    operationId: 'createGrant',
    tag: 'Access',
    summary: 'Make a grant for a browser',
    description:
      'What an app’s backend hands to its browser: a token that is sent as an API key is, and is good for exactly what is said here. It may do no more than the key that makes it, and dies with that key. Keep it out of URLs.',
    body: {
      description: 'What it is to be good for.',
      required: true,
      content: {
        'application/json': {
          schema: { validatedAs: 'NewGrant' },
          example: { recordId: 'inquiry-1', actions: ['upload', 'list', 'read'], types: ['id'], maxFiles: 3 },
          properties: {
            recordId: {
              description: 'The one record whose documents are there for it.',
              example: 'inquiry-1',
              schema: { minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' },
            },
            actions: { description: 'What it may do there.', example: ['upload', 'list', 'read'] },
            types: {
              description: 'Only documents of these types are there for it. Default: all.',
              example: ['id'],
            },
            maxSize: {
              description: 'Bytes of one upload. Default: what its type allows.',
              example: 10485760,
            },
            maxFiles: {
              description:
                'How many uploads it is good for. One that fails is not counted, one that is deleted later is. Default: any number.',
              example: 3,
            },
            expiresIn: { description: 'Seconds until it expires.', example: 3600 },
          },
        },
      },
    },
    answers: {
      201: {
        description: 'The grant, shown this once.',
        content: {
          'application/json': {
            schema: Grant,
            example: {
              id,
              token: 'sg_mNv0Zr1yq6cQmZ0WcZ9xVlsiNjkyMGY1ZDEiLCIyOTAzYzVkYmNjMmIiXQ',
              expiresAt: '2025-11-20T12:07:13.000Z',
            },
          },
        },
      },
    },
    problems: ['unknown_document_type'],
    curl: `curl -sS ${auth} -H 'Content-Type: application/json' \\
  -d '{"recordId":"inquiry-1","actions":["upload","list","read"],"types":["id"],"maxFiles":3}' \\
  {server}/v1/grants`,
  },
  {
    route: 'DELETE /v1/grants/{id}',
    operationId: 'revokeGrant',
    tag: 'Access',
    summary: 'Revoke a grant',
    description:
      'Every server refuses it within 5 seconds, and the links that were made with it. An upload that has begun goes on. A repeat gives the same answer, and so does the id of a grant that is no more. A key with a record prefix revokes those that were made with it, and no others.',
    parameters: { id: { description: 'Of the grant.', example: id } },
    answers: { 204: { description: 'It is revoked.' } },
    problems: ['invalid_input'],
    curl: `curl -sS -X DELETE ${auth} \\
  {server}/v1/grants/${id}`,
  },
];
