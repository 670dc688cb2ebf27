import type { App, Doors } from './doors.ts';

/** /v1/storage: which store, without its secrets, and a trial of it for real. */
export function registerStorage(app: App, { storage }: Pick<Doors, 'storage'>): void {
  app.get('/v1/storage', { config: { action: 'storage' } }, async () => storage.describe());

  app.post('/v1/storage/check', { config: { action: 'storage-check' } }, async (_request, reply) => {
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new Error('the client went away')));
    return storage.check(gone.signal);
  });
}
