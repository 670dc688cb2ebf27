import { StrongroomError } from '../errors.ts';

/** True when a system call failed with one of these codes, as in errno(3). */
export function failedWith(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException)?.code ?? '');
}

/** For `catch`: `instead` where there is no such file; every other failure goes on. */
export function ifMissing<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (failedWith(error, 'ENOENT', 'ENOTDIR')) return instead;
    throw error;
  };
}

/** Waits for system calls: what they raise becomes `store_unavailable` with its cause. Everything else passes. */
export async function answered<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw unavailable(error);
  }
}

/** `store_unavailable` for a failed system call; the error itself when it is none. */
export function unavailable(error: unknown): unknown {
  const failed = error instanceof Error && 'syscall' in error;
  return failed ? new StrongroomError('store_unavailable', {}, { cause: error }) : error;
}

export function aborted(signal: AbortSignal): StrongroomError<'aborted'> {
  const { reason } = signal;
  return new StrongroomError(
    'aborted',
    { reason: reason instanceof Error ? reason.message : 'the call was ended early' },
    { cause: reason },
  );
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw aborted(signal);
}
