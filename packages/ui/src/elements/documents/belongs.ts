import type { Document, Filter } from '@strongroom/client';

/** What a list shows without `state`. */
const listed: readonly string[] = ['inspecting', 'available', 'archived', 'quarantined'];

/** Whether `document` is one that a list with this filter shows. Says no where only the service can tell. */
export function belongs(document: Document, { recordId, type, state, q }: Filter): boolean {
  if (q) return false;
  if (recordId !== undefined && document.recordId !== recordId) return false;
  if (type !== undefined && document.type !== type) return false;
  return isIn(document, state);
}

/** Whether its state is one that the filter shows: after an action it may not be any more. */
export function isIn({ state }: Document, wanted: Filter['state']): boolean {
  if (wanted === 'all') return true;
  const states = wanted === undefined ? listed : typeof wanted === 'string' ? wanted.split(',') : wanted;
  return states.includes(state);
}
