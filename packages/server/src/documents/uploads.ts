import { StrongroomError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { DocumentRecords } from '../records/document-records.ts';

/** Milliseconds. */
export interface UploadTimes {
  /** Without a heartbeat for this long, an upload counts as dead. */
  readonly deadAfter: number;
  /**
   * An upload whose heartbeats have not arrived for this long is ended here. Must pass before the last look at what a
   * dead upload left, or else its bytes could come when its record is forgotten.
   */
  readonly endAfter: number;
}

interface Running {
  readonly controller: AbortController;
  /** Milliseconds by which a heartbeat moves its due time on. */
  readonly lives: number;
}

/**
 * The uploads that run in this process. One timer says for all of them that they live, so that no other process
 * settles them as dead; one that was settled all the same is told at once.
 */
export class Uploads {
  readonly #records: Pick<DocumentRecords, 'heartbeat'>;
  readonly #times: UploadTimes;
  readonly #log: Log;
  readonly #running = new Map<string, Running>();
  #timer: NodeJS.Timeout | null = null;
  #heardAt = 0;
  #quiet: (() => void)[] = [];

  constructor(records: Pick<DocumentRecords, 'heartbeat'>, times: UploadTimes, log: Log) {
    this.#records = records;
    this.#times = times;
    this.#log = log;
  }

  get running(): number {
    return this.#running.size;
  }

  /**
   * Runs `work` with a heartbeat on the record `id`. Its signal fires with `signal`, or as one of the calls below says.
   * @param lives milliseconds that the upload lives after a heartbeat, where it may be silent for longer than others
   */
  async run<T>(
    id: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<T>,
    lives = this.#times.deadAfter,
  ): Promise<T> {
    const controller = new AbortController();
    const pass = () => controller.abort(signal.reason);
    if (signal.aborted) pass();
    else signal.addEventListener('abort', pass, { once: true });
    if (this.#running.size === 0) this.#heardAt = performance.now();
    this.#running.set(id, { controller, lives });
    this.#timer ??= setInterval(() => void this.#tick(), this.#times.deadAfter / 4).unref();
    try {
      return await work(controller.signal);
    } finally {
      signal.removeEventListener('abort', pass);
      this.#running.delete(id);
      if (this.#running.size === 0) this.#rest();
    }
  }

  /** Ends the upload of this record with `state_conflict` if it runs here: its document was abandoned. */
  giveUp(id: string): void {
    this.#end(id, new StrongroomError('state_conflict', { id, state: 'abandoned', wanted: 'available' }));
  }

  /** Ends all of them with `aborted`. */
  endAll(reason: string): void {
    for (const id of this.#running.keys()) this.#end(id, new StrongroomError('aborted', { reason }));
  }

  /** Says now that all of them live; whose document was abandoned meanwhile is ended. Raises `records_unavailable`. */
  async beat(): Promise<void> {
    const running = Map.groupBy(this.#running, ([, { lives }]) => lives);
    const at = performance.now();
    for (const [lives, uploads] of running) {
      const ids = uploads.map(([id]) => id);
      const alive = await this.#records.heartbeat(ids, lives);
      for (const id of ids) if (!alive.has(id)) this.giveUp(id);
    }
    this.#heardAt = at;
  }

  /** Resolves when no upload runs. */
  async settled(): Promise<void> {
    if (this.#running.size > 0) await new Promise<void>((resolve) => this.#quiet.push(resolve));
  }

  #end(id: string, error: StrongroomError): void {
    this.#running.get(id)?.controller.abort(error);
  }

  #rest(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    for (const resolve of this.#quiet.splice(0)) resolve();
  }

  async #tick(): Promise<void> {
    try {
      await this.beat();
    } catch (error) {
      this.#log.warn(
        { error, uploads: this.#running.size },
        'heartbeat of running uploads failed; it is tried again',
      );
      if (performance.now() - this.#heardAt < this.#times.endAfter) return;
      for (const id of this.#running.keys()) {
        this.#end(id, new StrongroomError('records_unavailable', {}, { cause: error }));
      }
    }
  }
}
