import { Type } from 'typebox';
import type { Operation } from '../operation.ts';

const ifNoneMatch = {
  description: 'RFC 9110 §13.1.2. When it is still the same: 304.',
  example: '"Yk3sJm0Y3m2q1nB0c9d4eA"',
  schema: { type: 'string' },
};

export const description: readonly Operation[] = [
  {
    route: 'GET /openapi.json',
    operationId: 'openapi',
    tag: 'Operating',
    summary: 'This description, as OpenAPI 3.1',
    description: 'With the address of this service as its server.',
    key: false,
    headers: { 'If-None-Match': ifNoneMatch },
    answers: {
      200: {
        description: 'An OpenAPI document.',
        headers: { ETag: true },
        content: {
          'application/json': {
            schema: Type.Object(
              { openapi: Type.String({ pattern: '^3\\.1\\.' }) },
              { additionalProperties: true },
            ),
            example: { openapi: '3.1.1', info: { title: 'Strongroom', version: '1' }, paths: {} },
          },
        },
      },
      304: { description: 'It is the one that is named.', headers: { ETag: true } },
    },
    problems: [],
    curl: 'curl -sS {server}/openapi.json',
  },
  {
    route: 'GET /docs',
    operationId: 'docs',
    tag: 'Operating',
    summary: 'This description, for people',
    description: 'One page without scripts and without anything from elsewhere.',
    key: false,
    headers: { 'If-None-Match': ifNoneMatch },
    answers: {
      200: {
        description: 'A page.',
        headers: { ETag: true, 'Content-Security-Policy': true },
        content: { 'text/html': { schema: Type.String() } },
      },
      304: { description: 'It is the one that is named.', headers: { ETag: true } },
    },
    problems: [],
    curl: 'curl -sS {server}/docs',
  },
];
