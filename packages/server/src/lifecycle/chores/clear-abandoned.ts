import { type RemovalParts, removeBytes } from '../../documents/purge.ts';
import type { Chore } from '../lifecycle.ts';
import { choreOverDueRows } from './claimed.ts';

/**
 * Removes what an abandoned upload left. Looked at twice, since parts in flight can land after an abort;
 * only then is the row forgotten.
 * @param lookAgainAfter milliseconds between the two looks
 */
export function clearAbandoned(parts: RemovalParts, lookAgainAfter: number): Chore {
  const { records } = parts;
  return choreOverDueRows(
    'clear-abandoned',
    records,
    parts.log,
    ['abandoned'],
    async ({ document, looks }) => {
      await removeBytes(parts, document);
      if (looks === 0) await records.lookAgain(document.id, lookAgainAfter);
      else await records.forget(document.id);
    },
  );
}
