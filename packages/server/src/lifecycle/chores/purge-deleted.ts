import { purge, type RemovalParts } from '../../documents/purge.ts';
import type { Chore } from '../lifecycle.ts';
import { choreOverDueRows } from './claimed.ts';

/** Ends documents whose time in the trash is over, and purges that were begun and not finished. */
export function purgeDeleted(parts: RemovalParts): Chore {
  return choreOverDueRows('purge-deleted', parts.records, parts.log, ['deleted', 'purging'], ({ document }) =>
    purge(parts, document),
  );
}
