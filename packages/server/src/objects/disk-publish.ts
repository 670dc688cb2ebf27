import type { BigIntStats } from 'node:fs';
import { link, lstat, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { StrongroomError } from '../errors.ts';
import { failedWith, ifMissing } from './disk-errors.ts';
import { claim } from './disk-facts.ts';
import type { DiskFolders } from './disk-folders.ts';
import type { DiskPaths, Place } from './disk-paths.ts';
import type { Stored } from './object-store.ts';
import type { SelfDescription } from './self-description.ts';

export interface Disk {
  readonly paths: DiskPaths;
  readonly folders: DiskFolders;
}

/**
 * Makes an object of a file whose bytes are durable: claims the key by its facts, then links the file into place; each is
 * durable before what follows it. The file itself stays, as a second name of the object. Our own object there, of the same
 * size and id, is success. Raises `object_exists`, or what a system call raised.
 */
export async function publish(
  file: string,
  place: Place,
  facts: { readonly contentType: string; readonly description: SelfDescription },
  written: Stored,
  disk: Disk,
): Promise<Stored> {
  const { contentType, description } = facts;
  const { folders } = disk;
  let claimed: 'made' | 'found' | null = null;
  let linked = false;
  try {
    claimed = await claim(place, { contentType, description }, disk);
    // The folder can't go any more. Had it gone and come before the claim, its name may not be durable yet.
    await folders.make(place.folder);
    await folders.sync(place.folder);
    linked = await linkObject(file, place);
    const stored = linked ? written : await ownFrom(place, claimed, written.size);
    await folders.sync(place.folder);
    return stored;
  } catch (error) {
    if (linked) await unlink(place.object).catch(() => {});
    if (claimed === 'made') await unlink(place.facts).catch(() => {});
    await folders.removeEmpty(place.folder);
    throw error;
  }
}

/** What attempts at this key left that were killed. Raises what a system call raised. */
export async function removeTemporaries(key: string, paths: DiskPaths): Promise<void> {
  for (const name of await readdir(paths.scratch))
    if (paths.isTemporaryOf(key, name)) await unlink(join(paths.scratch, name)).catch(ifMissing(undefined));
}

/** False when something lies there already. */
async function linkObject(file: string, place: Place): Promise<boolean> {
  try {
    await link(file, place.object);
    return true;
  } catch (error) {
    if (failedWith(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * What lies there is our own from an attempt whose answer was lost, when facts with our id were beside it and it has
 * our size. Raises `object_exists` otherwise.
 */
async function ownFrom(place: Place, claimed: 'made' | 'found', size: number): Promise<Stored> {
  const found = claimed === 'found' ? await look(place) : null;
  if (!found || Number(found.size) !== size) throw new StrongroomError('object_exists', { key: place.key });
  return { ...storedAs(found), found: true };
}

/** The file at the place of an object; null for none. */
export async function look(place: Place): Promise<BigIntStats | null> {
  const found = await lstat(place.object, { bigint: true }).catch(ifMissing(null));
  return found?.isFile() ? found : null;
}

export function storedAs(found: BigIntStats): Stored {
  return { size: Number(found.size), etag: etagOf(found), versionId: null };
}

/** Strong (RFC 9110 §8.8.1): an object's bytes are never changed in place, and a new file has another inode or time. */
export function etagOf(found: BigIntStats): string {
  return `"${[found.ino, found.mtimeNs, found.size].map((part) => part.toString(36)).join('-')}"`;
}
