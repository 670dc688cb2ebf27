import { closeSync, fsync, open } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { failedWith } from './disk-errors.ts';

/** Folders that are remembered as durable; when there are more, they are all found out again. */
const mostKnown = 10_000;

interface Sync {
  readonly running: Promise<void>;
  next: Promise<void> | null;
}

/**
 * Makes folders whose names survive a power cut: each is on disk in its parent before anything is put into it (fsync(2):
 * a file's own fsync does not write the entry in its folder). A folder that was found and not made may still be on its
 * way to the disk, so the first look at each costs an fsync of its parent too.
 */
export class DiskFolders {
  readonly #root: string;
  readonly #known = new Set<string>();
  readonly #syncs = new Map<string, Sync>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Makes `folder` under the root, and its parents. Raises ENOENT when a parent is removed meanwhile. */
  async make(folder: string): Promise<void> {
    if (folder === this.#root || this.#known.has(folder)) return;
    const parent = dirname(folder);
    await this.make(parent);
    try {
      await mkdir(folder, { mode: 0o700 });
    } catch (error) {
      if (!failedWith(error, 'EEXIST')) throw error;
    }
    await this.sync(parent);
    if (this.#known.size >= mostKnown) this.#known.clear();
    this.#known.add(folder);
  }

  /** Runs `work`, which puts a name into `folder`; again, when the folder was empty and removed meanwhile. */
  async within<T>(folder: string, work: () => Promise<T>): Promise<T> {
    for (let left = 8; ; left--) {
      try {
        await this.make(folder);
        return await work();
      } catch (error) {
        if (!failedWith(error, 'ENOENT') || left === 0) throw error;
        this.#forget(folder);
      }
    }
  }

  /**
   * Makes the names in `folder` durable. Calls that come while an fsync runs share the next one: it begins after
   * each of them, so it covers what each of them did.
   */
  sync(folder: string): Promise<void> {
    const current = this.#syncs.get(folder);
    if (!current) return this.#begin(folder);
    const begin = () => this.#begin(folder);
    current.next ??= current.running.then(begin, begin);
    return current.next;
  }

  /** Removes `folder` and its parents below the root as far as they are empty. An empty folder left over harms nothing. */
  async removeEmpty(folder: string): Promise<void> {
    for (let at = folder; at !== this.#root; at = dirname(at)) {
      try {
        await rmdir(at);
      } catch (error) {
        if (!failedWith(error, 'ENOENT')) return;
      }
      this.#known.delete(at);
    }
  }

  #begin(folder: string): Promise<void> {
    const sync: Sync = { running: syncFolder(folder), next: null };
    this.#syncs.set(folder, sync);
    const end = () => {
      if (!sync.next) this.#syncs.delete(folder);
    };
    sync.running.then(end, end);
    return sync.running;
  }

  #forget(folder: string): void {
    for (let at = folder; at !== this.#root; at = dirname(at)) this.#known.delete(at);
  }
}

const openFile = promisify(open);
const syncFile = promisify(fsync);

/** fsync of a folder: its names are durable, the files' bytes are not. */
export async function syncFolder(folder: string): Promise<void> {
  const fd = await openFile(folder, 'r');
  try {
    await syncFile(fd);
  } finally {
    // At once: with nothing left to write it can't wait for the disk, and a trip to the thread pool costs more CPU.
    closeSync(fd);
  }
}
