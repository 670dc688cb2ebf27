import type { BigIntStats } from 'node:fs';
import { constants, type FileHandle, lstat, open, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { StrongroomError } from '../errors.ts';
import { alone } from './disk-alone.ts';
import { Intake } from './disk-body.ts';
import { DurableProgress } from './disk-durable-progress.ts';
import { answered, failedWith, ifMissing, throwIfAborted } from './disk-errors.ts';
import { readFacts } from './disk-facts.ts';
import { type Disk, look, publish, removeTemporaries, storedAs } from './disk-publish.ts';
import type { Stored } from './object-store.ts';
import type { ResumableObjects, ResumableTarget, Unfinished } from './resumable-objects.ts';

type Options = Parameters<ResumableObjects['append']>[2];
type Answer = Awaited<ReturnType<ResumableObjects['append']>>;

/** All that is known of the place is the offset: the bytes lie in one file in order. */
const state = {};

/**
 * Objects that come over several calls, each as one file under `.strongroom/uploads/` until it is whole. Then it is linked into
 * place as `put` does it. One process at a time may work on a folder; within it, appends to one upload go one after another.
 */
export class DiskResumable implements ResumableObjects {
  readonly #disk: Disk;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  begin(): typeof state {
    return state;
  }

  async append(unfinished: Unfinished, body: Buffer | Readable, options: Options): Promise<Answer> {
    const file = this.#disk.paths.upload(unfinished.id);
    const stream = body instanceof Readable ? body : Readable.from([body], { objectMode: false });
    try {
      return await alone(file, options.signal, () => this.#append(file, unfinished, stream, options));
    } finally {
      stream.destroy();
    }
  }

  async head({ id, offset }: Unfinished, atMost: number, signal: AbortSignal): Promise<Buffer> {
    throwIfAborted(signal);
    const handle = await answered(this.#open(id, constants.O_RDONLY));
    try {
      const bytes = Buffer.allocUnsafe(Math.min(atMost, offset));
      const { bytesRead } = await answered(handle.read(bytes, 0, bytes.length, 0));
      if (bytesRead < bytes.length) throw lost(id);
      return bytes;
    } finally {
      await handle.close();
    }
  }

  async clear(id: string, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const { paths, folders } = this.#disk;
    await answered(unlink(paths.upload(id)).catch(ifMissing(undefined)));
    // Also where nothing was left to remove: an earlier attempt may have been cut off before its own.
    await answered(folders.sync(paths.uploads));
  }

  async *unfinished(before: Date, signal?: AbortSignal): AsyncGenerator<string> {
    const { uploads } = this.#disk.paths;
    for (const name of (await answered(readdir(uploads))).sort()) {
      throwIfAborted(signal);
      const found = await answered(lstat(join(uploads, name)).catch(ifMissing(null)));
      if (found?.isFile() && found.mtime < before) yield name;
    }
  }

  async #append(file: string, unfinished: Unfinished, body: Readable, options: Options): Promise<Answer> {
    throwIfAborted(options.signal);
    const { id, offset } = unfinished;
    const handle = await answered(
      this.#open(id, offset === 0 ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR),
    ).catch((error) => this.#standing(unfinished, error));
    if (!('fd' in handle)) return whole(unfinished, body, handle);
    try {
      const found = await answered(handle.stat({ bigint: true }));
      if (found.nlink > 1n && (await this.#isObject(found, unfinished))) {
        return await this.#finish(file, unfinished, body, storedAs(found));
      }
      if (found.size < offset) throw lost(id);
      if (found.size > offset) {
        // They may be durable bytes of whoever has taken the upload over: who can note nothing more cuts nothing off.
        await options.checkpoint({ offset, state, part: null });
        await answered(handle.truncate(offset));
      }
      return await this.#receive(handle, file, unfinished, body, options);
    } finally {
      await handle.close();
    }
  }

  /** Opens the upload's file. Raises `upload_lost` where there is none in a store that is there. */
  async #open(id: string, flags: number): Promise<FileHandle> {
    const { paths } = this.#disk;
    try {
      return await open(paths.upload(id), flags | constants.O_NOFOLLOW, 0o600);
    } catch (error) {
      if (!failedWith(error, 'ENOENT')) throw error;
      await lstat(paths.uploads);
      throw lost(id);
    }
  }

  /** The file is gone: because it has become the object, or it is lost. */
  async #standing({ id, length, target }: Unfinished, error: unknown): Promise<Stored> {
    const place = target && this.#disk.paths.of(target.key);
    const found = place && (await answered(look(place)));
    if (!(place && found && Number(found.size) === length)) throw error;
    const { description } = await answered(readFacts(place));
    if (description?.id !== id || description.deployment !== target.description.deployment) throw error;
    await answered(this.#disk.folders.sync(place.folder));
    return { ...storedAs(found), found: true };
  }

  /** Whether the file is the object already, by a second name: then not a byte of it may change. */
  async #isObject(file: BigIntStats, { target }: Unfinished): Promise<boolean> {
    const object = target && (await answered(look(this.#disk.paths.of(target.key))));
    return object?.ino === file.ino;
  }

  async #receive(
    handle: FileHandle,
    file: string,
    unfinished: Unfinished,
    body: Readable,
    { whole, checkpoint, signal }: Options,
  ): Promise<Answer> {
    const { offset, length } = unfinished;
    const progress = new DurableProgress(offset, {
      sync: () => this.#sync(handle, offset === 0),
      checkpoint: (to) => checkpoint({ offset: to, state, part: null }),
      failed: (error) => intake.fail(error),
    });
    const intake = new Intake(handle.fd, body, {
      size: length === null ? undefined : length - offset,
      from: offset,
      salvage: !whole,
      signal,
      written: (to) => progress.wrote(to, { save: !whole && to !== length }),
    });
    try {
      const to = offset + (await intake.done);
      await progress.settled();
      throwIfAborted(signal);
      if (to !== length) {
        await progress.save(to);
        return { offset: to, state, stored: null };
      }
      await answered(handle.sync());
      await unfinished.parts();
      const written = storedAs(await answered(handle.stat({ bigint: true })));
      return await this.#finish(file, unfinished, body, written);
    } catch (error) {
      // Where nothing is missing and the object still does not stand, the last byte is asked for again: whoever is told that
      // all has come believes that all is done.
      if (!whole)
        await progress.salvage(length === null ? progress.written : Math.min(progress.written, length - 1));
      throw progress.refused ? progress.refused.error : error;
    }
  }

  /** The bytes, and for a new file its name. */
  async #sync(handle: FileHandle, isNew: boolean): Promise<void> {
    await answered(handle.sync());
    if (isNew) await answered(this.#disk.folders.sync(this.#disk.paths.uploads));
  }

  async #finish(file: string, unfinished: Unfinished, body: Readable, written: Stored): Promise<Answer> {
    const { paths } = this.#disk;
    const target = unfinished.target as ResumableTarget;
    const stored = await answered(publish(file, paths.of(target.key), target, written, this.#disk));
    // One that stays is found by `unfinished`.
    await unlink(file).catch(() => {});
    // An earlier attempt may have been killed as it wrote the object's facts. Its document will be there: nobody looks for them again.
    if (unfinished.fence > 0) await removeTemporaries(target.key, paths).catch(() => {});
    return whole(unfinished, body, stored);
  }
}

/** The object stands; what still comes has come before. */
async function whole({ length }: Unfinished, body: Readable, stored: Stored): Promise<Answer> {
  body.resume();
  if (!body.readableEnded) await finished(body, { writable: false });
  return { offset: length as number, state, stored };
}

function lost(id: string): StrongroomError {
  return new StrongroomError('upload_lost', { id });
}
