import type { Operation } from '../operation.ts';
import { Health, Readiness } from '../schemas.ts';

const notReady = { ok: false, checks: { store: false, records: true } };

export const health: readonly Operation[] = [
  {
    route: 'GET /healthz',
    operationId: 'health',
    tag: 'Operating',
    summary: 'Whether the process lives',
    description: 'It answers as soon as it listens, whatever store and database do. For a liveness probe.',
    key: false,
    answers: {
      200: {
        description: 'It lives.',
        content: { 'application/json': { schema: Health, example: { ok: true } } },
      },
    },
    problems: [],
    curl: 'curl -sS {server}/healthz',
  },
  {
    route: 'GET /readyz',
    operationId: 'readiness',
    tag: 'Operating',
    summary: 'Whether calls will be served',
    description: 'Asks store and database, at most twice a second. For a readiness probe.',
    key: false,
    answers: {
      200: {
        description: 'Both answer.',
        content: {
          'application/json': {
            schema: Readiness,
            example: { ok: true, checks: { store: true, records: true } },
          },
        },
      },
      503: {
        description: 'One of them does not answer, or the service is starting or stopping.',
        headers: { 'Retry-After': true },
        content: { 'application/json': { schema: Readiness, example: notReady } },
      },
    },
    problems: [],
    curl: 'curl -sS {server}/readyz',
  },
];
