import { link, mkdir, open, rm } from 'node:fs/promises';
import { StartError } from '../errors.ts';

/** All or nothing, readable by the owner alone, never over another file: written aside, then linked into place. Raises StartError. */
export async function writeDurably(folder: string, path: string, text: string): Promise<void> {
  const half = aside(path);
  try {
    await mkdir(folder, { recursive: true });
    await rm(half, { force: true });
    await withFile(half, 'wx', async (file) => {
      await file.writeFile(text);
      await file.sync();
    });
    await link(half, path);
    await withFile(folder, 'r', (file) => file.sync());
  } catch (error) {
    throw cannot('write', path, error);
  } finally {
    await rm(half, { force: true }).catch(() => {});
  }
}

/** Removes the file, and what a crash left of writing it. Missing is success. */
export async function removeDurable(path: string): Promise<void> {
  await rm(aside(path), { force: true });
  await rm(path, { force: true });
}

export function cannot(verb: 'read' | 'write', path: string, error: unknown): StartError {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return new StartError(
    `can't ${verb} ${path} (${reason}): give the service its DATA_DIR, or set STRONGROOM_API_KEY.`,
    { cause: error },
  );
}

function aside(path: string): string {
  return `${path}.new`;
}

async function withFile(
  path: string,
  flags: string,
  use: (file: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const file = await open(path, flags, 0o600);
  try {
    await use(file);
  } finally {
    await file.close();
  }
}
