import type { DocumentRecords } from '../../records/document-records.ts';
import type { Chore } from '../lifecycle.ts';

/**
 * Makes documents findable by their names that an earlier version wrote: those that were there when this one came, and those
 * that servers not yet replaced still write. Done by two processes at once, it is done once.
 */
export function foldNames(records: Pick<DocumentRecords, 'foldNames'>): Chore {
  return {
    name: 'fold-names',
    // Nothing is late: what it has not come to is only not found by its name.
    states: [],
    async run({ limit }) {
      const done = await records.foldNames(limit);
      return { done, failed: 0, more: done === limit };
    },
  };
}
