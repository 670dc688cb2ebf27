import { StrongroomError } from '../errors.ts';
import type { Allowance } from './document-records.ts';
import type { Row } from './row.ts';

/** Why an update found no row: `found` is the state and revision that a look at it gave, if there is a row at all. */
export function refusal(
  id: string,
  found: Row | undefined,
  wanted: string,
  expectedRevision: number | null,
): StrongroomError {
  if (!found) return new StrongroomError('document_missing', { id });
  const revision = found[1] as number;
  return expectedRevision !== null && expectedRevision !== revision
    ? new StrongroomError('revision_conflict', { id, revision })
    : new StrongroomError('state_conflict', { id, state: found[0] as string, wanted });
}

/**
 * Why who holds `fence` of an upload (null: anyone) may not write; null: they may. `standing` is the document's state, and its
 * upload's fence and offset, null where it has none.
 */
export function uploadRefusal(
  id: string,
  [state, fence, durable]: Row,
  ours: number | null,
  expectedOffset: number | null,
  wanted: string,
): StrongroomError | null {
  if (state === undefined) return new StrongroomError('document_missing', { id });
  if (state !== 'receiving' || fence === null)
    return new StrongroomError('state_conflict', { id, state: state as string, wanted });
  if (ours !== null && ours !== fence) return new StrongroomError('upload_taken_over', { id });
  if (expectedOffset !== null && expectedOffset !== durable)
    return new StrongroomError('offset_conflict', { offset: durable as number });
  return null;
}

export function grantUsedUp({ files }: Allowance): StrongroomError {
  return new StrongroomError('grant_used_up', { maxFiles: files });
}

export function replacesNothing(): StrongroomError {
  return new StrongroomError('invalid_input', {
    field: 'replaces',
    problem: 'it names no document of the same record',
  });
}
