import { callerOf } from './caller.ts';
import type { App, Doors } from './doors.ts';
import type { CallerAccess } from './openapi/schemas.ts';

/** GET /v1/caller: what the credentials at hand allow, so that a page offers nothing else. */
export function registerCaller(app: App, { direct }: Pick<Doors, 'direct'>): void {
  app.get('/v1/caller', { config: { action: 'any' } }, async (request): Promise<CallerAccess> => {
    const { actor, rights } = callerOf(request);
    return {
      actor: { kind: actor.kind, id: actor.id },
      actions: [...rights.actions],
      scopes: rights.scopes === null ? null : [...rights.scopes],
      recordId: rights.recordId,
      recordPrefix: rights.recordPrefix,
      types: rights.types === null ? null : [...rights.types],
      maxSize: rights.maxSize,
      maxFiles: rights.maxFiles,
      expiresAt: rights.expiresAt?.toISOString() ?? null,
      transports: ['plain', 'tus', ...(direct.origin === null ? [] : (['direct'] as const))],
    };
  });
}
