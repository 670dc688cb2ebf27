import type { State } from '../documents/document.ts';
import { StrongroomError } from '../errors.ts';
import type { Row } from './row.ts';

/** An unexpired line of the same scope and key, with the state of its document. */
export interface Line {
  readonly fingerprint: string;
  readonly state: State;
  /** The document is due: in `receiving`, its uploader is dead. */
  readonly due: boolean;
  /** Of the upload that goes on over several requests; null: the document has none. */
  readonly transport: string | null;
}

/** The columns of a line of which a `Line` is made, in front of its document's. `due`: whether that is due, as 1 or 0. */
export const lineColumns = (due: string) =>
  `i.fingerprint, ${due}, (SELECT u.transport FROM uploads u WHERE u.document_id = d.id)`;

/** The line in a row of these columns, and its document. */
export function toLine([fingerprint, due, transport, ...document]: Row): { line: Line; document: Row } {
  const state = document[7] as State;
  return { line: { fingerprint, due: due === 1, transport, state } as Line, document };
}

/**
 * What a second upload with the same key does: take the line over, abandon the dead upload first, or get its answer. One that
 * goes on over several requests, and is begun by the same `transport`, is found again where it stands.
 * Raises `idempotency_mismatch`, `idempotency_in_progress`. The order is the port's.
 */
export function replay(
  line: Line,
  fingerprint: string,
  transport: string | null,
): 'take over' | 'abandon' | 'answer' {
  if (line.state === 'abandoned') return 'take over';
  if (line.fingerprint !== fingerprint) throw new StrongroomError('idempotency_mismatch', {});
  if (line.state !== 'receiving') return 'answer';
  if (line.due) return 'abandon';
  if (line.transport !== null && line.transport === transport) return 'answer';
  throw new StrongroomError('idempotency_in_progress', {});
}
