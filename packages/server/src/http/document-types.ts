import type { App, Doors } from './doors.ts';
import { page } from './present.ts';

/** GET /v1/document-types: what may be uploaded, for forms. `maxSize` is in bytes. */
export function registerDocumentTypes(app: App, { documents }: Pick<Doors, 'documents'>): void {
  app.get('/v1/document-types', async () =>
    page(
      documents.types.map((type) => ({
        id: type.id,
        label: type.label,
        accept: type.accept,
        maxSize: documents.limit(type),
      })),
    ),
  );
}
