import type { ResumableJob } from '../transports/job.ts';
import { fingerprintOf } from './fingerprint.ts';
import { beginOnce } from './under-way.ts';
import type { UploadPlace, UploadPlaces } from './upload-places.ts';

/** Keeps the place of one upload on its way. A store that fails is done without: then this upload does not go on after a reload. */
export class Keeper {
  #place: UploadPlace;
  #found: boolean;
  readonly #places: UploadPlaces | null;
  readonly #release: () => void;

  private constructor(place: UploadPlace, found: boolean, places: UploadPlaces | null, release: () => void) {
    this.#place = place;
    this.#found = found;
    this.#places = places;
    this.#release = release;
  }

  /** The place of this file where it is kept, else a new one. The same file twice at a time is two uploads; the first is kept. */
  static async of(transport: 'tus' | 'direct', job: ResumableJob): Promise<Keeper> {
    if (job.places === null) return new Keeper(newPlace('', transport, job), false, null, () => {});
    const fingerprint = await fingerprintOf(job);
    const release = beginOnce(fingerprint);
    const fresh = newPlace(fingerprint, transport, job);
    if (release === null) return new Keeper(fresh, false, null, () => {});
    const kept = await job.places.get(fingerprint).catch(() => undefined);
    // What has to go one way does not go on another.
    const fits = job.goAround !== null || kept?.transport === transport;
    const found = fits && kept?.size === job.size ? kept : null;
    return new Keeper(found ?? fresh, found !== null, job.places, release);
  }

  get place(): UploadPlace {
    return this.#place;
  }

  /** Whether it is one that stopped earlier; true once. */
  continues(): boolean {
    const found = this.#found;
    this.#found = false;
    return found;
  }

  /** Takes down what is known now. */
  async note(change: Partial<UploadPlace>): Promise<void> {
    this.#place = { ...this.#place, ...change };
    await this.#places?.set(this.#place).catch(() => {});
  }

  /** The upload ended on the service, so there is no document of it: the same file from its beginning. */
  async beginAnew(): Promise<void> {
    await this.goBy(this.#place.transport);
  }

  /** Another way, from its beginning. */
  async goBy(transport: 'tus' | 'direct'): Promise<void> {
    await this.note({ transport, id: null, sent: 0, expiresAt: null });
  }

  async forget(): Promise<void> {
    await this.#places?.delete(this.#place.fingerprint).catch(() => {});
  }

  /** It is no longer on its way. */
  release(): void {
    this.#release();
  }
}

function newPlace(fingerprint: string, transport: 'tus' | 'direct', job: ResumableJob): UploadPlace {
  const { connection, wanted, size, idempotencyKey } = job;
  const { recordId, type, filename = '' } = wanted;
  return {
    ...{ fingerprint, url: connection.url, recordId, type, filename, size, transport, idempotencyKey },
    ...{ id: null, sent: 0, createdAt: new Date().toISOString(), expiresAt: null },
  };
}
