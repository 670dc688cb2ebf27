import type { Log } from '../../log.ts';
import type { DocumentRecords } from '../../records/document-records.ts';
import type { Chore } from '../lifecycle.ts';
import { choreOverDueRows } from './claimed.ts';

/** Forgets the bare record of a document whose bytes have been gone for long enough. */
export function forgetPurged(records: DocumentRecords, log: Log): Chore {
  return choreOverDueRows('forget-purged', records, log, ['purged'], ({ document }) =>
    records.forget(document.id),
  );
}
