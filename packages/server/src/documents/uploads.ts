import { StrongroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DocumentRecords } from '../records/document-records.ts';

/**
 * The uploads that run in this process. One timer says for all of them that they live, so that no other process
 * settles them as dead; one that was settled all the same is told at once.
 */
export class Uploads {
  readonly #records: Pick<DocumentRecords, 'heartbeat'>;
  readonly #deadAfter: number;
  readonly #log: Log;
  readonly #running = new Map<string, AbortController>();
  #timer: NodeJS.Timeout | null = null;
  #quiet: (() => void)[] = [];

  /** @param deadAfter milliseconds without a heartbeat after which an upload counts as dead */
  constructor(records: Pick<DocumentRecords, 'heartbeat'>, deadAfter: number, log: Log) {
    this.#records = records;
    this.#deadAfter = deadAfter;
    this.#log = log;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Runs `work` with a heartbeat on the record `id`. Its signal fires with `signal`, `end` or a lost race. */
  async run<T>(id: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const pass = () => controller.abort(signal.reason);
    if (signal.aborted) pass();
    else signal.addEventListener('abort', pass, { once: true });
    this.#running.set(id, controller);
    this.#timer ??= setInterval(() => void this.#beat(), this.#deadAfter / 4).unref();
    try {
      return await work(controller.signal);
    } finally {
      signal.removeEventListener('abort', pass);
      this.#running.delete(id);
      if (this.#running.size === 0) this.#rest();
    }
  }

  /** Ends the upload of this record if it runs here: its document was abandoned by somebody's wish. */
  end(id: string, reason: string): void {
    this.#running.get(id)?.abort(new StrongroomError('aborted', { reason }));
  }

  /** Ends all of them. */
  endAll(reason: string): void {
    for (const id of this.#running.keys()) this.end(id, reason);
  }

  /** Resolves when no upload runs. */
  async settled(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve));
  }

  #rest(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    for (const resolve of this.#quiet.splice(0)) resolve();
  }

  async #beat(): Promise<void> {
    const ids = [...this.#running.keys()];
    if (ids.length === 0) return;
    try {
      const alive = await this.#records.heartbeat(ids, this.#deadAfter);
      for (const id of ids) if (!alive.has(id)) this.end(id, 'the upload was given up as dead');
    } catch (error) {
      this.#log.warn(
        { error, uploads: ids.length },
        'heartbeat of running uploads failed; it is tried again',
      );
    }
  }
}
