import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { answered, ifMissing, throwIfAborted } from './disk-errors.ts';
import type { DiskPaths } from './disk-paths.ts';
import type { ListedObject } from './object-store.ts';

interface Entry {
  /** A folder's key ends with its slash, which is what puts `a-b` and `a.b` before what lies in `a`. */
  readonly key: string;
  readonly isFolder: boolean;
}

/** Which keys are asked for. `after` empty: from the first on. */
export interface Listing {
  readonly prefix: string;
  readonly after: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Walks the objects in byte order of the whole key. Holds the names of the folders on its way and no others.
 * What is removed meanwhile is left out. Folders' own names, facts, symbolic links and half-written files are no objects.
 */
export function listObjects(paths: DiskPaths, listing: Listing): AsyncGenerator<ListedObject> {
  return walk(paths, paths.folderOf(listing.prefix), listing);
}

async function* walk(paths: DiskPaths, folder: string, listing: Listing): AsyncGenerator<ListedObject> {
  throwIfAborted(listing.signal);
  for (const entry of await answered(entriesOf(paths, folder))) {
    if (entry.isFolder) {
      if (mayHold(entry.key, listing)) yield* walk(paths, entry.key, listing);
    } else if (entry.key.startsWith(listing.prefix) && compare(entry.key, listing.after) > 0) {
      throwIfAborted(listing.signal);
      const object = await answered(look(paths, entry.key));
      if (object) yield object;
    }
  }
}

function mayHold(folder: string, { prefix, after }: Listing): boolean {
  const within = folder.startsWith(prefix) || prefix.startsWith(folder);
  return within && (after.startsWith(folder) || compare(folder, after) > 0);
}

async function entriesOf(paths: DiskPaths, folder: string): Promise<Entry[]> {
  const found = await readdir(join(paths.root, folder), { withFileTypes: true }).catch(ifMissing([]));
  return found
    .filter((entry) => (entry.isFile() || entry.isDirectory()) && !paths.isHidden(folder, entry.name))
    .map((entry) => ({
      name: entry.isDirectory() ? `${entry.name}/` : entry.name,
      isFolder: entry.isDirectory(),
    }))
    .map(({ name, isFolder }) => ({ key: folder + name, isFolder, order: Buffer.from(name) }))
    .sort((a, b) => a.order.compare(b.order));
}

async function look(paths: DiskPaths, key: string): Promise<ListedObject | null> {
  const found = await lstat(join(paths.root, key)).catch(ifMissing(null));
  return found && { key, size: found.size, modifiedAt: found.mtime };
}

function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
