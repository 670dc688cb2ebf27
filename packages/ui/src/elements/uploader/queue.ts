import type { Document, RunningUpload } from '@strongroom/client';
import type { Upload } from './upload.ts';

/** What the queue is for: sending one file, and hearing what becomes of each. */
export interface QueueOwner {
  /** Begins to send; its promise is for the document. */
  send(upload: Upload, signal: AbortSignal): Promise<RunningUpload>;
  /** Stage or progress of an upload is another. */
  changed(upload: Upload): void;
}

/** Files on their way, at most so many at once, in the order in which they were added. */
export class UploadQueue {
  readonly #owner: QueueOwner;
  readonly uploads: Upload[] = [];
  parallel = 3;

  constructor(owner: QueueOwner) {
    this.#owner = owner;
  }

  /** Puts an upload in line; it begins at once when there is room. */
  start(upload: Upload): void {
    upload.begin();
    this.#become(upload, 'waiting');
    this.#next();
  }

  /** Once every byte has gone there is nothing to cancel: the document may be stored already. */
  cancel(upload: Upload): void {
    if (upload.stage === 'finishing' || upload.stage === 'checking') return;
    if (upload.ending) upload.ending.abort();
    else if (upload.stage === 'waiting') this.#become(upload, 'cancelled');
  }

  /** Stops one that can go on later; the next in line takes its place. */
  pause(upload: Upload): void {
    if (!upload.pausable) return;
    upload.running?.pause();
    this.#become(upload, 'paused');
    this.#next();
  }

  /** Puts one that was paused in line again. */
  resume(upload: Upload): void {
    if (upload.stage !== 'paused') return;
    this.#become(upload, 'waiting');
    this.#next();
  }

  /** Takes an upload that is not active off the list. */
  remove(upload: Upload): void {
    const index = this.uploads.indexOf(upload);
    if (index >= 0 && !upload.active) this.uploads.splice(index, 1);
  }

  #next(): void {
    const running = this.uploads.filter(({ moving }) => moving).length;
    const waiting = this.uploads.filter(({ stage }) => stage === 'waiting');
    for (const upload of waiting.slice(0, Math.max(0, this.parallel - running))) this.#begin(upload);
  }

  #begin(upload: Upload): void {
    if (upload.running === null) return void this.#run(upload);
    this.#become(upload, 'sending');
    upload.running.resume();
  }

  async #run(upload: Upload): Promise<void> {
    const ending = new AbortController();
    upload.ending = ending;
    this.#become(upload, 'sending');
    try {
      upload.document = await this.#sent(upload, ending.signal);
      this.#become(upload, 'done');
    } catch (error) {
      upload.error = error;
      this.#become(upload, ending.signal.aborted ? 'cancelled' : 'failed');
    }
    this.#next();
  }

  async #sent(upload: Upload, signal: AbortSignal): Promise<Document> {
    try {
      upload.running = await this.#owner.send(upload, signal);
      return await upload.running.done;
    } finally {
      upload.running = null;
      upload.ending = null;
    }
  }

  #become(upload: Upload, stage: Upload['stage']): void {
    upload.stage = stage;
    this.#owner.changed(upload);
  }
}
