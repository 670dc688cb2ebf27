import { setTimeout } from 'node:timers/promises';
import { hasCode, StrongroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import { abandon } from './abandon.ts';
import type { Document } from './document.ts';
import { readBack } from './read-back.ts';
import { persistently } from './settling.ts';

export interface VerifyingParts {
  readonly records: DocumentRecords;
  readonly store: Pick<ObjectStore, 'open'>;
  /** Whether the store is the one that belongs to the records: on a folder that is not mounted every object is missing. */
  readonly isOurStore: () => Promise<boolean>;
  readonly log: Log;
}

/** How long a document in `inspecting` belongs to the process that reads it back, in milliseconds; afterwards it comes due. */
export const verifyingLease = 60_000;

/** How many are read at once: one alone keeps a processor busy, two hide each other's waiting. */
const sideBySide = 2;

/** Of those that came due, so many are taken ahead: the rest is for other processes. */
const takenAhead = 16;

/** How many may wait here in all. What is more comes due, and is taken up by whichever process has room. */
const mostWaiting = 1_000;

/** How often the records are asked about a document that another process reads, in milliseconds. */
const askedEvery = 500;

/** The longest pause after which a document that keeps failing is tried again, in milliseconds. */
const longestPause = 3_600_000;

const verifier = { actor: { kind: 'chore', id: 'verify-stored' }, requestId: null } as const;

interface Job extends Pick<Document, 'id' | 'size'> {
  readonly key: string;
  /** When the document came into its state, epoch milliseconds. */
  readonly since: number;
  readonly over: PromiseWithResolvers<void>;
}

/**
 * Reads back what nobody here saw in order: documents in `inspecting`, whose bytes are stored and whose digest nobody knows yet.
 * With it they become `available`; one whose bytes are missing, or are more or fewer than its record says, `abandoned`.
 *
 * The row is leased by its due time, which moves on for as long as it waits or runs here. Should this process die, it comes
 * due, and the chore of any process takes it up.
 */
export class Verifying {
  readonly #parts: VerifyingParts;
  readonly #stopping = new AbortController();
  /** All that wait or run here, by id. */
  readonly #jobs = new Map<string, Job>();
  readonly #waiting: Job[] = [];
  #running = 0;
  #moreAreDue = false;
  #timer: NodeJS.Timeout | null = null;
  #quiet: (() => void)[] = [];

  constructor(parts: VerifyingParts) {
    this.#parts = parts;
  }

  /** How many are being read now. */
  get running(): number {
    return this.#running;
  }

  /** Begins at once, or as soon as those before it are through. Its row is leased to this process by `verifyingLease`. */
  begin({ id, size, storage, updatedAt }: Document): void {
    if (this.#stopping.signal.aborted || this.#jobs.has(id) || this.#jobs.size >= mostWaiting) return;
    const over = Promise.withResolvers<void>();
    const job = { id, size, key: storage.key, since: updatedAt.getTime(), over };
    this.#jobs.set(id, job);
    this.#waiting.push(job);
    this.#timer ??= setInterval(() => void this.#keep(), verifyingLease / 4).unref();
    this.#next();
  }

  /**
   * Takes up documents that have come due, as many as there is room for, and more whenever those are through; answers how many.
   * Raises `records_unavailable`.
   */
  async takeUp(): Promise<number> {
    const room = takenAhead - this.#jobs.size;
    if (room <= 0 || this.#stopping.signal.aborted) return 0;
    const rows = await this.#parts.records.claim(['inspecting'], { limit: room, lease: verifyingLease });
    this.#moreAreDue = rows.length === room;
    for (const { document } of rows) this.begin(document);
    return rows.length;
  }

  /**
   * The document once it is in `inspecting` no more, whichever process sees to it; or as it is after `within` milliseconds.
   * Raises `document_missing`, `records_unavailable`.
   */
  async settled(id: string, within: number): Promise<Document> {
    const until = performance.now() + within;
    for (;;) {
      const document = await this.#parts.records.get(id);
      if (document === null) throw new StrongroomError('document_missing', { id });
      const left = until - performance.now();
      if (document.state !== 'inspecting' || left <= 0) return document;
      const here = this.#jobs.get(id);
      if (here) await overOrLate(here.over.promise, left);
      else await setTimeout(Math.min(left, askedEvery));
    }
  }

  /** Ends all of it. What was not through comes due when its lease runs out, and is taken up by whoever is there then. */
  async stop(): Promise<void> {
    this.#stopping.abort(new StrongroomError('aborted', { reason: 'the service stops' }));
    for (const job of this.#waiting.splice(0)) this.#end(job);
    if (this.#jobs.size > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve));
  }

  #next(): void {
    while (this.#running < sideBySide) {
      const job = this.#waiting.shift();
      if (job === undefined) break;
      this.#running++;
      void this.#verify(job).finally(() => {
        this.#running--;
        this.#end(job);
        this.#next();
      });
    }
    if (this.#jobs.size < sideBySide && this.#moreAreDue) this.#goOn();
  }

  /** What can't be had now is left to the chore. */
  #goOn(): void {
    this.#moreAreDue = false;
    this.takeUp().catch(() => {});
  }

  #end(job: Job): void {
    this.#jobs.delete(job.id);
    job.over.resolve();
    if (this.#jobs.size > 0) return;
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    for (const resolve of this.#quiet.splice(0)) resolve();
  }

  /** Says of all of them that somebody sees to them. Where that fails, another process may read one as well: twice does no harm. */
  async #keep(): Promise<void> {
    try {
      for (const id of this.#jobs.keys()) await this.#parts.records.postpone(id, verifyingLease);
    } catch (error) {
      this.#parts.log.warn({ error }, 'the lease on documents that are read back could not be kept');
    }
  }

  async #verify(job: Job): Promise<void> {
    const { store, log } = this.#parts;
    const { id, key, size } = job;
    const { signal } = this.#stopping;
    try {
      if (size === null) throw new Error(`document ${id} is inspecting without a size`);
      await this.#settle(id, { size, sha256: await readBack(store, { key, size }, signal) });
    } catch (error) {
      if (signal.aborted) return;
      const failure = await this.#giveUp(id, error).then(
        () => null,
        (failed: unknown) => failed,
      );
      if (failure === null || isMovedOn(failure)) return;
      this.#moreAreDue = false;
      log.warn({ error: failure, document: id }, 'a document could not be read back; it is tried again');
      await this.#backOff(job);
    }
  }

  async #settle(id: string, measured: { size: number; sha256: string }): Promise<void> {
    const happened = {
      action: 'document.available',
      ...verifier,
      at: new Date(),
      details: measured,
    } as const;
    const changes = { ...measured, dueIn: null };
    await persistently(
      () => this.#parts.records.transition(id, ['inspecting'], 'available', changes, happened),
      this.#stopping.signal,
    );
  }

  /** Abandons a document whose bytes are not what its record says. Raises what else kept it from being read. */
  async #giveUp(id: string, error: unknown): Promise<void> {
    const isMissing = hasCode(error, 'object_missing');
    if (!isMissing && !hasCode(error, 'length_mismatch')) throw error;
    if (isMissing && !(await this.#parts.isOurStore()))
      throw new StrongroomError('store_unavailable', {}, { cause: error });
    await abandon(this.#parts.records, id, verifier, error.code, 'inspecting');
  }

  /** It waits as long again as it has stood in its state, so that one which always fails costs less and less. */
  async #backOff({ id, since }: Job): Promise<void> {
    const pause = Math.min(Date.now() - since, longestPause);
    if (pause > verifyingLease) await this.#parts.records.postpone(id, pause).catch(() => {});
  }
}

/** Somebody deleted it, or was through with it before: that is their work done, not our failure. */
function isMovedOn(error: unknown): boolean {
  return hasCode(error, 'state_conflict') || hasCode(error, 'document_missing');
}

async function overOrLate(over: Promise<void>, ms: number): Promise<void> {
  const late = new AbortController();
  await Promise.race([over, setTimeout(ms, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
}
