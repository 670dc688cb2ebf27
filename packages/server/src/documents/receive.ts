import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { hasCode, StrongroomError } from '../errors.ts';
import { headOf, readHead } from '../inspection/head.ts';
import { type Measured, measure, measureBuffer } from '../inspection/measure.ts';
import type { Log } from '../log.ts';
import type { Stored } from '../objects/object-store.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import { abandonAfter } from './abandon.ts';
import { type AdmissionParts, admit, recognized } from './admission.ts';
import type { Document } from './document.ts';
import type { IncomingBody, NewDocument } from './documents-port.ts';
import {
  allowanceOf,
  type DraftingParts,
  draftOf,
  idempotencyOf,
  received,
  selfDescription,
} from './drafting.ts';
import type { Caller } from './permissions.ts';
import { settled } from './settling.ts';
import type { Uploads } from './uploads.ts';

export interface ReceivingParts extends AdmissionParts, DraftingParts {
  readonly records: DocumentRecords;
  readonly uploads: Uploads;
  readonly uploadDeadAfter: number;
  readonly log: Log;
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
    const { records, uploads, uploadDeadAfter } = this.#parts;
    const { type, limit } = await admit(this.#parts, caller, draft, body);
    const { head, body: bytes } = await (body.whole
      ? headOf(body.whole())
      : readHead(body.open(), body.size));
    if (head.length === 0) throw new StrongroomError('empty_body', {});
    const found = await recognized(head, draft, type);
    const { document, created } = await records.create(
      draftOf(this.#parts, caller, draft, found, uploadDeadAfter),
      received(caller, found),
      idempotencyOf(caller, draft, body.declared),
      allowanceOf(caller),
    );
    if (!created) {
      await drained(bytes);
      return { document, replayed: true };
    }
    return {
      document: await uploads.run(document.id, signal, (s) =>
        this.#store(caller, document, bytes, body, limit, s),
      ),
      replayed: false,
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
      await abandonAfter(error, this.#parts, document.id, caller);
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
    const { store } = this.#parts;
    const { contentType, storage } = document;
    if (Buffer.isBuffer(bytes)) {
      if (bytes.length > limit) throw new StrongroomError('too_large', { limit, received: bytes.length });
      const measured = measureBuffer(bytes);
      const { size, sha256 } = measured;
      const stored = await store.put(storage.key, bytes, {
        size,
        sha256,
        contentType,
        description: selfDescription(this.#parts, document, sha256),
        signal,
      });
      return { stored, measured };
    }
    const measuring = measure(bytes, { limit });
    const stored = await store.put(storage.key, measuring.body, {
      ...(body.size === null ? { atMost: Math.min(limit, body.declared ?? limit) } : { size: body.size }),
      ...(body.size === null && body.atLeast !== null ? { atLeast: body.atLeast } : {}),
      contentType,
      description: selfDescription(this.#parts, document),
      signal,
    });
    return { stored, measured: measuring.result() };
  }

  /** The bytes are stored; only now does the document become readable. */
  #settle(caller: Caller, document: Document, { versionId }: Stored, measured: Measured): Promise<Document> {
    const { records } = this.#parts;
    const { filename } = document;
    const { actor, requestId } = caller;
    const details = { size: measured.size, sha256: measured.sha256 };
    const happened = { action: 'document.available', actor, requestId, at: new Date(), details } as const;
    // Named once more: from now on it is found by its name, which an upload that failed never is.
    const changes = { ...details, versionId, filename, dueIn: null };
    return settled(this.#parts, document, {
      write: () => records.transition(document.id, ['receiving'], 'available', changes, happened),
      isWritten: ({ sha256 }) => sha256 === measured.sha256,
    });
  }
}

/** Why the upload was ended, where all that the store saw is that it was. */
function told(failure: unknown, { reason }: AbortSignal): unknown {
  return hasCode(failure, 'aborted') && reason instanceof StrongroomError ? reason : failure;
}

/** Reads a body to its end, so that the client hears the answer. */
async function drained(bytes: Buffer | Readable): Promise<void> {
  if (Buffer.isBuffer(bytes)) return;
  bytes.resume();
  await finished(bytes);
}
