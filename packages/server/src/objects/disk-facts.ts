import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { StrongroomError } from '../errors.ts';
import { failedWith, ifMissing } from './disk-errors.ts';
import type { DiskFolders } from './disk-folders.ts';
import type { DiskPaths, Place } from './disk-paths.ts';
import { readDescription, type SelfDescription } from './self-description.ts';

/** What the file beside an object holds, as JSON. */
export interface Facts {
  readonly contentType: string;
  /** Null on an object that the service did not write. */
  readonly description: SelfDescription | null;
}

const unknown: Facts = { contentType: 'application/octet-stream', description: null };

/** What is known of an object. One without facts, or with facts that can't be read, is an operator's own file. */
export function readFacts(place: Place): Promise<Facts> {
  return parseFile(place).catch(ifMissing(unknown));
}

/**
 * Writes the facts beside the place of an object, not yet durable in their folder. They are the claim to the key: of
 * several writers, one links its facts into place, and only it may go on. Facts of the same id left by an earlier
 * attempt stay as they are and serve this one. Raises `object_exists` when another id has the key.
 */
export async function claim(
  place: Place,
  facts: Facts & { readonly description: SelfDescription },
  disk: { readonly paths: DiskPaths; readonly folders: DiskFolders },
): Promise<'made' | 'found'> {
  const temporary = disk.paths.temporary(place.key);
  try {
    await writeFile(temporary, JSON.stringify(facts), { flag: 'wx', mode: 0o600, flush: true });
    return await disk.folders.within(place.folder, () => linkClaim(temporary, place, facts.description.id));
  } finally {
    await unlink(temporary).catch(() => {});
  }
}

/** Raises ENOENT when the folder, or facts that were there a moment ago, are gone; the caller tries again. */
async function linkClaim(temporary: string, place: Place, id: string): Promise<'made' | 'found'> {
  try {
    await link(temporary, place.facts);
    return 'made';
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw error;
  }
  const { description } = await parseFile(place);
  if (description?.id !== id) throw new StrongroomError('object_exists', { key: place.key });
  return 'found';
}

async function parseFile(place: Place): Promise<Facts> {
  const text = await readFile(place.facts, 'utf8');
  try {
    const { contentType, description } = JSON.parse(text);
    return { contentType: String(contentType), description: readDescription(description) };
  } catch {
    return unknown;
  }
}
