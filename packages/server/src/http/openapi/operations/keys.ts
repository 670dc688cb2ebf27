import { auth } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { KeyList, MadeKey } from '../schemas.ts';

const example = {
  id: '2903c5dbcc2b',
  name: 'the app’s backend',
  scopes: ['documents:read', 'documents:write', 'grants:create'],
  recordPrefix: null,
  createdAt: '2025-11-20T11:07:13.563Z',
  revokedAt: null,
  current: false,
} as const;

export const keys: readonly Operation[] = [
  {
    route: 'GET /v1/keys',
    operationId: 'listKeys',
    tag: 'Access',
    summary: 'The API keys',
    description:
      'Newest first, revoked ones too, never their secrets. A key that is limited by scopes or a prefix sees those that may do no more than it may itself. `STRONGROOM_API_KEY` is not among them: it is kept in the settings.',
    answers: {
      200: {
        description: 'All of them.',
        content: {
          'application/json': { schema: KeyList, example: { items: [example], nextCursor: null } },
        },
      },
    },
    problems: [],
    curl: `curl -sS ${auth} \\
  {server}/v1/keys`,
  },
  {
    route: 'POST /v1/keys',
    operationId: 'createKey',
    tag: 'Access',
    summary: 'Make an API key',
    description:
      'It may do no more than the credentials that make it. The answer shows the key this once; it is kept nowhere.',
    body: {
      description: 'Whose it is to be, and what it may do.',
      required: true,
      content: {
        'application/json': {
          schema: { validatedAs: 'NewKey' },
          example: { name: 'the app’s backend', scopes: ['documents:read', 'grants:create'] },
          properties: {
            name: {
              description: 'For people.',
              example: 'the app’s backend',
              schema: { minLength: 1, maxLength: 100, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' },
            },
            scopes: {
              description: 'What it may do, and nothing else. Default: everything.',
              example: ['documents:read'],
            },
            recordPrefix: {
              description:
                'Only documents of records whose id begins so are there for it. Default: all documents.',
              example: 'acme/',
              schema: { minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f]*$' },
            },
          },
        },
      },
    },
    answers: {
      201: {
        description: 'The key.',
        content: {
          'application/json': {
            schema: MadeKey,
            example: { ...example, key: 'sr_2903c5dbcc2b_4rJ…' },
          },
        },
      },
    },
    problems: [],
    curl: `curl -sS ${auth} -H 'Content-Type: application/json' \\
  -d '{"name": "backend", "scopes": ["documents:read", "grants:create"]}' {server}/v1/keys`,
  },
  {
    route: 'DELETE /v1/keys/{id}',
    operationId: 'revokeKey',
    tag: 'Access',
    summary: 'Revoke an API key',
    description:
      'In force on every server within five seconds, also for the sessions and grants that it made. A repeat gives the same answer, as does an id that is none. A key can revoke itself.',
    parameters: { id: { description: 'The id of the key, not the key.', example: example.id } },
    answers: { 204: { description: 'It is revoked.' } },
    problems: ['invalid_input'],
    curl: `curl -sS -X DELETE ${auth} \\
  {server}/v1/keys/${example.id}`,
  },
];
