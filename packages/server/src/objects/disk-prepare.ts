import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.ts';
import { failedWith, ifMissing, unavailable } from './disk-errors.ts';
import { syncFolder } from './disk-folders.ts';
import type { DiskPaths } from './disk-paths.ts';

/**
 * A half-written file that has not changed for this long is nobody's, in milliseconds: no sender may be so slow, and
 * what a process tries out here takes an instant.
 */
const staleAfter = 24 * 3_600_000;

/**
 * Makes the store's folder, readable by its owner only, and proves that it can write, link and sync there. Half-written
 * files that were left behind and that no record leads to go.
 * Raises StartError for what an operator must mend, `store_unavailable` for the rest.
 */
export async function prepareFolder(paths: DiskPaths): Promise<void> {
  try {
    await makeDurable(paths.root);
    await makeDurable(paths.scratch);
    await makeDurable(paths.uploads);
    await removeStale(paths.scratch);
    await tryOut(paths);
  } catch (error) {
    const remedy = remedyFor(error);
    if (remedy === null) throw unavailable(error);
    const { code, syscall } = error as NodeJS.ErrnoException;
    throw new StartError(`Documents can't be kept in ${paths.root} (${syscall}: ${code}). ${remedy}`, {
      cause: error,
    });
  }
}

/** Level by level: mkdir's own `recursive` never returns where a parent is there and still takes no folder, as in /proc. */
async function makeDurable(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  const parent = dirname(folder);
  await makeDurable(parent);
  await mkdir(folder, { mode: 0o700 }).catch((error) => {
    // Another process came first; a file in the way shows at the next step.
    if (!failedWith(error, 'EEXIST')) throw error;
  });
  await syncFolder(parent);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch((error) => {
    if (failedWith(error, 'ENOENT')) return null;
    throw error;
  });
  return found?.isDirectory() ?? false;
}

/**
 * The chores find what an upload left by its record. A process that was killed while it tried the folder out has none,
 * nor has an upload whose record an older backup does not know.
 */
async function removeStale(scratch: string): Promise<void> {
  const oldest = Date.now() - staleAfter;
  for (const name of await readdir(scratch)) {
    const file = join(scratch, name);
    const found = await lstat(file).catch(ifMissing(null));
    // One that can't be removed harms nothing, and is no reason not to start.
    if (found?.isFile() && found.mtimeMs < oldest) await rm(file, { force: true }).catch(() => {});
  }
}

async function tryOut(paths: DiskPaths): Promise<void> {
  const file = join(paths.scratch, `probe-${randomBytes(8).toString('hex')}`);
  const linked = `${file}-linked`;
  try {
    await writeFile(file, 'probe', { flag: 'wx', mode: 0o600, flush: true });
    await link(file, linked);
  } finally {
    await rm(file, { force: true });
    await rm(linked, { force: true });
  }
  await syncFolder(paths.scratch);
  await syncFolder(paths.root);
}

/** Null where waiting may help and nothing needs to be changed. */
function remedyFor(error: unknown): string | null {
  if (
    (error as NodeJS.ErrnoException)?.syscall === 'link' &&
    failedWith(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP')
  )
    return 'Its file system knows no hard links; use one that does, such as ext4 or XFS.';
  if (failedWith(error, 'EACCES', 'EPERM', 'EROFS'))
    return 'Give the folder to the user that the service runs as, or set DATA_DIR to another one.';
  if (failedWith(error, 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENAMETOOLONG', 'ENOENT'))
    return 'Something other than a folder is in the way; move it, or set DATA_DIR to another folder.';
  return null;
}
