import type { State } from '../../documents/document.ts';
import { hasCode } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Claimed, DocumentRecords } from '../../records/document-records.ts';
import type { Chore } from '../lifecycle.ts';

/** How long a claimed row belongs to one process, in milliseconds; afterwards it comes due again. */
const lease = 5 * 60_000;

/** How many rows are worked on side by side: enough to hide the store's round trips, few enough to leave room for users. */
const sideBySide = 4;

/** A chore that does one thing to every due row in some states. */
export function choreOverDueRows(
  name: string,
  records: DocumentRecords,
  log: Log,
  states: readonly State[],
  handle: (claimed: Claimed) => Promise<void>,
): Chore {
  const settle = async (claimed: Claimed): Promise<boolean> => {
    try {
      await handle(claimed);
      return true;
    } catch (error) {
      // Somebody else moved the row on: that is their work done, not our failure.
      if (!hasCode(error, 'state_conflict') && !hasCode(error, 'document_missing')) {
        log.warn(
          { error, chore: name, document: claimed.document.id },
          'a row could not be settled; it comes due again',
        );
      }
      return false;
    }
  };
  return {
    name,
    async run({ limit, signal }) {
      const rows = await records.claim(states, { limit, lease });
      let done = 0;
      for (let at = 0; at < rows.length && !signal.aborted; at += sideBySide) {
        const settled = await Promise.all(rows.slice(at, at + sideBySide).map(settle));
        done += settled.filter(Boolean).length;
      }
      // All of them failing means that something is down: better to wait for the next round than to go on claiming.
      return { done, more: rows.length === limit && done > 0 };
    },
  };
}
