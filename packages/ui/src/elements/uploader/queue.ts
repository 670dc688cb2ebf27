import type { Document } from '@strongroom/client';
import type { Upload } from './upload.ts';

/** What the queue is for: sending one file, and hearing what becomes of each. */
export interface QueueOwner {
  send(upload: Upload, signal: AbortSignal): Promise<Document>;
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

  /** Whether bytes are moving or about to. */
  get active(): boolean {
    return this.uploads.some((upload) => upload.active);
  }

  /** Puts an upload in line; it begins at once when there is room. */
  start(upload: Upload): void {
    upload.begin();
    upload.stage = 'waiting';
    this.#owner.changed(upload);
    this.#next();
  }

  /** Once every byte has gone there is nothing to cancel: the document may be stored already. */
  cancel(upload: Upload): void {
    if (upload.stage === 'waiting') this.#become(upload, 'cancelled');
    if (upload.stage === 'sending') upload.ending?.abort();
  }

  /** Takes an upload that is not active off the list. */
  remove(upload: Upload): void {
    const index = this.uploads.indexOf(upload);
    if (index >= 0 && !upload.active) this.uploads.splice(index, 1);
  }

  #next(): void {
    const running = this.uploads.filter(({ stage }) => stage === 'sending' || stage === 'finishing').length;
    const waiting = this.uploads.filter(({ stage }) => stage === 'waiting');
    for (const upload of waiting.slice(0, Math.max(0, this.parallel - running))) void this.#run(upload);
  }

  async #run(upload: Upload): Promise<void> {
    const ending = new AbortController();
    upload.ending = ending;
    this.#become(upload, 'sending');
    try {
      upload.document = await this.#owner.send(upload, ending.signal);
      this.#become(upload, 'done');
    } catch (error) {
      upload.error = error;
      this.#become(upload, ending.signal.aborted ? 'cancelled' : 'failed');
    }
    upload.ending = null;
    this.#next();
  }

  #become(upload: Upload, stage: Upload['stage']): void {
    upload.stage = stage;
    this.#owner.changed(upload);
  }
}
