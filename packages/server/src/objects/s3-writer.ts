import type { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';
import { BodyReader } from './body-reader.ts';
import type { BufferBudget, Reservation } from './buffer-budget.ts';
import type { Stored } from './object-store.ts';
import type { S3Client } from './s3-client.ts';
import { MultipartUpload } from './s3-multipart.ts';
import { bufferedPart, type Limits, straightParts } from './s3-parts.ts';
import { signedUpTo } from './s3-payload.ts';
import { placeParts, putObject, type Target } from './s3-placing.ts';

/** A tail waits for its memory without an end: nearly all of its body is stored already. */
const forever = Number.POSITIVE_INFINITY;

/** Writes objects: decides between one PutObject and several parts, what is buffered, and who was first at a key. */
export class S3Writer {
  readonly #client: S3Client;
  readonly #budget: BufferBudget;
  readonly #limits: Limits;

  constructor(client: S3Client, budget: BufferBudget, limits: Limits) {
    this.#client = client;
    this.#budget = budget;
    this.#limits = limits;
  }

  /** Stores a body that is in memory already. */
  async buffer(target: Target, body: Buffer): Promise<Stored> {
    const declared = target.options.size ?? body.length;
    if (declared !== body.length) {
      throw new StrongroomError('length_mismatch', { declared, received: body.length });
    }
    return putObject(this.#client, target, body);
  }

  /** Stores a stream, which is read to its end, or destroyed. */
  async stream(target: Target, body: Readable): Promise<Stored> {
    const { signal } = target.options;
    const reader = new BodyReader(body);
    const leave = () =>
      reader.destroy(
        new StrongroomError('aborted', { reason: 'The upload was ended.' }, { cause: signal?.reason }),
      );
    if (signal?.aborted) leave();
    signal?.addEventListener('abort', leave, { once: true });
    try {
      return await this.#choose(target, reader);
    } catch (error) {
      reader.destroy();
      throw reader.failure ? reader.failure.error : error;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  async #choose(target: Target, reader: BodyReader): Promise<Stored> {
    const { size, atLeast } = target.options;
    if (size === undefined) {
      if (atLeast !== undefined && atLeast >= this.#limits.smallestPart) {
        return this.#knownButTail(target, reader, atLeast);
      }
      return this.#unknown(target, reader);
    }
    if (size > this.#limits.single) return this.#large(target, reader, size);
    const reservation = size <= signedUpTo ? this.#budget.reserveNow(size) : null;
    if (reservation) return this.#small(target, reader, reservation);
    // Also a small body, where its buffer would have to wait for slow senders: better without a digest in front.
    const body = { length: size, chunks: reader.exactly(size, size, true) };
    return putObject(this.#client, target, body, reader);
  }

  async #small(target: Target, reader: BodyReader, reservation: Reservation): Promise<Stored> {
    const { bytes } = reservation;
    try {
      const buffer = reservation.buffer();
      const filled = await reader.fill(buffer);
      if (filled < bytes) throw new StrongroomError('length_mismatch', { declared: bytes, received: filled });
      await reader.end(bytes);
      return await putObject(this.#client, target, buffer);
    } finally {
      reservation.release();
    }
  }

  /** Larger than one PutObject may be: parts of known length, straight through. */
  async #large(target: Target, reader: BodyReader, size: number): Promise<Stored> {
    return this.#inParts(target, async (upload) => {
      await this.#straight(upload, reader, size);
      await reader.end(size);
    });
  }

  /** All but the tail goes straight through; the tail is buffered as the last part. */
  async #knownButTail(target: Target, reader: BodyReader, atLeast: number): Promise<Stored> {
    return this.#inParts(target, async (upload) => {
      await this.#straight(upload, reader, atLeast);
      const { atMost = Number.POSITIVE_INFINITY } = target.options;
      if (await reader.ended()) return;
      const most = Math.min(this.#limits.tail, Math.max(atMost - atLeast, 1));
      await this.#holding(target, most, forever, async (reservation) => {
        const buffer = reservation.buffer();
        const filled = await reader.fill(buffer);
        await reader.end(atLeast + most);
        await upload.part(buffer.subarray(0, filled));
      });
    });
  }

  async #straight(upload: MultipartUpload, reader: BodyReader, bytes: number): Promise<void> {
    for (const length of straightParts(bytes, this.#limits)) {
      await upload.part({ length, chunks: reader.exactly(length, bytes, false) });
    }
  }

  /** The body fits into one part's memory, or is sent in equal parts through it, shared with whoever waits in between. */
  async #unknown(target: Target, reader: BodyReader): Promise<Stored> {
    const { atLeast = 0, atMost } = target.options;
    const part = bufferedPart(atMost, this.#limits);
    const most = Math.min(part, atMost ?? part);
    return this.#holding(target, most, undefined, async (reservation) => {
      const buffer = reservation.buffer();
      const filled = await reader.fill(buffer);
      if (filled < atLeast)
        throw new StrongroomError('length_mismatch', { declared: atLeast, received: filled });
      if (filled < most || (await reader.ended())) {
        return putObject(this.#client, target, buffer.subarray(0, filled));
      }
      if (most === atMost) throw new StrongroomError('too_large', { limit: most, received: reader.received });
      return this.#inParts(target, async (upload) => {
        await upload.part(buffer);
        while (!(await reader.ended())) {
          await reservation.share(target.options.signal);
          const next = reservation.buffer();
          await upload.part(next.subarray(0, await reader.fill(next)));
        }
      });
    });
  }

  async #holding<T>(
    { options }: Target,
    bytes: number,
    patience: number | undefined,
    work: (reservation: Reservation) => Promise<T>,
  ): Promise<T> {
    const reservation = await this.#budget.reserve(bytes, options.signal, patience);
    try {
      return await work(reservation);
    } finally {
      reservation.release();
    }
  }

  async #inParts(target: Target, send: (upload: MultipartUpload) => Promise<void>): Promise<Stored> {
    const { key, headers, options } = target;
    const upload = await MultipartUpload.begin(this.#client, key, headers, options.signal);
    try {
      await send(upload);
      return await placeParts(this.#client, target, upload.sent, (condition) => upload.complete(condition));
    } finally {
      await upload.end();
    }
  }
}
