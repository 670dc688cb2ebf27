import { Readable } from 'node:stream';
import type { S3Settings } from '../settings.ts';
import type { BufferBudget } from './buffer-budget.ts';
import type { PutOptions, Stored } from './object-store.ts';
import type { ResumableObjects, Unfinished } from './resumable-objects.ts';
import { type AppendParts, S3Append } from './s3-append.ts';
import type { Standing } from './s3-append-progress.ts';
import type { S3Bucket } from './s3-bucket.ts';
import type { S3Client } from './s3-client.ts';
import { inDomain, toDomain } from './s3-error.ts';
import { objectHeaders, scratchHeaders } from './s3-headers.ts';
import { bufferedPart, type Limits } from './s3-parts.ts';
import { Pieces, untouchedSince } from './s3-pieces.ts';

export interface S3ResumableParts {
  readonly client: S3Client;
  readonly contents: S3Bucket;
  readonly budget: BufferBudget;
  readonly limits: Limits;
  readonly settings: S3Settings;
  /** Of the store, with its slash; empty for none. */
  readonly prefix: string;
  /** What lies at the key (without the prefix): ours, nothing, or somebody else's (raises `object_exists`). */
  look(key: string, size: number, options: PutOptions): Promise<Stored | null>;
}

/**
 * Objects that come over several calls: parts of one multipart upload, and pieces, which are objects under
 * `.strongroom/uploads/{id}/` until there are enough of them for a part. The place is never read from S3's lists, which may lag:
 * whoever calls keeps it.
 */
export class S3Resumable implements ResumableObjects {
  readonly #limits: Limits;
  readonly #parts: AppendParts;

  constructor({ look, settings, limits, ...rest }: S3ResumableParts) {
    this.#limits = limits;
    const target: AppendParts['target'] = (unfinished, signal) => {
      if (unfinished.target === null) return null;
      const { key, ...options } = { ...unfinished.target, signal };
      return {
        key: rest.prefix + key,
        headers: objectHeaders(settings, options),
        options,
        look: (size) => look(key, size, options),
      };
    };
    this.#parts = { ...rest, headers: scratchHeaders(settings), target };
  }

  begin(atMost: number): Unfinished['state'] {
    const standing: Standing = {
      partSize: bufferedPart(atMost, this.#limits),
      upload: null,
      parts: 0,
      pieces: [],
    };
    return standing as unknown as Unfinished['state'];
  }

  async append(
    unfinished: Unfinished,
    body: Buffer | Readable,
    options: Parameters<ResumableObjects['append']>[2],
  ): ReturnType<ResumableObjects['append']> {
    const stream = body instanceof Readable ? body : Readable.from([body], { objectMode: false });
    return inDomain(() => new S3Append(this.#parts, unfinished, stream, options).run());
  }

  async head({ id, state }: Unfinished, atMost: number, signal: AbortSignal): Promise<Buffer> {
    const { pieces } = state as unknown as Standing;
    return inDomain(() => new Pieces(this.#parts, id).head(pieces, atMost, signal));
  }

  async clear(id: string, signal?: AbortSignal): Promise<void> {
    await inDomain(() => new Pieces(this.#parts, id).clear(signal));
  }

  async *unfinished(before: Date, signal?: AbortSignal): AsyncGenerator<string> {
    try {
      yield* untouchedSince(before, this.#parts, signal);
    } catch (error) {
      throw toDomain(error);
    }
  }
}
