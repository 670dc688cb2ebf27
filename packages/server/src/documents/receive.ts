import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { hasCode, StrongroomError } from '../errors.ts';
import { cleanFilename } from '../inspection/filename.ts';
import { headOf, readHead } from '../inspection/head.ts';
import { measure, measureBuffer } from '../inspection/measure.ts';
import { assertMetadata, assertRecordId } from '../inspection/names.ts';
import { type Sniffed, sniff } from '../inspection/sniff.ts';
import type { Log } from '../log.ts';
import { makeKey } from '../objects/keys.ts';
import type { ObjectStore, Stored } from '../objects/object-store.ts';
import type { Allowance, DocumentRecords, Draft, Idempotency } from '../records/document-records.ts';
import { abandon } from './abandon.ts';
import type { Document } from './document.ts';
import type { IncomingBody, NewDocument } from './documents-port.ts';
import { assertMayUpload, type Caller, reaches } from './permissions.ts';
import type { DocumentType, Policy } from './policy.ts';
import type { Uploads } from './uploads.ts';
import { uuidv7 } from './uuid.ts';

/** Idempotency keys are kept for 48 hours. */
const idempotencyKeptFor = 48 * 3_600_000;

/** Clocks of servers and database may differ: what a grant has brought is known for so long after its end. Milliseconds. */
const countedLonger = 24 * 3_600_000;

/** Pauses before the last step of an upload is tried again, in milliseconds: its bytes are stored, only the state is missing. */
const settlePauses = [200, 1_000, 3_000];

export interface ReceivingParts {
  readonly records: DocumentRecords;
  readonly store: ObjectStore;
  readonly policy: Policy;
  readonly uploads: Uploads;
  readonly keyTemplate: string;
  readonly uploadDeadAfter: number;
  readonly deployment: () => string;
  readonly log: Log;
}

interface Measured {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Takes one document in: head → record → bytes → state (promise 1). Whatever ends it early leaves either no record or
 * one in `receiving` or `abandoned`, which the chores settle.
 */
export class Receiving {
  readonly #parts: ReceivingParts;

  constructor(parts: ReceivingParts) {
    this.#parts = parts;
  }

