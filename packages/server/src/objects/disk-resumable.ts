import { StrongroomError } from '../errors.ts';
import type { ResumableObjects } from './resumable-objects.ts';

/** Objects that come over several calls: not taken in yet. */
export class DiskResumable implements ResumableObjects {
  begin(): Record<never, never> {
    return {};
  }

  append: ResumableObjects['append'] = async () => {
    throw notYet();
  };

  head: ResumableObjects['head'] = async () => {
    throw notYet();
  };

  async clear(): Promise<void> {}

  async *unfinished(): AsyncGenerator<string> {}
}

function notYet(): StrongroomError {
  return new StrongroomError('store_unavailable', {});
}
