import { StrongroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { DocumentRecords, Happened } from '../records/document-records.ts';
import { type Actor, type Document, extensionOf } from './document.ts';

export interface RemovalParts {
  readonly records: DocumentRecords;
  readonly store: ObjectStore;
  readonly deployment: () => string;
  readonly forgetAfter: number;
  readonly log: Log;
}

/** A purge that dies is taken up again after this long, in milliseconds. */
const purgeLease = 5 * 60_000;

const purger: Actor = { kind: 'chore', id: 'purge' };

/**
 * Ends a document that is in `deleted` or `purging`: state → bytes → record (promise 1). What it said of a person
 * (filename, metadata) goes with the bytes; the bare record answers until it is forgotten.
 * Raises `revision_conflict` or `state_conflict` when it was restored meanwhile, also when it was deleted once more,
 * which gave it a new time in the trash; `object_exists` when its bytes can't be told from somebody else's;
 * `store_unavailable`, `records_unavailable`.
 */
export async function purge(parts: RemovalParts, document: Document): Promise<void> {
  const { records } = parts;
  if (document.state === 'deleted') {
    await records.transition(
      document.id,
      ['deleted'],
      'purging',
      { dueIn: purgeLease },
      happened('document.purging'),
      document.revision,
    );
  }
  await removeBytes(parts, document);
  await records.transition(
    document.id,
    ['purging'],
    'purged',
    { filename: `document${extensionOf(document.filename)}`, metadata: {}, dueIn: parts.forgetAfter },
    happened('document.purged'),
  );
}

/**
 * Removes the bytes of a document whose record says `abandoned` or `purging`. An object at its key that another
 * deployment or another document wrote, or one that does not say who wrote it, is reported and never touched (promise 2);
 * as long as it lies there the bytes are not confirmed gone, so the record stays too: raises `object_exists`. What an upload
 * left in the scratch goes too.
 */
export async function removeBytes(parts: RemovalParts, document: Document): Promise<void> {
  const { store, deployment, log } = parts;
  const { key } = document.storage;
  if (document.state === 'abandoned') await store.resumable.clear(document.id);
  // An upload of which nothing was placed yet: no object is ours, and a store asked for no key at all is asked for its folder.
  if (key === '') return;
  const facts = await store.stat(key);
  if (facts && (facts.description?.id !== document.id || facts.description.deployment !== deployment())) {
    log.error(
      {
        key,
        document: document.id,
        found: { document: facts.description?.id, deployment: facts.description?.deployment },
      },
      'a foreign object lies at a key of ours; it was left alone',
    );
    throw new StrongroomError('object_exists', { key });
  }
  await store.remove(key);
}

function happened(action: Happened['action']): Happened {
  return { action, actor: purger, requestId: null, at: new Date() };
}
