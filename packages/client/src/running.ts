import type { Document } from './answers.ts';
import { aborted, StrongroomError } from './error.ts';
import type { RunningUpload } from './running-upload.ts';
import type { Course } from './transports/job.ts';
import type { Transport, UploadOptions, UploadState } from './upload-options.ts';

/** What a user may do to an upload, and what becomes of it. */
export class Running implements RunningUpload, Course {
  readonly done: Promise<Document>;
  readonly #options: Pick<UploadOptions, 'signal' | 'onState' | 'onContinued'>;
  readonly #cancel = new AbortController();
  #stretch = new AbortController();
  #state: UploadState = 'sending';
  #transport: Transport | null = null;
  #goOn: (() => void) | null = null;
  #gate: Promise<void> = Promise.resolve();

  constructor(
    options: Pick<UploadOptions, 'signal' | 'onState' | 'onContinued'>,
    work: (running: Running) => Promise<Document>,
  ) {
    this.#options = options;
    this.done = this.#run(work);
    this.done.catch(() => {});
  }

  get state(): UploadState {
    return this.#state;
  }

  get transport(): Transport | null {
    return this.#transport;
  }

  get pausable(): boolean {
    return this.#resumable && (this.#state === 'paused' || this.#goesOn);
  }

  get cancelled(): AbortSignal {
    return this.#cancel.signal;
  }

  get signal(): AbortSignal {
    return this.#stretch.signal;
  }

  pause(): void {
    if (this.#state === 'paused' || !this.pausable) return;
    this.#gate = new Promise((resolve) => {
      this.#goOn = resolve;
    });
    this.#become('paused');
    this.#stretch.abort(new Error('paused'));
  }

  resume(): void {
    if (this.#state === 'waiting' && this.#resumable) this.#stretch.abort(new Error('tried at once'));
    else if (this.#state !== 'paused') return;
    this.#stretch = new AbortController();
    this.#become('sending');
    this.#goOn?.();
  }

  cancel(): void {
    this.#end(new Error('cancelled'));
  }

  resumed(): Promise<void> {
    return this.#gate;
  }

  continued(from: number): void {
    if (from > 0) this.#options.onContinued?.(from);
  }

  goesBy(transport: Transport): void {
    if (this.#transport === transport) return;
    this.#transport = transport;
    this.#options.onState?.(this.#state);
  }

  /** Every byte has left. */
  finishing(): void {
    if (this.#state === 'sending') this.#become('finishing');
  }

  readonly waits = (error: StrongroomError | null): void => {
    if (error !== null && this.#goesOn) this.#become('waiting', error);
    if (error === null && this.#state === 'waiting') this.#become('sending');
  };

  inspecting(): void {
    if (this.#goesOn) this.#become('inspecting');
  }

  get #goesOn(): boolean {
    return ['sending', 'waiting', 'finishing', 'inspecting'].includes(this.#state);
  }

  get #resumable(): boolean {
    return this.#transport !== null && this.#transport !== 'plain';
  }

  async #run(work: (running: Running) => Promise<Document>): Promise<Document> {
    const { signal } = this.#options;
    const end = () => this.#end(signal?.reason);
    signal?.addEventListener('abort', end, { once: true });
    try {
      // Whoever began it has it in hand before anything is told.
      await null;
      if (signal?.aborted) end();
      if (this.cancelled.aborted) throw aborted(this.cancelled);
      const document = await work(this);
      this.#become('done');
      return document;
    } catch (error) {
      const given = error instanceof StrongroomError && error.code === 'aborted' && this.cancelled.aborted;
      this.#become(given ? 'cancelled' : 'failed');
      throw error;
    } finally {
      signal?.removeEventListener('abort', end);
    }
  }

  #end(reason: unknown): void {
    if (['done', 'failed', 'cancelled'].includes(this.#state)) return;
    this.#become('cancelled');
    this.#cancel.abort(reason);
    this.#stretch.abort(reason);
    this.#goOn?.();
  }

  #become(state: UploadState, error?: StrongroomError): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState?.(state, error);
  }
}
