import { callerOf } from './caller.ts';
import type { App, Doors } from './doors.ts';
import { page } from './present.ts';

/** GET /v1/document-types: what may be uploaded, for forms, as far as the caller reaches. `maxSize` is in bytes, `trashFor` in seconds. */
export function registerDocumentTypes(app: App, { documents }: Pick<Doors, 'documents'>): void {
  app.get('/v1/document-types', { config: { action: 'any' } }, async (request) => {
    const caller = callerOf(request);
    return page(
      documents.types(caller).map((type) => ({
        id: type.id,
        label: type.label,
        accept: type.accept,
        maxSize: documents.limit(caller, type),
        trashFor: Math.round(type.trashFor / 1000),
      })),
    );
  });
}
