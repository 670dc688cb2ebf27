import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FirstKey } from './first-key.ts';
import { cannot, removeDurable, writeDurably } from './private-file.ts';
import { codeHash, firstCodeLife, makeCode } from './sign-in-codes.ts';
import type { SignInRecords } from './sign-in-records.ts';

/** Where the operator finds the code by which a browser signs in as the first key: in a `file`, or to be `printed` by the caller. */
export type FirstCode =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'printed'; readonly code: string };

/**
 * Sees to it that a first start invites its reader to sign in without handling the key. Only where the first key itself still
 * lies about, in its file or about to be printed, and until a code of it was used.
 *
 * The record is written first and the file after it: a crash between leaves a code that nobody has seen, and the next start
 * makes another. A file whose code was used, or has expired, goes. Raises StartError, `records_unavailable`.
 */
export async function settleFirstCode(
  records: Pick<SignInRecords, 'createCode' | 'findCode' | 'hasUsedCode'>,
  firstKey: FirstKey,
  { dataDir, terminal }: { dataDir: string; terminal: boolean },
): Promise<FirstCode | null> {
  const path = firstCodePath(dataDir);
  if (await forgetSpentCode(records, dataDir)) return { kind: 'file', path };
  if (firstKey.kind !== 'file' && firstKey.kind !== 'printed') return null;
  if (await records.hasUsedCode(firstKey.id)) return null;
  const { code, record } = makeCode(firstKey.id, new Date(), firstCodeLife);
  await records.createCode(record);
  if (terminal) return { kind: 'printed', code };
  await writeDurably(dataDir, path, `${code}\n`);
  return { kind: 'file', path };
}

/** Removes the file when its code was used or has expired; true when there is one that is still good. Raises StartError, `records_unavailable`. */
export async function forgetSpentCode(
  records: Pick<SignInRecords, 'findCode'>,
  dataDir: string,
): Promise<boolean> {
  const path = firstCodePath(dataDir);
  const left = await codeIn(path);
  if (left === null) return false;
  if (await isGood(records, left)) return true;
  await removeDurable(path);
  return false;
}

function firstCodePath(dataDir: string): string {
  return join(dataDir, 'first-code');
}

async function isGood(records: Pick<SignInRecords, 'findCode'>, code: string): Promise<boolean> {
  const hash = codeHash(code);
  const found = hash === null ? null : await records.findCode(hash);
  return found !== null && found.usedAt === null && found.expiresAt.getTime() > Date.now();
}

/** The text of the file; null when there is none. */
async function codeIn(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannot('read', path, error);
  }
}
