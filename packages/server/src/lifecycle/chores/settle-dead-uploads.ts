import { abandon } from '../../documents/abandon.ts';
import type { Uploads } from '../../documents/uploads.ts';
import type { Log } from '../../log.ts';
import type { DocumentRecords, RecordsConnection } from '../../records/document-records.ts';
import type { UploadRecords } from '../../records/upload-records.ts';
import type { Chore } from '../lifecycle.ts';
import { choreOverDueRows } from './claimed.ts';

const settler = { actor: { kind: 'chore', id: 'settle-dead-uploads' }, requestId: null } as const;

/**
 * An upload without a heartbeat is dead: `receiving → abandoned`. One that may go on over several requests has none between
 * them, and comes due when it has expired. Its bytes are the next chore's.
 *
 * Silence is no sign of death where nobody could be heard. So the uploads that run here speak first: the process may
 * have stood still. And when the records were away, every process gets time to be heard again.
 * @param patience milliseconds after a failure in which nothing is settled
 */
export function settleDeadUploads(
  records: DocumentRecords & Pick<UploadRecords, 'findUpload'> & Pick<RecordsConnection, 'ping'>,
  uploads: Pick<Uploads, 'beat'>,
  log: Log,
  patience: number,
): Chore {
  const settling = choreOverDueRows(
    'settle-dead-uploads',
    records,
    log,
    ['receiving'],
    async ({ document }) => {
      const goesOn = (await records.findUpload(document.id)) !== null;
      await abandon(records, document.id, settler, goesOn ? 'expired' : 'no_heartbeat');
    },
  );
  let failedAt = Number.NEGATIVE_INFINITY;
  return {
    name: settling.name,
    states: settling.states,
    async run(options) {
      try {
        await records.ping();
        await uploads.beat();
        if (performance.now() - failedAt < patience) return { done: 0, failed: 0, more: false };
        return await settling.run(options);
      } catch (error) {
        failedAt = performance.now();
        throw error;
      }
    },
  };
}
