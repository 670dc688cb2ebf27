import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Document, Event, JsonObject } from '../../src/documents/document.ts';
import type {
  DocumentsPort,
  IncomingBody,
  NewDocument,
  ReadableDocument,
} from '../../src/documents/documents-port.ts';
import type { Caller } from '../../src/documents/permissions.ts';
import { type DocumentType, Policy } from '../../src/documents/policy.ts';
import { uuidv7 } from '../../src/documents/uuid.ts';
import { StrongroomError } from '../../src/errors.ts';
import type { ByteRange } from '../../src/objects/object-store.ts';

type Searched = Awaited<ReturnType<DocumentsPort['search']>>;
type Found = Awaited<ReturnType<DocumentsPort['find']>>;

/** Documents in memory, for tests of the doors: it judges and consumes as the rules do, and keeps what it was given. */
export class MemoryDocuments implements DocumentsPort {
  readonly kept = new Map<string, { document: Document; bytes: Buffer; draft: NewDocument }>();
  /** The last body that was offered, and its signal. */
  offered: { body: IncomingBody; signal: AbortSignal } | null = null;
  /** The last filter and page that were asked for, and what the list answers. */
  asked: { filter: object; page: object } | null = null;
  found: Found = { documents: [], next: null };
  searched: Searched = { documents: [], next: null };
  directUrl: string | null = null;
  /** How the last redirect's content was to be shown. */
  shown: object | null = null;
  /** How a body is consumed once it is open; tests make it slow. */
  consume: (bytes: Readable, signal: AbortSignal) => Promise<Buffer> = (bytes) => buffer(bytes);
  readonly #policy: Policy;

  constructor(types: readonly DocumentType[], maxUploadSize: number) {
    this.#policy = new Policy(types, maxUploadSize);
  }

  types() {
    return this.#policy.types;
  }

  limit(_caller: Caller, type: DocumentType): number {
    return this.#policy.limit(type);
  }

  async receive(caller: Caller, draft: NewDocument, body: IncomingBody, signal: AbortSignal) {
    this.offered = { body, signal };
    const limit = this.#policy.limit(this.#policy.type(draft.type));
    const announced = body.size ?? body.atLeast ?? 0;
    if (announced > limit) throw new StrongroomError('too_large', { limit, received: announced });
    const earlier = [...this.kept.values()].find(
      (each) => draft.idempotencyKey !== null && each.draft.idempotencyKey === draft.idempotencyKey,
    );
    const bytes = await this.consume(body.whole ? inOnePiece(body.whole) : body.open(), signal);
    if (earlier) return { document: earlier.document, replayed: true };
    if (bytes.length === 0) throw new StrongroomError('empty_body', {});
    if (bytes.subarray(0, 4).toString() === 'EVIL') {
      throw new StrongroomError('type_refused', { detected: 'application/x-evil', accepted: [] });
    }
    const now = new Date();
    const id = uuidv7(now);
    const document: Document = {
      id,
      recordId: draft.recordId,
      type: draft.type,
      filename: draft.filename ?? 'document',
      contentType: draft.contentType ?? 'application/octet-stream',
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      state: 'available',
      stateBefore: null,
      storage: { store: 'disk', bucket: null, key: `k/${id}`, versionId: null, storageClass: null },
      metadata: draft.metadata,
      replaces: draft.replaces,
      createdAt: now,
      createdBy: caller.actor,
      updatedAt: now,
      archivedAt: null,
      deletedAt: null,
      purgeAfter: null,
      revision: 1,
    };
    this.kept.set(id, { document, bytes, draft });
    return { document, replayed: false };
  }

  async describe(_caller: Caller, id: string): Promise<Document> {
    return this.#get(id).document;
  }

  async read(_caller: Caller, id: string): Promise<ReadableDocument> {
    const { document, bytes } = this.#get(id);
    const { size, sha256 } = document;
    if (size === null || sha256 === null)
      throw new StrongroomError('not_ready', { id, state: document.state });
    const part = (range?: ByteRange) => (range ? bytes.subarray(range.first, range.last + 1) : bytes);
    return {
      document: { ...document, size, sha256 },
      open: async (range) => Readable.from([part(range)]),
      read: async (_atMost, range) => part(range),
    };
  }

  async direct(_caller: Caller, _readable: ReadableDocument, shown: object): Promise<string | null> {
    this.shown = shown;
    return this.directUrl;
  }

  async find(_caller: Caller, filter: object, page: object): Promise<Found> {
    this.asked = { filter, page };
    return this.found;
  }

  async search(_caller: Caller, search: object, page: object): Promise<Searched> {
    this.asked = { filter: search, page };
    return this.searched;
  }

  async change(
    _caller: Caller,
    id: string,
    revisions: '*' | readonly number[],
    changes: { filename?: string; metadata?: JsonObject },
  ): Promise<Document> {
    const { document } = this.#get(id);
    const { revision } = document;
    if (revisions !== '*' && !revisions.includes(revision))
      throw new StrongroomError('revision_conflict', { id, revision });
    return this.#put({ ...document, ...changes, revision: revision + 1 });
  }

  async events(_caller: Caller, id: string): Promise<{ events: Event[]; next: null }> {
    const { document } = this.#get(id);
    const { createdAt: at, createdBy: actor, revision } = document;
    const happened = { at, action: 'document.available', actor, requestId: 'r', details: { a: 1 } } as const;
    return { events: [{ id, documentId: id, revision, ...happened }], next: null };
  }

  async assertLinkable(_caller: Caller, id: string): Promise<Document> {
    return this.#get(id).document;
  }

  assertGrantable(): void {}

  async archive(_caller: Caller, id: string): Promise<Document> {
    return this.#put({ ...this.#get(id).document, state: 'archived', archivedAt: new Date() });
  }

  async unarchive(_caller: Caller, id: string): Promise<Document> {
    return this.#put({ ...this.#get(id).document, state: 'available', archivedAt: null });
  }

  /** The first time into the trash, the second time gone. */
  async remove(_caller: Caller, id: string): Promise<Document | null> {
    const { document } = this.#get(id);
    if (document.state === 'deleted') return null;
    return this.#put({ ...document, state: 'deleted', deletedAt: new Date(), purgeAfter: new Date() });
  }

  async restore(_caller: Caller, id: string): Promise<Document> {
    return this.#put({ ...this.#get(id).document, state: 'available', deletedAt: null, purgeAfter: null });
  }

  #get(id: string) {
    const kept = this.kept.get(id);
    if (!kept) throw new StrongroomError('document_missing', { id });
    return kept;
  }

  #put(document: Document): Document {
    this.kept.set(document.id, { ...this.#get(document.id), document });
    return document;
  }
}

function inOnePiece(whole: () => Promise<Buffer>): Readable {
  return Readable.from(
    (async function* () {
      yield await whole();
    })(),
  );
}
