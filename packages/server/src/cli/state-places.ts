import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { UploadPlace, UploadPlaces } from './client.ts';

const hexadecimal = /^[0-9a-f]{1,64}$/;
const ending = '.json';

/**
 * Where `strongroom upload` keeps the places of uploads that were ended: a file each, for its user alone, in the folder for what
 * programs keep from one run to the next (XDG Base Directory, `XDG_STATE_HOME`). What has expired goes when another is kept.
 */
export function statePlaces(env: Readonly<Record<string, string | undefined>>): UploadPlaces {
  const folder = join(stateHome(env), 'strongroom/uploads');
  const fileOf = (fingerprint: string) => {
    if (!hexadecimal.test(fingerprint)) throw new TypeError('a fingerprint is hexadecimal');
    return join(folder, fingerprint + ending);
  };
  const places: UploadPlaces = {
    get: async (fingerprint) => (await placeIn(fileOf(fingerprint))) ?? undefined,
    async set(place) {
      const file = fileOf(place.fingerprint);
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      if (place.id === null && made === undefined) await removeExpired(places);
      // Whole or not at all, also when two commands write at once.
      const own = `${file}.${process.pid}`;
      await writeFile(own, JSON.stringify(place), { mode: 0o600 });
      await rename(own, file);
    },
    delete: (fingerprint) => rm(fileOf(fingerprint), { force: true }),
    async list() {
      const names = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(ending));
      const read = await Promise.all(names.map((name) => placeIn(join(folder, name))));
      return read.filter((place) => place !== null);
    },
  };
  return places;
}

/** A path that is not absolute counts as not set, as the specification has it. */
function stateHome({ XDG_STATE_HOME: named = '' }: Readonly<Record<string, string | undefined>>): string {
  return isAbsolute(named) ? named : join(homedir(), '.local/state');
}

/** Null where there is none, or what lies there is none. */
async function placeIn(path: string): Promise<UploadPlace | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as UploadPlace;
  } catch {
    return null;
  }
}

/** Milliseconds for which one is kept that the service never answered. */
const unanswered = 24 * 3_600_000;

async function removeExpired(places: UploadPlaces): Promise<void> {
  for (const { fingerprint, expiresAt, createdAt } of await places.list()) {
    const over = expiresAt === null ? Date.parse(createdAt) + unanswered : Date.parse(expiresAt);
    if (over < Date.now()) await places.delete(fingerprint);
  }
}
