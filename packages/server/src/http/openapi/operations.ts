import type { Operation } from './operation.ts';
import { content, links } from './operations/content.ts';
import { documents } from './operations/documents.ts';
import { configuration, operating } from './operations/operating.ts';
import { uploadDocument } from './operations/upload.ts';

/** Every call, in the order in which people read them. */
export const operations: readonly Operation[] = [
  uploadDocument,
  ...documents,
  ...content,
  ...links,
  ...configuration,
  ...operating,
];
