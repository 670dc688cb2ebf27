import { fileUnreadable } from '../error.ts';
import type { ResumableJob } from '../transports/job.ts';
import { Hash } from './hash.ts';
import type { UploadPlace } from './upload-places.ts';

/** Reads a file from its beginning on, each byte once. */
export class PrefixReader {
  readonly #part: ResumableJob['part'];
  readonly #hash = new Hash();
  #bytes = 0;

  constructor(part: ResumableJob['part']) {
    this.#part = part;
  }

  /** @param bytes no fewer than the last time. Raises `file_unreadable`. */
  async upTo(bytes: number): Promise<UploadPlace['prefix']> {
    try {
      for await (const chunk of this.#part(this.#bytes, bytes).chunks()) this.#hash.add(chunk);
    } catch (cause) {
      throw fileUnreadable(cause);
    }
    this.#bytes = bytes;
    return { bytes, hash: this.#hash.digest() };
  }
}
