import { StrongroomError } from './client.ts';
import { sentence } from './connect.ts';
import { note, painted, plain, printJson } from './output.ts';

export interface Done<T> {
  readonly items: readonly T[];
  readonly failed: readonly { readonly id: string; readonly code: string; readonly message: string }[];
}

/** Does `work` for each id, on after one that fails. Exit code 1 when one has failed. */
export async function forEach<T>(ids: readonly string[], work: (id: string) => Promise<T>): Promise<Done<T>> {
  const items: T[] = [];
  const failed: Done<T>['failed'][number][] = [];
  for (const id of ids) {
    try {
      items.push(await work(id));
    } catch (error) {
      if (!(error instanceof StrongroomError)) throw error;
      failed.push({ id, code: error.code, message: error.message });
      note(`${painted('red', '✗')} ${plain(id)}  ${plain(sentence(error))}`);
    }
  }
  if (failed.length > 0) process.exitCode = 1;
  return { items, failed };
}

export function printDone<T>({ items, failed }: Done<T>): void {
  printJson({ items, failed });
}
