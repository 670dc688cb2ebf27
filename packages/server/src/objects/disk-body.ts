import { writev } from 'node:fs';
import { finished, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { StrongroomError } from '../errors.ts';
import { aborted, throwIfAborted, unavailable } from './disk-errors.ts';
import type { PutOptions } from './object-store.ts';

/** Chunks are gathered to a batch of so many (IOV_MAX), or to its size, before they are written by one call. */
const batchChunks = 1024;
/**
 * The size of a batch, in bytes. Large ones save CPU: 128 KiB instead of 512 took a sixth to a half more for one upload.
 * Bodies that come at once share, down to one chunk of a socket each: docs/decisions/0009-small-documents-on-disk.md says what
 * that saves.
 */
const mostBytes = 512 * 1024;
const leastBytes = 64 * 1024;
const sharedBytes = 4 * 1024 * 1024;

type Limits = Pick<PutOptions, 'size' | 'atLeast' | 'signal'>;

/** Where a body goes, and how much of it. */
export interface IntakeOptions {
  /** The most bytes that the body may have. */
  readonly size?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Where the first byte goes; otherwise behind what was written before. */
  readonly from?: number;
  /** Called when more has been written, with the place where the next byte goes. */
  readonly written?: (to: number) => void;
  /** What had come before a failure is written all the same. */
  readonly salvage?: boolean;
}

/**
 * Writes the whole body to `fd` and gives its length in bytes. At most two batches are in memory.
 * Raises `length_mismatch`, `aborted`, `store_unavailable`, or the body's own error unchanged; the body is destroyed
 * then, and no write is under way any more.
 */
export async function writeBody(fd: number, body: Buffer | Readable, limits: Limits): Promise<number> {
  throwIfAborted(limits.signal);
  const { size, signal } = limits;
  const received = body instanceof Readable ? await new Intake(fd, body, { size, signal }).done : body.length;
  const declared = limits.size ?? Math.max(limits.atLeast ?? 0, received);
  if (limits.size === undefined ? received < declared : received !== declared)
    throw new StrongroomError('length_mismatch', { declared, received });
  if (!(body instanceof Readable)) await writeAll(fd, [body]);
  return received;
}

/** One body on its way to the disk. Listens to `data` rather than iterating: a promise per chunk shows in the CPU time. */
export class Intake {
  static #running = 0;
  /** The bytes of the body; what failed, once no write is under way any more. */
  readonly done: Promise<number>;
  readonly #fd: number;
  readonly #body: Readable;
  readonly #options: IntakeOptions;
  readonly #settle: PromiseWithResolvers<number>;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #received = 0;
  #at: number | undefined;
  #writing = false;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(fd: number, body: Readable, options: IntakeOptions) {
    this.#fd = fd;
    this.#body = body;
    this.#options = options;
    this.#at = options.from;
    this.#settle = Promise.withResolvers<number>();
    const { signal } = options;
    const abort = () => this.fail(signal ? aborted(signal) : undefined);
    signal?.addEventListener('abort', abort, { once: true });
    Intake.#running += 1;
    this.done = this.#settle.promise.finally(() => {
      Intake.#running -= 1;
      signal?.removeEventListener('abort', abort);
    });
    // Its listeners stay on the body, so that an error after the end of our interest has somewhere to go.
    finished(body, { writable: false }, (error) => (error ? this.fail(error) : this.#end()));
    body.on('data', (chunk: Buffer) => this.#take(chunk));
  }

  #take(chunk: Buffer): void {
    if (this.#failure) return;
    this.#received += chunk.length;
    const { size, from = 0 } = this.#options;
    if (size !== undefined && this.#received > size) {
      const [declared, received] = [from + size, from + this.#received];
      this.fail(new StrongroomError('length_mismatch', { declared, received }));
      return;
    }
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (!this.#isFull()) return;
    if (this.#writing) this.#body.pause();
    else this.#flush();
  }

  #isFull(): boolean {
    const batchBytes = Math.max(leastBytes, Math.min(mostBytes, sharedBytes / Intake.#running));
    return this.#gatheredBytes >= batchBytes || this.#gathered.length >= batchChunks;
  }

  #end(): void {
    this.#ended = true;
    if (!this.#writing && !this.#failure) this.#flush();
  }

  #flush(): void {
    if (this.#gathered.length === 0) {
      this.#settle.resolve(this.#received);
      return;
    }
    this.#write();
  }

  #write(): void {
    const batch = this.#gathered;
    const bytes = this.#gatheredBytes;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#writing = true;
    writeAll(this.#fd, batch, this.#at).then(
      () => this.#written(bytes),
      (error) => {
        this.#writing = false;
        this.#gathered = [];
        this.fail(error);
      },
    );
  }

  #written(bytes: number): void {
    this.#writing = false;
    if (this.#at !== undefined) {
      this.#at += bytes;
      this.#options.written?.(this.#at);
    }
    if (this.#failure) {
      this.#giveUp(this.#failure.error);
      return;
    }
    if (this.#ended || this.#isFull()) this.#flush();
    if (this.#body.isPaused()) this.#body.resume();
  }

  /** Ends it with `error`. The promise waits for a write under way: the file must not be closed below it. */
  fail(error: unknown): void {
    this.#failure ??= { error: closedEarly(error) };
    this.#body.destroy();
    if (!this.#writing) this.#giveUp(this.#failure.error);
  }

  #giveUp(error: unknown): void {
    if (this.#options.salvage && this.#gathered.length > 0) this.#write();
    else this.#settle.reject(error);
  }
}

function closedEarly(error: unknown): unknown {
  if ((error as NodeJS.ErrnoException)?.code !== 'ERR_STREAM_PREMATURE_CLOSE') return error;
  return new StrongroomError('aborted', { reason: 'the body closed before its end' }, { cause: error });
}

const writeChunks = promisify(writev);

/** writev(2) may write less than asked for, as on a disk that runs full; the next call then says why. */
async function writeAll(fd: number, chunks: readonly Buffer[], from?: number): Promise<void> {
  try {
    let [left, at] = [chunks, from];
    while (left.length > 0) {
      const { bytesWritten } = await writeChunks(fd, left, at);
      left = unwritten(left, bytesWritten);
      if (at !== undefined) at += bytesWritten;
    }
  } catch (error) {
    throw unavailable(error);
  }
}

function unwritten(chunks: readonly Buffer[], written: number): Buffer[] {
  let skip = written;
  let at = 0;
  for (; at < chunks.length; at++) {
    const { length } = chunks[at] as Buffer;
    if (length > skip) break;
    skip -= length;
  }
  const [first, ...rest] = chunks.slice(at);
  return first ? [first.subarray(skip), ...rest] : [];
}
