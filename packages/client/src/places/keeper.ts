import { endUpload } from '../transports/ending.ts';
import type { ResumableJob } from '../transports/job.ts';
import { fingerprintOf } from './fingerprint.ts';
import { PrefixReader } from './prefix.ts';
import { beginOnce } from './under-way.ts';
import type { UploadPlace, UploadPlaces } from './upload-places.ts';

/** Keeps the place of one upload on its way. A store that fails is done without: then this upload does not go on after a reload. */
export class Keeper {
  readonly #job: ResumableJob;
  readonly #file: PrefixReader;
  readonly #places: UploadPlaces | null;
  readonly #release: () => void;
  #place: UploadPlace;
  #found = false;
  #writes = true;
  #writing: Promise<void> = Promise.resolve();
  #reading: Promise<void> = Promise.resolve();

  private constructor(
    job: ResumableJob,
    place: UploadPlace,
    places: UploadPlaces | null = null,
    release = () => {},
  ) {
    this.#job = job;
    this.#file = new PrefixReader(job.part);
    this.#place = place;
    this.#places = places;
    this.#release = release;
  }

  /**
   * The place of this file where it is kept, else a new one. The same file twice at a time is two uploads; the first is kept.
   * Raises `file_unreadable`.
   */
  static async of(transport: 'tus' | 'direct', job: ResumableJob): Promise<Keeper> {
    const { places } = job;
    if (places === null) return new Keeper(job, newPlace('', transport, job));
    const fingerprint = await fingerprintOf(job);
    const fresh = newPlace(fingerprint, transport, job);
    const release = beginOnce(fingerprint);
    if (release === null) return new Keeper(job, fresh);
    const keeper = new Keeper(job, fresh, places, release);
    try {
      const kept = await places.get(fingerprint).catch(() => undefined);
      // What has to go one way does not go on another.
      const fits = job.goAround !== null || kept?.transport === transport;
      if (!kept || !fits) return keeper;
      if (kept.size === job.size && (await keeper.#beginsWith(kept.prefix))) {
        [keeper.#place, keeper.#found] = [kept, true];
        return keeper;
      }
      if (kept.id !== null) await endUpload(job.connection, { ...kept, id: kept.id });
      return new Keeper(job, fresh, places, release);
    } catch (error) {
      release();
      throw error;
    }
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
    // In order, also where several parts of one upload tell at once.
    this.#writing = this.#writing.then(() => this.#write());
    await this.#writing;
  }

  /**
   * To be called before the bytes up to `to` leave: takes down what they are, so that no other file is ever sent on after them.
   * Raises `file_unreadable`.
   */
  leaves(to: number): Promise<void> {
    return this.#inTurn(async () => {
      if (to > this.#place.prefix.bytes) await this.note({ prefix: await this.#prefix(to) });
    });
  }

  /** Whether the first `stored` bytes of this upload are known to be this file's. Raises `file_unreadable`. */
  vouchesFor(stored: number): Promise<boolean> {
    return this.#inTurn(async () => {
      const { fingerprint, id, prefix } = this.#place;
      if (stored <= prefix.bytes) return true;
      // Another tab may have gone on with it since it was looked up here.
      const kept = await this.#places?.get(fingerprint).catch(() => undefined);
      if (!kept || kept.id !== id || kept.prefix.bytes < stored) return false;
      if (!(await this.#beginsWith(kept.prefix))) return false;
      this.#place = { ...this.#place, prefix: kept.prefix };
      return true;
    });
  }

  /** The upload ended on the service, so there is no document of it: the same file from its beginning. */
  async beginAnew(): Promise<void> {
    await this.goBy(this.#place.transport);
  }

  /** Another way, from its beginning. */
  async goBy(transport: 'tus' | 'direct'): Promise<void> {
    const { idempotencyKey } = this.#job;
    await this.note({ transport, idempotencyKey, id: null, sent: 0, expiresAt: null });
  }

  async forget(): Promise<void> {
    await this.#places?.delete(this.#place.fingerprint).catch(() => {});
  }

  /** It is no longer on its way. */
  release(): void {
    this.#release();
  }

  /** @param prefix of no fewer bytes than were read so far */
  async #beginsWith({ bytes, hash }: UploadPlace['prefix']): Promise<boolean> {
    return bytes === 0 || (await this.#file.upTo(bytes)).hash === hash;
  }

  /** The file is read on from where it was read to, by one at a time. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const acted = this.#reading.then(act);
    this.#reading = acted.then(
      () => {},
      () => {},
    );
    return acted;
  }

  /** Where nothing is kept, how much has left is enough to know. */
  async #prefix(bytes: number): Promise<UploadPlace['prefix']> {
    return this.#places === null ? { bytes, hash: '' } : this.#file.upTo(bytes);
  }

  async #write(): Promise<void> {
    if (!this.#writes) return;
    await this.#places?.set(this.#place).catch(() => {
      this.#writes = false;
    });
  }
}

function newPlace(fingerprint: string, transport: 'tus' | 'direct', job: ResumableJob): UploadPlace {
  const { connection, wanted, size, idempotencyKey } = job;
  const { recordId, type, filename = '' } = wanted;
  return {
    ...{ fingerprint, url: connection.url, recordId, type, filename, size, transport, idempotencyKey },
    ...{ id: null, sent: 0, prefix: { bytes: 0, hash: '' } },
    ...{ createdAt: new Date().toISOString(), expiresAt: null },
  };
}
