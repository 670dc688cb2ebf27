import { assertAllowed } from '../documents/permissions.ts';
import { callerOf } from './caller.ts';
import type { App, Doors } from './doors.ts';

/** /v1/storage: which store, without its secrets, and a trial of it for real. */
export function registerStorage(app: App, { storage }: Pick<Doors, 'storage'>): void {
  app.get('/v1/storage', async (request) => {
    assertAllowed(callerOf(request), 'storage');
    return storage.describe();
  });

  app.post('/v1/storage/check', async (request, reply) => {
    assertAllowed(callerOf(request), 'storage');
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort(new Error('the client went away')));
    return storage.check(gone.signal);
  });
}
