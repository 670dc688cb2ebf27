import { hasCode, StrongroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DocumentRecords, Happened } from '../records/document-records.ts';

/**
 * Gives an upload up, or one whose bytes did not stand the look at them: `→ abandoned`, due at once for the chore that removes
 * its bytes.
 * Raises `state_conflict`, `document_missing` when it is over already, `records_unavailable`.
 */
export async function abandon(
  records: Pick<DocumentRecords, 'transition'>,
  id: string,
  by: Pick<Happened, 'actor' | 'requestId'>,
  reason: string,
  from: 'receiving' | 'inspecting' = 'receiving',
): Promise<void> {
  const { actor, requestId } = by;
  await records.transition(
    id,
    [from],
    'abandoned',
    { dueIn: 0 },
    { action: 'document.abandoned', actor, requestId, at: new Date(), details: { reason } },
  );
}

/**
 * The same for an upload that `error` has ended. Raises nothing: what can't be written now is found by the chore, once the upload
 * is silent for too long.
 */
export async function abandonAfter(
  error: unknown,
  { records, log }: { readonly records: Pick<DocumentRecords, 'transition'>; readonly log: Log },
  id: string,
  by: Pick<Happened, 'actor' | 'requestId'>,
): Promise<void> {
  try {
    await abandon(records, id, by, error instanceof StrongroomError ? error.code : 'internal');
  } catch (failure) {
    if (hasCode(failure, 'state_conflict') || hasCode(failure, 'document_missing')) return;
    log.warn({ error: failure, document: id }, 'a failed upload could not be marked; a chore settles it');
  }
}
