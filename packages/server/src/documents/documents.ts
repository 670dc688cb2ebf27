import { hasCode, StrongroomError } from '../errors.ts';
import { cleanFilename } from '../inspection/filename.ts';
import { assertMetadata, assertRecordId } from '../inspection/names.ts';
import type { Log } from '../log.ts';
import type { ByteRange, LinkOptions, ObjectStore, OpenOptions } from '../objects/object-store.ts';
import type {
  Changes,
  DocumentRecords,
  EventPart,
  EventPosition,
  Filter,
  Happened,
  Page,
  Position,
  Search,
  SearchPage,
  SearchPosition,
} from '../records/document-records.ts';
import { limitFor } from './admission.ts';
import {
  assertMayBecome,
  type Document,
  type Event,
  extensionOf,
  type JsonObject,
  listedStates,
  type State,
} from './document.ts';
import type {
  DocumentsPort,
  Grantable,
  IncomingBody,
  NewDocument,
  ReadableDocument,
} from './documents-port.ts';
import {
  type Action,
  assertAllowed,
  assertMayHandOn,
  type Caller,
  narrowed,
  reaches,
} from './permissions.ts';
import type { DocumentType } from './policy.ts';
import { purge } from './purge.ts';
import { Receiving, type ReceivingParts } from './receive.ts';
import { isUuid } from './uuid.ts';

export interface DocumentsParts extends ReceivingParts {
  readonly records: DocumentRecords;
  readonly store: ObjectStore;
  readonly log: Log;
  /** Milliseconds that the record of a purged document still answers. */
  readonly forgetAfter: number;
}

type ReadableState = Document & { readonly size: number; readonly sha256: string };

/** The longest that a redirect's presigned URL lives, in seconds. */
const directFor = 60;

/** The rules: who may do what to which document in which state. */
export class Documents implements DocumentsPort {
  readonly #parts: DocumentsParts;
  readonly #receiving: Receiving;

  constructor(parts: DocumentsParts) {
    this.#parts = parts;
    this.#receiving = new Receiving(parts);
  }

  types({ rights }: Caller): readonly DocumentType[] {
    return this.#parts.policy.types.filter(({ id }) => rights.types?.includes(id) ?? true);
  }

  limit(caller: Caller, type: DocumentType): number {
    return limitFor(this.#parts.policy, caller, type);
  }

  /** See `Receiving.receive`. */
  receive(caller: Caller, draft: NewDocument, body: IncomingBody, signal: AbortSignal) {
    return this.#receiving.receive(caller, draft, body, signal);
  }

  async describe(caller: Caller, id: string): Promise<Document> {
    return this.#get(caller, 'read', id);
  }

  async read(caller: Caller, id: string): Promise<ReadableDocument> {
    const document = assertReadable(await this.#get(caller, 'read', id));
    const { store } = this.#parts;
    const { key } = document.storage;
    return {
      document,
      open: async (range, signal) =>
        (await this.#fetched(caller, id, store.open(key, asked(range, signal)))).body,
      read: (atMost, range, signal) =>
        this.#fetched(caller, id, store.read(key, { ...asked(range, signal), atMost })),
    };
  }

  /** What the store answers; where it has lost what the record says is there, the reason. */
  async #fetched<T>(caller: Caller, id: string, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!hasCode(error, 'object_missing') && !hasCode(error, 'range_unsatisfiable')) throw error;
      // Its bytes may have gone by right since the record was read.
      assertReadable(await this.#get(caller, 'read', id));
      // A readable record without bytes is our fault, not the caller's.
      throw new StrongroomError('internal', {}, { cause: error });
    }
  }

  async direct(
    caller: Caller,
    readable: ReadableDocument,
    shown: Pick<LinkOptions, 'disposition' | 'contentType'>,
  ): Promise<string | null> {
    const { document } = readable;
    assertAllowed(caller, 'read');
    return this.#parts.store.link(document.storage.key, {
      expiresIn: directFor,
      filename: document.filename,
      ...shown,
    });
  }

  async find(
    caller: Caller,
    filter: Filter,
    page: Page,
  ): Promise<{ documents: Document[]; next: Position | null }> {
    assertAllowed(caller, 'list');
    return this.#parts.records.find(narrowed(caller.rights, filter), page);
  }

