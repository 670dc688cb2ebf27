import type { Operation } from './operation.ts';
import { describeCaller } from './operations/caller.ts';
import { content, links } from './operations/content.ts';
import { description } from './operations/description.ts';
import { directUploads } from './operations/direct-uploads.ts';
import { listDocumentTypes } from './operations/document-types.ts';
import { documents } from './operations/documents.ts';
import { grants } from './operations/grants.ts';
import { health } from './operations/health.ts';
import { keys } from './operations/keys.ts';
import { metrics } from './operations/metrics.ts';
import { session } from './operations/session.ts';
import { storage } from './operations/storage.ts';
import { uploadDocument } from './operations/upload.ts';
import { uploads } from './operations/uploads.ts';

/** Every call, in the order in which people read them. */
export const operations: readonly Operation[] = [
  uploadDocument,
  ...documents,
  ...uploads,
  ...directUploads,
  ...content,
  ...links,
  ...grants,
  describeCaller,
  ...session,
  ...keys,
  listDocumentTypes,
  ...storage,
  ...health,
  ...description,
  metrics,
];
