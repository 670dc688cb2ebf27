import type { Document, Event } from '../documents/document.ts';
import type { Document as DocumentAnswer, Event as EventAnswer } from './openapi/schemas.ts';

/** A list as every call answers it. */
export function page<T>(items: readonly T[], nextCursor: string | null = null) {
  return { items, nextCursor };
}

/** A document as the API tells it. `pathOf` tells people where its bytes are; asked only once it is known where they will be. */
export function presentDocument(document: Document, pathOf: (document: Document) => string): DocumentAnswer {
  const { storage } = document;
  const placed = storage.key !== '';
  return {
    id: document.id,
    recordId: document.recordId,
    type: document.type,
    filename: document.filename,
    contentType: document.contentType,
    size: document.size,
    sha256: document.sha256,
    state: document.state,
    storage: {
      store: storage.store,
      bucket: storage.bucket,
      key: placed ? storage.key : null,
      path: placed ? pathOf(document) : null,
      versionId: storage.versionId,
      storageClass: storage.storageClass,
    },
    metadata: document.metadata,
    replaces: document.replaces,
    createdAt: document.createdAt.toISOString(),
    createdBy: { kind: document.createdBy.kind, id: document.createdBy.id },
    updatedAt: document.updatedAt.toISOString(),
    archivedAt: document.archivedAt?.toISOString() ?? null,
    deletedAt: document.deletedAt?.toISOString() ?? null,
    purgeAfter: document.purgeAfter?.toISOString() ?? null,
    revision: document.revision,
  };
}

/** One line of a document's history as the API tells it. */
export function presentEvent(event: Event): EventAnswer {
  return {
    id: event.id,
    at: event.at.toISOString(),
    action: event.action,
    actor: { kind: event.actor.kind, id: event.actor.id },
    requestId: event.requestId,
    details: event.details,
  };
}
