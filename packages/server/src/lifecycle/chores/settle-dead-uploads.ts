import type { Log } from '../../log.ts';
import type { DocumentRecords } from '../../records/document-records.ts';
import type { Chore } from '../lifecycle.ts';
import { choreOverDueRows } from './claimed.ts';

/** An upload without a heartbeat is dead: `receiving → abandoned`. Its bytes are the next chore's. */
export function settleDeadUploads(records: DocumentRecords, log: Log): Chore {
  return choreOverDueRows('settle-dead-uploads', records, log, ['receiving'], async ({ document }) => {
    await records.transition(
      document.id,
      ['receiving'],
      'abandoned',
      { dueIn: 0 },
      {
        action: 'document.abandoned',
        actor: { kind: 'chore', id: 'settle-dead-uploads' },
        requestId: null,
        at: new Date(),
        details: { reason: 'no_heartbeat' },
      },
    );
  });
}
