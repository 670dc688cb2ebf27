import type { App, Doors } from './doors.ts';

/** /healthz: the process answers. /readyz: store and records answer too. Both without a key. */
export function registerHealth(app: App, { readiness }: Pick<Doors, 'readiness'>): void {
  app.get('/healthz', () => Promise.resolve({ ok: true }));

  app.get('/readyz', async (_request, reply) => {
    const answer = await readiness();
    if (!answer.ok) reply.code(503).header('retry-after', '5');
    return answer;
  });
}
