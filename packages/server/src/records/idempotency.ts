import type { State } from '../documents/document.ts';
import { StrongroomError } from '../errors.ts';

/** An unexpired line of the same scope and key, with the state of its document. */
export interface Line {
  readonly fingerprint: string;
  readonly state: State;
  /** The document is due: in `receiving`, its uploader is dead. */
  readonly due: boolean;
}

/**
 * What a second upload with the same key does: take the line over, abandon the dead upload first, or get its answer.
 * Raises `idempotency_mismatch`, `idempotency_in_progress`. The order is the port's.
 */
export function replay(line: Line, fingerprint: string): 'take over' | 'abandon' | 'answer' {
  if (line.state === 'abandoned') return 'take over';
  if (line.fingerprint !== fingerprint) throw new StrongroomError('idempotency_mismatch', {});
  if (line.state !== 'receiving') return 'answer';
  if (!line.due) throw new StrongroomError('idempotency_in_progress', {});
  return 'abandon';
}
