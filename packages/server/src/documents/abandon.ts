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
