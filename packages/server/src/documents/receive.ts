import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { hasCode, StrongroomError } from '../errors.ts';
import { headOf, readHead } from '../inspection/head.ts';
import { measure, measureBuffer } from '../inspection/measure.ts';
import type { Log } from '../log.ts';
import type { Stored } from '../objects/object-store.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import { abandon } from './abandon.ts';
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
import type { Uploads } from './uploads.ts';

/** Pauses before the last step of an upload is tried again, in milliseconds: its bytes are stored, only the state is missing. */
const settlePauses = [200, 1_000, 3_000];

export interface ReceivingParts extends AdmissionParts, DraftingParts {
  readonly records: DocumentRecords;
  readonly uploads: Uploads;
  readonly uploadDeadAfter: number;
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

/** Reads a body to its end, so that the client hears the answer. */
async function drained(bytes: Buffer | Readable): Promise<void> {
  if (Buffer.isBuffer(bytes)) return;
  bytes.resume();
  await finished(bytes);
}
