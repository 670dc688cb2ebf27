import { setTimeout } from 'node:timers/promises';
import { hasCode } from '../errors.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { Document } from './document.ts';

/** Pauses before the last step of an upload is tried again, in milliseconds: its bytes are stored, only the state is missing. */
const pauses = [200, 1_000, 3_000];

/** Writes, and again after a pause while the records are away. Raises what `write` raises, and what ends a pause where `signal` fires. */
export async function persistently<T>(write: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await write();
    } catch (error) {
      const pause = pauses[attempt];
      if (!hasCode(error, 'records_unavailable') || pause === undefined) throw error;
      await setTimeout(pause, undefined, signal ? { signal } : {});
    }
  }
}

/** The last step of an upload. */
interface LastStep {
  readonly write: () => Promise<Document>;
  /** Whether the document is what `write` would have made it: its answer may have been lost. */
  readonly isWritten: (now: Document) => boolean;
}

/**
 * Takes the last step of an upload whose bytes are stored. A lost answer of the records is looked up, not guessed. Raises what
 * `write` raises; the bytes of a document that was given up meanwhile are removed.
 */
export async function settled(
  {
    records,
    store,
  }: { readonly records: Pick<DocumentRecords, 'get'>; readonly store: Pick<ObjectStore, 'remove'> },
  document: Document,
  { write, isWritten }: LastStep,
): Promise<Document> {
  try {
    return await persistently(write);
  } catch (error) {
    if (!hasCode(error, 'state_conflict') && !hasCode(error, 'document_missing')) throw error;
    const now = await records.get(document.id);
    if (now && isWritten(now)) return now;
    // Whoever gave it up looked for its bytes already, perhaps before they were there.
    if (now === null || now.state === 'abandoned') await store.remove(document.storage.key);
    throw error;
  }
}
