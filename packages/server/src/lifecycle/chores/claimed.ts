import type { State } from '../../documents/document.ts';
import { hasCode } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Claimed, DocumentRecords } from '../../records/document-records.ts';
import type { Chore } from '../lifecycle.ts';

/** How long a claimed row belongs to one process, in milliseconds; afterwards it comes due again. */
const lease = 5 * 60_000;

/** No row is begun later than this after it was claimed, so that its work ends while it is still ours, also at a slow store. */
const begunWithin = lease / 2;

/** The longest pause after which a row that keeps failing is tried again, in milliseconds. */
const longestPause = 3_600_000;

/** How many rows are worked on side by side: enough to hide the store's round trips, few enough to leave room for users. */
const sideBySide = 4;

const movedOn = ['state_conflict', 'revision_conflict', 'document_missing'] as const;

/** A chore that does one thing to every due row in some states. */
export function choreOverDueRows(
  name: string,
  records: DocumentRecords,
  log: Log,
  states: readonly State[],
  handle: (claimed: Claimed) => Promise<void>,
): Chore {
  const settle = async (claimed: Claimed): Promise<'done' | 'moved on' | 'failed'> => {
    const { id } = claimed.document;
    try {
      await handle(claimed);
      return 'done';
    } catch (error) {
      // Somebody else moved the row on: that is their work done, not our failure.
      if (movedOn.some((code) => hasCode(error, code))) return 'moved on';
      log.warn({ error, chore: name, document: id }, 'a row could not be settled; it comes due again');
      await backOff(records, id).catch(() => {});
      return 'failed';
    }
  };
  return {
    name,
    states,
    async run({ limit, signal }) {
      const end = performance.now() + begunWithin;
      const rows = await records.claim(states, { limit, lease });
      let done = 0;
      let failed = 0;
      for (let at = 0; at < rows.length && !signal.aborted && performance.now() < end; at += sideBySide) {
        const settled = await Promise.all(rows.slice(at, at + sideBySide).map(settle));
        done += settled.filter((each) => each === 'done').length;
        failed += settled.filter((each) => each === 'failed').length;
      }
      // All of them failing means that something is down: better to wait for the next round than to go on claiming.
      return { done, failed, more: rows.length === limit && done > 0 };
    },
  };
}

/**
 * A row waits as long again as it has stood in its state, so that one which always fails costs less and less. Two servers'
 * clocks may differ, which the lease bounds on one side and the longest pause on the other.
 */
async function backOff(records: DocumentRecords, id: string): Promise<void> {
  const document = await records.get(id);
  if (!document) return;
  const pause = Math.min(Date.now() - document.updatedAt.getTime(), longestPause);
  if (pause > lease) await records.postpone(id, pause);
}
