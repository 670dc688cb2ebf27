import { Type } from 'typebox';
import { auth } from '../examples.ts';
import type { Operation } from '../operation.ts';

export const metrics: Operation = {
  route: 'GET /metrics',
  operationId: 'metrics',
  tag: 'Operating',
  summary: 'Metrics for Prometheus',
  description:
    'Text format 0.0.4; docs/operating.md has every metric. It wants a key unless `METRICS_PUBLIC` is set. `STRONGROOM_API_KEY` opens it also while the database is away.',
  answers: {
    200: {
      description: 'What was counted since the process began, and how things stand now.',
      content: {
        'text/plain': {
          schema: Type.String(),
          example: 'strongroom_ready{part="store"} 1\nstrongroom_uploads_running 3\n',
        },
      },
    },
  },
  problems: [],
  curl: `curl -sS ${auth} \\
  {server}/metrics`,
};
