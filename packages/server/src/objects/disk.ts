import fs, { type BigIntStats, closeSync, fstatSync } from 'node:fs';
import { constants, lstat, open, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { StrongroomError } from '../errors.ts';
import { writeBody } from './disk-body.ts';
import { answered, failedWith, ifMissing, throwIfAborted } from './disk-errors.ts';
import { readFacts } from './disk-facts.ts';
import { DiskFolders } from './disk-folders.ts';
import { listObjects } from './disk-list.ts';
import { DiskPaths, type Place } from './disk-paths.ts';
import { prepareFolder } from './disk-prepare.ts';
import { etagOf, look, publish, removeTemporaries, storedAs } from './disk-publish.ts';
import { FileBody } from './disk-reader.ts';
import { DiskResumable } from './disk-resumable.ts';
import type {
  ByteRange,
  ListedObject,
  ObjectFacts,
  ObjectStore,
  Opened,
  OpenOptions,
  PutOptions,
  ReadOptions,
  StoreDescription,
  Stored,
} from './object-store.ts';

/**
 * Documents as plain files in one folder, each at its key, with its facts in a file beside it (disk-paths.ts).
 *
 * A put writes and syncs a half-written file under `.strongroom/tmp/`, makes the facts durable, which claims the key,
 * links the file into place (link(2) refuses to overwrite, rename(2) does not), and syncs the folder. So what can be
 * read is whole and says what it is, and what was answered survives a power cut. The file system must know hard links
 * and keep what fsync promises.
 */
export class DiskStore implements ObjectStore {
  readonly kind = 'disk';
  readonly bucket = null;
  readonly direct = null;
  readonly resumable: DiskResumable;
  readonly #paths: DiskPaths;
  readonly #folders: DiskFolders;

  /** @param options.folder made by `connect` where it is missing */
  constructor(options: { readonly folder: string }) {
    this.#paths = new DiskPaths(resolve(options.folder));
    this.#folders = new DiskFolders(this.#paths.root);
    this.resumable = new DiskResumable({ paths: this.#paths, folders: this.#folders });
  }

  path(key: string): string {
    return pathToFileURL(this.#paths.of(key).object).href;
  }

  async connect(use?: () => Promise<void>): Promise<void> {
    await prepareFolder(this.#paths);
    await use?.();
  }

  async put(key: string, body: Buffer | Readable, options: PutOptions): Promise<Stored> {
    const place = this.#paths.of(key);
    const temporary = this.#paths.temporary(key);
    try {
      const written = await this.#write(temporary, body, options);
      throwIfAborted(options.signal);
      return await answered(
        publish(temporary, place, options, written, { paths: this.#paths, folders: this.#folders }),
      );
    } finally {
      if (body instanceof Readable) body.destroy();
      // A file that stays is found again by its name when the key is removed.
      await unlink(temporary).catch(() => {});
    }
  }

  async open(key: string, options: OpenOptions = {}): Promise<Opened> {
    const { fd, found, first, size } = await this.#find(key, options);
    return { body: new FileBody(fd, first, size, options.signal), size, etag: etagOf(found) };
  }

  async read(key: string, options: ReadOptions): Promise<Buffer> {
    const { fd, first, size } = await this.#find(key, options);
    try {
      if (size > options.atMost) throw longer(options.atMost);
      const bytes = Buffer.allocUnsafeSlow(size);
      const got = await answered(readFile(fd, bytes, 0, size, first));
      return got.bytesRead === size ? bytes : bytes.subarray(0, got.bytesRead);
    } finally {
      // At once: nothing was written, and a trip to the thread pool costs more CPU.
      closeSync(fd);
    }
  }

  async stat(key: string, signal?: AbortSignal): Promise<ObjectFacts | null> {
    throwIfAborted(signal);
    const place = this.#paths.of(key);
    const found = await answered(look(place));
    if (!found) return null;
    const { contentType, description } = await answered(readFacts(place));
    return { ...storedAs(found), contentType, description };
  }

  async remove(key: string, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal);
    const place = this.#paths.of(key);
    await answered(this.#remove(place));
    await this.#folders.removeEmpty(place.folder);
  }

  list(prefix: string, options: { after?: string; signal?: AbortSignal } = {}): AsyncIterable<ListedObject> {
    return listObjects(this.#paths, { prefix, after: options.after ?? '', signal: options.signal });
  }

  async link(): Promise<null> {
    return null;
  }

  describe(): StoreDescription {
    return {
      store: 'disk',
      bucket: null,
      prefix: null,
      region: null,
      endpoint: null,
      acl: null,
      encryption: null,
      storageClass: null,
      folder: this.#paths.root,
      credentials: { set: false, from: 'not needed' },
    };
  }

  async close(): Promise<void> {}

  /** The open object, and where what was asked for lies in it. */
  async #find(
    key: string,
    { range, signal }: OpenOptions,
  ): Promise<{ fd: number; found: BigIntStats; first: number; size: number }> {
    throwIfAborted(signal);
    const fd = await answered(openObject(this.#paths.of(key), this.#paths.scratch));
    try {
      const found = fstatSync(fd, { bigint: true });
      if (!found.isFile()) throw new StrongroomError('object_missing', { key });
      const { first, size } = extent(Number(found.size), range);
      throwIfAborted(signal);
      return { fd, found, first, size };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** Writes the body to a new file and makes its bytes durable. */
  async #write(temporary: string, body: Buffer | Readable, options: PutOptions): Promise<Stored> {
    throwIfAborted(options.signal);
    const file = await answered(open(temporary, 'wx', 0o600));
    try {
      await writeBody(file.fd, body, options);
      await answered(file.sync());
      // At once: the inode of an open file is in memory, and a trip to the thread pool costs more CPU.
      return storedAs(fstatSync(file.fd, { bigint: true }));
    } finally {
      await file.close();
    }
  }

  /** Every fsync is made also where nothing is left to remove: an earlier attempt may have been cut off before its own. */
  async #remove(place: Place): Promise<void> {
    await removeFile(place.object);
    await removeFile(place.facts);
    await this.#folders.sync(place.folder).catch(ifMissing(undefined));
    await removeTemporaries(place.key, this.#paths);
    await this.#folders.sync(this.#paths.scratch);
  }
}

const openFile = promisify(fs.open);
const readFile = promisify(fs.read);

function longer(atMost: number): StrongroomError {
  const cause = new Error(`the file has more than ${atMost} bytes`);
  return new StrongroomError('store_unavailable', {}, { cause });
}

/** Raises `object_missing`. Symbolic links are not followed: what they name is not the store's. */
async function openObject(place: Place, scratch: string): Promise<number> {
  try {
    return await openFile(place.object, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (!failedWith(error, 'ENOENT', 'ENOTDIR')) throw error;
    // In a store that is gone itself, such as a volume that is not mounted, nothing is known to be missing.
    await lstat(scratch);
    throw new StrongroomError('object_missing', { key: place.key });
  }
}

async function removeFile(path: string): Promise<void> {
  await unlink(path).catch(ifMissing(undefined));
}

/** RFC 9110 §14.1.2: a last byte past the end means the end; a first byte past the end is `range_unsatisfiable`. */
function extent(size: number, range: ByteRange | undefined): { first: number; size: number } {
  if (!range) return { first: 0, size };
  if (range.first >= size || range.last < range.first)
    throw new StrongroomError('range_unsatisfiable', { size });
  return { first: range.first, size: Math.min(range.last, size - 1) - range.first + 1 };
}
