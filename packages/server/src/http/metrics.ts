import { letIn } from './caller.ts';
import type { App, Doors } from './doors.ts';

/**
 * GET /metrics: what a Prometheus scrapes. With a key, unless the settings open it to everybody. Its own way of asking
 * for the key: what the metrics tell is wanted most when the records can't be asked.
 */
export function registerMetrics(app: App, { metrics }: Pick<Doors, 'metrics'>): void {
  app.get(
    '/metrics',
    {
      config: { action: 'metrics' },
      async onRequest(request) {
        if (!metrics.public) await letIn(request, metrics);
      },
    },
    async (_request, reply) => {
      reply.header('content-type', metrics.contentType);
      return metrics.expose();
    },
  );
}
