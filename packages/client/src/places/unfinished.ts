import type { Connection } from '../connection.ts';
import { endUpload } from '../transports/ending.ts';
import { underWay } from './under-way.ts';
import type { UnfinishedUpload, UploadPlace, UploadPlaces } from './upload-places.ts';

/** Those of this service that are not on their way, oldest first. What has expired is forgotten. */
export async function unfinishedUploads(
  connection: Connection,
  places: UploadPlaces,
): Promise<UnfinishedUpload[]> {
  const [kept, busy] = await Promise.all([places.list().catch(() => []), underWay()]);
  const own = kept.filter(({ url }) => url === connection.url);
  const over = own.filter((place) => expiry(place) < Date.now() && !busy.has(place.fingerprint));
  await Promise.all(over.map(({ fingerprint }) => places.delete(fingerprint).catch(() => {})));
  return own
    .filter((place) => !over.includes(place) && !busy.has(place.fingerprint))
    .toSorted((a, b) => (a.createdAt < b.createdAt ? -1 : 1))
    .map((place) => unfinished(connection, places, place));
}

/** Milliseconds for which one is kept that the service never answered. */
const unanswered = 24 * 3_600_000;

function expiry({ expiresAt, createdAt }: UploadPlace): number {
  return expiresAt === null ? Date.parse(createdAt) + unanswered : Date.parse(expiresAt);
}

function unfinished(connection: Connection, places: UploadPlaces, place: UploadPlace): UnfinishedUpload {
  const { recordId, type, filename, size, sent, createdAt } = place;
  const forget = async () => {
    if (place.id !== null) await endUpload(connection, { ...place, id: place.id });
    await places.delete(place.fingerprint);
  };
  return { recordId, type, filename, size, sent, createdAt, forget };
}