  async search(
    caller: Caller,
    search: Search,
    page: SearchPage,
  ): Promise<{ documents: Document[]; next: SearchPosition | null }> {
    assertAllowed(caller, 'list');
    const { prefix, states } = search;
    return this.#parts.records.search({ ...narrowed(caller.rights, search), prefix, states }, page);
  }

  async change(
    caller: Caller,
    id: string,
    revisions: '*' | readonly number[],
    changes: { filename?: string; metadata?: JsonObject },
  ): Promise<Document> {
    const document = await this.#get(caller, 'change', id);
    if (document.state === 'deleted') throw deleted(document);
    if (changes.metadata) assertMetadata(changes.metadata);
    const cleaned = {
      ...(changes.filename === undefined
        ? {}
        : { filename: cleanFilename(changes.filename, extensionOf(document.filename)) }),
      ...(changes.metadata === undefined ? {} : { metadata: changes.metadata }),
    };
    const { revision } = document;
    if (revisions !== '*' && !revisions.includes(revision))
      throw new StrongroomError('revision_conflict', { id, revision });
    // The history names what changed, not the values: they go with the document when it is purged.
    const happened = this.#happened(caller, 'document.changed', { changed: Object.keys(cleaned) });
    return this.#parts.records.change(id, revision, listedStates, cleaned, happened);
  }

  async events(
    caller: Caller,
    id: string,
    { limit, ...part }: EventPart,
  ): Promise<{ events: Event[]; next: EventPosition | null }> {
    await this.#get(caller, 'read', id);
    // One more than the page holds, so that its end is seen.
    const found = await this.#parts.records.events(id, { ...part, limit: limit + 1 });
    const events = found.slice(0, limit);
    return { events, next: found.length > limit ? (events.at(-1) ?? null) : null };
  }

