import { readFileSync } from 'node:fs';
import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Pool } from 'undici';
import { makeCertificate } from './certificate.ts';
import { startServer } from './child.ts';

/** Where a subject's bytes end up. */
export interface Store {
  /** Answers what has come in since the last call, and makes room for the next. */
  drain(): Promise<Drained>;
}

export interface Drained {
  readonly bytes: number;
  /** Calls of the store; null where they can't be counted. */
  readonly calls: number | null;
}

export interface Sink extends Store, AsyncDisposable {
  readonly endpoint: string;
  /** What a process that asks it needs in its environment. */
  readonly trust: NodeJS.ProcessEnv;
}

/** Starts the sink as its own process; with `tls` it has a certificate of its own, made for this run. */
export async function startSink(folder: string, tls: boolean): Promise<Sink> {
  const made = tls ? makeCertificate(folder) : null;
  const { child, origin } = await startServer(
    'sink.ts',
    made ? [made.certificate, made.key] : [],
    join(folder, 'sink.log'),
  );
  const endpoint = made ? origin.replace('http:', 'https:') : origin;
  const pool = new Pool(endpoint, made ? { connect: { ca: readFileSync(made.certificate) } } : {});
  return {
    endpoint,
    trust: made ? { NODE_EXTRA_CA_CERTS: made.certificate } : {},
    drain: async () => {
      const { body } = await pool.request({ method: 'GET', path: '/' });
      return (await body.json()) as { bytes: number; calls: number };
    },
    [Symbol.asyncDispose]: async () => {
      await pool.destroy();
      await child.stop();
    },
  };
}

/**
 * A folder of objects. Draining cuts the files to nothing, so that no more than one round's bytes are ever on the disk.
 * It removes none: ext4 does not give an inode out again for some minutes, and looks for a free one bit by bit past all
 * that were freed, which would make every file of the next round cost more than it does on a disk that is only filled.
 */
export function openFolder(folder: string): Store {
  return {
    drain: async () => {
      let bytes = 0;
      for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        if (!entry.isFile() || path.startsWith(join(folder, '.strongroom'))) continue;
        const { size } = await stat(path);
        if (size === 0) continue;
        bytes += size;
        await truncate(path);
      }
      return { bytes, calls: null };
    },
  };
}