  /**
   * Raises `not_allowed`, `invalid_input`, `unknown_document_type`, `too_large`, `empty_body`, `type_refused`,
   * `idempotency_*`, `grant_used_up`, `state_conflict`, `store_unavailable`, `records_unavailable`, and what the body's stream raises.
   */
  async receive(
    caller: Caller,
    draft: NewDocument,
    body: IncomingBody,
    signal: AbortSignal,
  ): Promise<{ document: Document; replayed: boolean }> {
    assertMayUpload(caller, draft);
    const { type, limit } = this.#judge(caller, draft, body);
    await this.#assertReplaceable(caller, draft);
    const { head, body: bytes } = await (body.whole
      ? headOf(body.whole())
      : readHead(body.open(), body.size));
    if (head.length === 0) throw new StrongroomError('empty_body', {});
    const found = await sniff(head, draft);
    if (!type.accept.includes(found.contentType)) {
      throw new StrongroomError('type_refused', { detected: found.contentType, accepted: type.accept });
    }
    const { document, created } = await this.#parts.records.create(
      this.#draft(caller, draft, found),
      {
        action: 'document.received',
        actor: caller.actor,
        requestId: caller.requestId,
        at: new Date(),
        details: found.agrees ? {} : { claimed: found.claimed, detected: found.contentType },
      },
      idempotency(caller, draft, body),
      allowance(caller),
    );
    if (!created) {
      await drained(bytes);
      return { document, replayed: true };
    }
    return {
      document: await this.#parts.uploads.run(document.id, signal, (s) =>
        this.#store(caller, document, bytes, body, limit, s),
      ),
      replayed: false,
    };
  }

  /** What can be judged before a byte is read. */
  #judge(caller: Caller, draft: NewDocument, body: IncomingBody): { type: DocumentType; limit: number } {
    assertRecordId(draft.recordId);
    assertMetadata(draft.metadata);
    const type = this.#parts.policy.type(draft.type);
    const limit = Math.min(this.#parts.policy.limit(type), caller.rights.maxSize ?? Number.POSITIVE_INFINITY);
    const announced = body.size ?? body.atLeast ?? 0;
    if (announced > limit) throw new StrongroomError('too_large', { limit, received: announced });
    if (body.size === 0) throw new StrongroomError('empty_body', {});
    return { type, limit };
  }

  /**
   * Whether the record has such a document, the records say as they write; here is asked whether it is there for a caller
   * that sees some types alone. Raises `invalid_input`, as they do.
   */
  async #assertReplaceable({ rights }: Caller, { replaces }: NewDocument): Promise<void> {
    if (replaces === null || rights.types === null) return;
    const document = await this.#parts.records.get(replaces);
    if (document !== null && reaches(rights, document)) return;
    const problem = 'it names no document of the same record';
    throw new StrongroomError('invalid_input', { field: 'replaces', problem });
  }

  #draft(caller: Caller, draft: NewDocument, found: Sniffed): Draft {
    const { store, keyTemplate, uploadDeadAfter } = this.#parts;
    const createdAt = new Date();
    const id = uuidv7(createdAt);
    return {
      id,
      recordId: draft.recordId,
      type: draft.type,
      filename: cleanFilename(draft.filename, found.ext),
      contentType: found.contentType,
      state: 'receiving',
      storage: {
        store: store.kind,
        bucket: store.bucket,
        key: makeKey(keyTemplate, {
          recordId: draft.recordId,
          type: draft.type,
          id,
          ext: found.ext,
          createdAt,
        }),
        versionId: null,
        storageClass: store.describe().storageClass,
      },
      metadata: draft.metadata,
      replaces: draft.replaces,
      createdAt,
      createdBy: caller.actor,
      dueIn: uploadDeadAfter,
    };
  }

  async #store(
    caller: Caller,
    document: Document,
    bytes: Buffer | Readable,
    body: IncomingBody,
    limit: number,
    signal: AbortSignal,
  ): Promise<Document> {
    try {
      const { stored, measured } = await this.#put(document, bytes, body, limit, signal);
      if (measured.size === 0) throw new StrongroomError('empty_body', {});
      return await this.#settle(caller, document, stored, measured);
    } catch (failure) {
      const error = told(failure, signal);
      await this.#abandon(caller, document, error);
      throw error;
    }
  }

  async #put(
    document: Document,
    bytes: Buffer | Readable,
    body: IncomingBody,
    limit: number,
    signal: AbortSignal,
  ): Promise<{ stored: Stored; measured: Measured }> {
    const { store, deployment } = this.#parts;
    const { id, recordId, type, filename, contentType, storage } = document;
    const description = {
      version: 1 as const,
      deployment: deployment(),
      id,
      recordId,
      type,
      filename,
      createdAt: document.createdAt.toISOString(),
    };
    if (Buffer.isBuffer(bytes)) {
      if (bytes.length > limit) throw new StrongroomError('too_large', { limit, received: bytes.length });
      const measured = measureBuffer(bytes);
      const { size, sha256 } = measured;
      const stored = await store.put(storage.key, bytes, {
        size,
        sha256,
        contentType,
        description: { ...description, sha256 },
        signal,
      });
      return { stored, measured };
    }
    const measuring = measure(bytes, { limit });
    const stored = await store.put(storage.key, measuring.body, {
      ...(body.size === null ? { atMost: Math.min(limit, body.declared ?? limit) } : { size: body.size }),
      ...(body.size === null && body.atLeast !== null ? { atLeast: body.atLeast } : {}),
      contentType,
      description,
      signal,
    });
    return { stored, measured: measuring.result() };
  }

  /** The bytes are stored; only now does the document become readable. A lost answer of the records is looked up, not guessed. */
  async #settle(caller: Caller, document: Document, stored: Stored, measured: Measured): Promise<Document> {
    const { records, store } = this.#parts;
    for (let attempt = 0; ; attempt++) {
      try {
        return await records.transition(
          document.id,
          ['receiving'],
          'available',
          {
            size: measured.size,
            sha256: measured.sha256,
            versionId: stored.versionId,
            // Named once more: from now on it is found by its name, which an upload that failed never is.
            filename: document.filename,
            dueIn: null,
          },
          {
            action: 'document.available',
            actor: caller.actor,
            requestId: caller.requestId,
            at: new Date(),
            details: { size: measured.size, sha256: measured.sha256 },
          },
        );
      } catch (error) {
        const pause = settlePauses[attempt];
        if (hasCode(error, 'records_unavailable') && pause !== undefined) {
          await new Promise((resolve) => setTimeout(resolve, pause));
          continue;
        }
        if (!hasCode(error, 'state_conflict') && !hasCode(error, 'document_missing')) throw error;
        const now = await records.get(document.id);
        if (now?.sha256 === measured.sha256) return now;
        // Given up meanwhile: whoever did so looked for its bytes already, perhaps before they were there.
        if (now === null || now.state === 'abandoned') await store.remove(document.storage.key);
        throw error;
      }
    }
  }

  /** Best effort: what can't be written now is found by the chore, for want of a heartbeat. */
  async #abandon(caller: Caller, document: Document, error: unknown): Promise<void> {
    const { records, log } = this.#parts;
    try {
      await abandon(records, document.id, caller, error instanceof StrongroomError ? error.code : 'internal');
    } catch (failure) {
      if (!hasCode(failure, 'state_conflict') && !hasCode(failure, 'document_missing')) {
        log.warn(
          { error: failure, document: document.id },
          'a failed upload could not be marked; a chore settles it',
        );
      }
    }
  }
}

/** Why the upload was ended, where all that the store saw is that it was. */
function told(failure: unknown, { reason }: AbortSignal): unknown {
  return hasCode(failure, 'aborted') && reason instanceof StrongroomError ? reason : failure;
}

function idempotency(caller: Caller, draft: NewDocument, body: IncomingBody): Idempotency | undefined {
  if (draft.idempotencyKey === null) return undefined;
  const told = [draft.recordId, draft.type, draft.filename, body.declared, draft.contentDigest];
  return {
    scope: scopeOf(caller),
    key: draft.idempotencyKey,
    fingerprint: createHash('sha256').update(JSON.stringify(told)).digest('hex'),
    keptFor: idempotencyKeptFor,
  };
}

/** A client that fetched another grant for the same record tries again as the same caller. */
function scopeOf({ actor, key, rights }: Caller): string {
  return actor.kind === 'grant' ? `grant:${key}:${rights.recordId}` : `${actor.kind}:${actor.id}`;
}

/** How many documents the caller may bring in all, where that is counted. */
function allowance({ actor, rights }: Caller): Allowance | undefined {
  if (actor.kind !== 'grant' || rights.maxFiles === null) return undefined;
  const left = (rights.expiresAt?.getTime() ?? 0) - Date.now();
  return { grant: actor.id, files: rights.maxFiles, keptFor: Math.max(0, left) + countedLonger };
}

/** Reads a body to its end, so that the client hears the answer. */
async function drained(bytes: Buffer | Readable): Promise<void> {
  if (Buffer.isBuffer(bytes)) return;
  bytes.resume();
  await finished(bytes);
}