  async assertLinkable(caller: Caller, id: string): Promise<Document> {
    return assertReadable(await this.#get(caller, 'link', id));
  }

  assertGrantable(caller: Caller, { recordId, actions, types }: Grantable): void {
    assertAllowed(caller, 'grant');
    assertMayHandOn(caller, { actions, recordId });
    assertRecordId(recordId);
    for (const type of types ?? []) this.#parts.policy.type(type);
  }

  archive(caller: Caller, id: string): Promise<Document> {
    return retriedOnce(() => this.#archive(caller, id));
  }

  async #archive(caller: Caller, id: string): Promise<Document> {
    const document = await this.#get(caller, 'archive', id);
    if (document.state === 'archived') return document;
    // Out of the trash leads `restore` alone.
    if (document.state !== 'available') throw conflict(document, 'archived');
    return this.#move(caller, document, 'archived', 'document.archived', {
      archivedAt: new Date(),
      dueIn: null,
    });
  }

  unarchive(caller: Caller, id: string): Promise<Document> {
    return retriedOnce(() => this.#unarchive(caller, id));
  }

  async #unarchive(caller: Caller, id: string): Promise<Document> {
    const document = await this.#get(caller, 'archive', id);
    if (document.state === 'available') return document;
    if (document.state !== 'archived') throw conflict(document, 'available');
    return this.#move(caller, document, 'available', 'document.unarchived', {
      archivedAt: null,
      dueIn: null,
    });
  }

  remove(caller: Caller, id: string): Promise<Document | null> {
    return retriedOnce(() => this.#remove(caller, id));
  }

  async #remove(caller: Caller, id: string): Promise<Document | null> {
    const document = await this.#get(caller, 'delete', id);
    const { state } = document;
    if (state === 'abandoned' || state === 'purging' || state === 'purged') return null;
    if (state === 'receiving') {
      await this.#move(
        caller,
        document,
        'abandoned',
        'document.abandoned',
        { dueIn: 0 },
        { reason: 'deleted' },
      );
      this.#parts.uploads.giveUp(id);
      return null;
    }
    if (state === 'deleted') return isInTrash(document) ? document : this.#purgeNow(document);
    const trashFor = this.#trashFor(document);
    const deletedAt = new Date();
    const purgeAfter = new Date(deletedAt.getTime() + trashFor);
    const removed = await this.#move(
      caller,
      document,
      'deleted',
      'document.deleted',
      { stateBefore: state, deletedAt, purgeAfter, dueIn: trashFor },
      { purgeAfter: purgeAfter.toISOString() },
    );
    return trashFor > 0 ? removed : this.#purgeNow(removed);
  }

  restore(caller: Caller, id: string): Promise<Document> {
    return retriedOnce(() => this.#restore(caller, id));
  }

  async #restore(caller: Caller, id: string): Promise<Document> {
    const document = await this.#get(caller, 'restore', id);
    if (listedStates.includes(document.state)) return document;
    const to = document.stateBefore;
    if (document.state !== 'deleted' || to === null) throw conflict(document, 'available');
    return this.#move(caller, document, to, 'document.restored', {
      stateBefore: null,
      deletedAt: null,
      purgeAfter: null,
      // Whoever read it back when it was deleted has let go of it.
      dueIn: to === 'inspecting' ? 0 : null,
    });
  }

  async #get(caller: Caller, action: Action, id: string): Promise<Document> {
    assertAllowed(caller, action);
    const document = isUuid(id) ? await this.#parts.records.get(id) : null;
    if (!document || !reaches(caller.rights, document)) throw new StrongroomError('document_missing', { id });
    return document;
  }

  async #move(
    caller: Caller,
    document: Document,
    to: State,
    action: Happened['action'],
    changes: Changes,
    details: JsonObject = {},
  ): Promise<Document> {
    assertMayBecome(document, to);
    return this.#parts.records.transition(
      document.id,
      [document.state],
      to,
      changes,
      this.#happened(caller, action, details),
    );
  }

  #happened(caller: Caller, action: Happened['action'], details: JsonObject): Happened {
    return { action, actor: caller.actor, requestId: caller.requestId, at: new Date(), details };
  }

  /** A type that is configured no more keeps to the careful rule: the trash. */
  #trashFor(document: Document): number {
    const type = this.#parts.policy.types.find(({ id }) => id === document.type);
    return type?.trashFor ?? defaultTrashFor;
  }

  /** The state says that it goes; should the store not answer now, the chore goes on. */
  async #purgeNow(document: Document): Promise<null> {
    try {
      await purge(this.#parts, document);
    } catch (error) {
      // A chore was there first; where purged documents are forgotten at once, it may have left nothing.
      const overtaken = ['state_conflict', 'revision_conflict', 'document_missing'] as const;
      if (overtaken.some((code) => hasCode(error, code))) return null;
      this.#parts.log.warn(
        { error, document: document.id },
        'the bytes of a deleted document are still to be removed',
      );
    }
    return null;
  }
}

/** Of two calls that race, the second sees what the first did and answers from there. */
async function retriedOnce<T>(move: () => Promise<T>): Promise<T> {
  try {
    return await move();
  } catch (error) {
    if (hasCode(error, 'state_conflict')) return move();
    throw error;
  }
}

const defaultTrashFor = 30 * 24 * 3_600_000;

/** By the rule that held when it was deleted: a repeat gives the same answer, whatever the rule is now. */
function isInTrash({ deletedAt, purgeAfter }: Document): boolean {
  return deletedAt !== null && purgeAfter !== null && purgeAfter > deletedAt;
}

function asked(range: ByteRange | undefined, signal: AbortSignal | undefined): OpenOptions {
  return { ...(range ? { range } : {}), ...(signal ? { signal } : {}) };
}

function assertReadable(document: Document): ReadableState {
  const { id, state, size, sha256 } = document;
  if (state === 'receiving' || state === 'inspecting') throw new StrongroomError('not_ready', { id, state });
  if (state === 'quarantined') throw new StrongroomError('quarantined', { id });
  if (state === 'deleted') throw deleted(document);
  if (state !== 'available' && state !== 'archived') throw new StrongroomError('document_missing', { id });
  if (size === null || sha256 === null)
    throw new Error(`document ${id} is ${state} without a size or a digest`);
  return { ...document, size, sha256 };
}

function deleted(document: Document): StrongroomError {
  const purgeAfter = document.purgeAfter?.toISOString() ?? null;
  return new StrongroomError('document_deleted', { id: document.id, purgeAfter });
}

function conflict(document: Document, wanted: State): StrongroomError {
  return new StrongroomError('state_conflict', { id: document.id, state: document.state, wanted });
}
