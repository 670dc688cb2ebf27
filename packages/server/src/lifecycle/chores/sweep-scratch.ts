import type { Log } from '../../log.ts';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { DocumentRecords } from '../../records/document-records.ts';
import type { Chore } from '../lifecycle.ts';

/**
 * Clears the scratch of uploads that are over: what a process left that died between the last step of an upload and its
 * clearing, or what landed after it. Looked for at the start, and every `every` milliseconds; done by two processes at once,
 * it is done once.
 * @param youngest milliseconds; what was touched later may still be joined by what is on its way to the store
 */
export function sweepScratch(
  {
    records,
    store,
    log,
  }: {
    readonly records: Pick<DocumentRecords, 'get'>;
    readonly store: Pick<ObjectStore, 'resumable'>;
    readonly log: Log;
  },
  { every, youngest }: { readonly every: number; readonly youngest: number },
): Chore {
  let next = Number.NEGATIVE_INFINITY;
  return {
    name: 'sweep-scratch',
    // Nothing is late: no row waits for it.
    states: [],
    async run({ signal }) {
      if (performance.now() < next) return { done: 0, failed: 0, more: false };
      let done = 0;
      let failed = 0;
      for await (const id of store.resumable.unfinished(new Date(Date.now() - youngest), signal)) {
        if (signal.aborted) break;
        if ((await records.get(id))?.state === 'receiving') continue;
        try {
          await store.resumable.clear(id, signal);
          done++;
        } catch (error) {
          log.warn(
            { error, document: id },
            'the scratch of an upload could not be cleared; it is tried again',
          );
          failed++;
        }
      }
      next = performance.now() + every;
      return { done, failed, more: false };
    },
  };
}
