import { once } from 'node:events';
import { throwIfAborted } from './disk-errors.ts';

/** By the file that is worked on. Of the process, since two stores may have one folder. */
const running = new Map<string, Promise<void>>();

/** Runs `work` when nobody else in this process works on `file`. Raises `aborted` when the signal fires before. */
export async function alone<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let other = running.get(file); other; other = running.get(file)) {
    throwIfAborted(signal);
    const waited = new AbortController();
    await Promise.race([other, once(signal, 'abort', { signal: waited.signal })]).finally(() =>
      waited.abort(),
    );
  }
  const { promise, resolve } = Promise.withResolvers<void>();
  running.set(file, promise);
  try {
    return await work();
  } finally {
    running.delete(file);
    resolve();
  }
}
