import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { startServer } from './child.ts';

/** Where a subject's bytes end up. */
export interface Store {
  /** Answers the bytes that have come in since the last call, and makes room for the next ones. */
  drain(): Promise<number>;
}

/** Starts the sink as its own process. */
export async function startSink(folder: string): Promise<Store & AsyncDisposable & { endpoint: string }> {
  const { child, origin } = await startServer('sink.ts', [], join(folder, 'sink.log'));
  return {
    endpoint: origin,
    drain: async () => ((await (await fetch(origin)).json()) as { bytes: number }).bytes,
    [Symbol.asyncDispose]: () => child.stop(),
  };
}

/** A folder of objects; draining removes the files, so that no more than one round is ever on the disk. */
export function openFolder(folder: string): Store {
  return {
    drain: async () => {
      let bytes = 0;
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isFile() || path.startsWith(join(folder, '.strongroom'))) continue;
        bytes += (await stat(path)).size;
        await rm(path);
      }
      return bytes;
    },
  };
}
