import { createHash } from 'node:crypto';
import { type State, searchableStates } from '../../packages/server/src/documents/document.ts';

const searchable: ReadonlySet<State> = new Set(searchableStates);

/** A list index's columns and what a list shows, in the order of `documentColumns`; due_at, looks and folded_name follow. */
export type FilledRow = (string | number | null)[];

export const timeOfFirst = Date.UTC(2025, 0, 1);
export const timeOfLast = Date.UTC(2026, 0, 1);
export const largestSize = 5_000_000;
/** 40 % of all rows: a collection that grew with the service. The others hold eight documents each. */
export const largeRecord = 'inbox';
export const smallRecord = 'case-3';
/** One document in five. */
export const aType = 'contract';

/**
 * Row `n` of `count`: a year of uploads, evenly in time, most of them available. The same of every size of table, but
 * for how many there are: so a page of one holds as many rows as the page at the same place of another.
 */
export function row(n: number, count: number): FilledRow {
  const digest = createHash('md5').update(String(n)).digest('hex');
  const dice = Number.parseInt(digest.slice(0, 8), 16);
  const createdAt = Math.floor(timeOfFirst + ((timeOfLast - timeOfFirst) * n) / count);
  const id = idAt(createdAt, digest);
  const recordId = n % 5 < 2 ? largeRecord : `case-${Math.floor(n / 13)}`;
  const type = dice % 5 === 0 ? aType : dice % 5 < 3 ? 'id' : dice % 5 === 3 ? 'proof_of_address' : 'other';
  const state = stateOf(Math.floor(dice / 5) % 1000);
  const size = state === 'receiving' ? -1 : Math.floor((dice / 2 ** 32) * largestSize);
  const key = `${recordId}/${type}/${id}.pdf`;
  const filename = `${digest.slice(8, 20)} scan.pdf`;
  return [
    ...[id, recordId, type, filename, 'application/pdf', size],
    ...[state === 'receiving' ? null : digest + digest, state, null, 's3', 'documents', key, null, null],
    ...['{"channel":"web"}', null, createdAt, 'key', 'key-1', createdAt, null, null, null, 2],
    ...[state === 'deleted' || state === 'receiving' ? createdAt + 1e12 : null, 0],
    // It is in lower case and ASCII: folded it is the same.
    searchable.has(state) ? filename : null,
  ];
}

/** A version 7 UUID of that time (RFC 9562 §5.7). */
export function idAt(time: number, digest = '0'.repeat(32)): string {
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7${digest.slice(0, 3)}-8${digest.slice(3, 6)}-${digest.slice(6, 18)}`;
}

/** Of a thousand. */
function stateOf(dice: number): State {
  if (dice < 880) return 'available';
  if (dice < 940) return 'archived';
  if (dice < 970) return 'deleted';
  if (dice < 990) return 'purged';
  if (dice < 998) return 'abandoned';
  return 'receiving';
}
