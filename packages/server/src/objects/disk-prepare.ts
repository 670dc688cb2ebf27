import { randomBytes } from 'node:crypto';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StartError } from '../errors.ts';
import { failedWith, unavailable } from './disk-errors.ts';
import { syncFolder } from './disk-folders.ts';
import type { DiskPaths } from './disk-paths.ts';

/**
 * Makes the store's folder, readable by its owner only, and proves that it can write, link and sync there.
 * Raises StartError for what an operator must mend, `store_unavailable` for the rest.
 */
export async function prepareFolder(paths: DiskPaths): Promise<void> {
  try {
    await makeDurable(paths.root);
    await makeDurable(paths.scratch);
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

async function makeDurable(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let at = folder; at.length >= first.length; at = dirname(at)) await syncFolder(dirname(at));
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
