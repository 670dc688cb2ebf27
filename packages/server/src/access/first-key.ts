import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartError } from '../errors.ts';
import { idOf, makeKey, recordOf } from './api-keys.ts';
import type { ApiKeyRecord, KeyRecords } from './key-records.ts';
import { cannot, removeDurable, writeDurably } from './private-file.ts';

/**
 * Where the operator finds a key: `set` in STRONGROOM_API_KEY; `exists` in the records, made earlier;
 * in a `file`; or to be `printed` by the caller, who then calls `forgetFirstKeyFile`. `id` is that of the key.
 */
export type FirstKey =
  | { readonly kind: 'set' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'file'; readonly path: string; readonly id: string }
  | { readonly kind: 'printed'; readonly key: string; readonly id: string };

export interface FirstKeySettings {
  readonly apiKey: string | null;
  readonly dataDir: string;
  readonly records: { readonly kind: 'sqlite' | 'postgres' };
}

/**
 * Sees to it that some key opens the service at its first start. When no key is set and the records have none, one is
 * made: the file first, whole and durable; then its record; printed last. So a crash anywhere leaves either nothing,
 * or a file whose key the next start takes into the records: never a key that is in the records and nowhere else.
 * On a terminal the file goes once its key was shown.
 *
 * With a shared database there is no one machine to leave a key on: raises StartError. Raises StartError too when
 * DATA_DIR can't be written to, and `records_unavailable`.
 */
export async function settleFirstKey(
  records: Pick<KeyRecords, 'keys' | 'createKey'>,
  settings: FirstKeySettings,
  { terminal }: { terminal: boolean },
): Promise<FirstKey> {
  if (settings.apiKey !== null) return { kind: 'set' };
  const known = await records.keys();
  if (settings.records.kind === 'postgres') return assertSomeKey(known);
  const path = firstKeyPath(settings.dataDir);
  const left = await keyIn(path);
  if (left === null && known.length > 0) return { kind: 'exists' };
  const { key, record } = left === null ? makeKey('first', new Date()) : recordOf(left, 'first', new Date());
  const kept = known.find(({ id }) => id === record.id);
  if (kept !== undefined)
    return works(kept, record) ? { kind: 'file', path, id: record.id } : { kind: 'exists' };
  if (left === null) await writeDurably(settings.dataDir, path, `${key}\n`);
  await records.createKey(record);
  return terminal ? { kind: 'printed', key, id: record.id } : { kind: 'file', path, id: record.id };
}

/** Removes the file of a first key that was printed. Missing is success. */
export async function forgetFirstKeyFile(dataDir: string): Promise<void> {
  await removeDurable(firstKeyPath(dataDir));
}

function firstKeyPath(dataDir: string): string {
  return join(dataDir, 'first-key');
}

function assertSomeKey(known: readonly ApiKeyRecord[]): FirstKey {
  if (known.some((record) => record.revokedAt === null)) return { kind: 'exists' };
  throw new StartError(
    'There is no API key yet: set STRONGROOM_API_KEY, or make one with `strongroom keys create` (in a checkout: `npm exec -- strongroom keys create`).',
  );
}

function works(kept: ApiKeyRecord, offered: ApiKeyRecord): boolean {
  return kept.revokedAt === null && kept.hash === offered.hash;
}

/** The key that lies in the file; null when there is no file. */
async function keyIn(path: string): Promise<string | null> {
  let text: string;
  try {
    text = (await readFile(path, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw cannot('read', path, error);
  }
  if (idOf(text) === null) throw new StartError(`${path} does not hold an API key; remove it.`);
  return text;
}
