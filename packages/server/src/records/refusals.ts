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

export function grantUsedUp({ files }: Allowance): StrongroomError {
  return new StrongroomError('grant_used_up', { maxFiles: files });
}

export function replacesNothing(): StrongroomError {
  return new StrongroomError('invalid_input', {
    field: 'replaces',
    problem: 'it names no document of the same record',
  });
}
