import type { LinkOptions, ObjectStore, OpenOptions, PutOptions } from '../objects/object-store.ts';
import type { Calls } from './calls.ts';
import type { Counter } from './instruments.ts';
import { measuredDirect } from './measured-direct.ts';
import { measuredResumable } from './measured-resumable.ts';

/** The same store, with every call measured: `open` until its first byte may be read, `put` for as long as its body comes. */
export class MeasuredStore implements ObjectStore {
  readonly kind: ObjectStore['kind'];
  readonly bucket: string | null;
  readonly resumable: ObjectStore['resumable'];
  readonly direct: ObjectStore['direct'];
  readonly put: ObjectStore['put'];
  readonly open: ObjectStore['open'];
  readonly read: ObjectStore['read'];
  readonly stat: ObjectStore['stat'];
  readonly remove: ObjectStore['remove'];
  readonly connect: ObjectStore['connect'];
  readonly #store: ObjectStore;
  #reading = 0;

  /** `stored` counts the bytes of bodies that were stored whole. */
  constructor(store: ObjectStore, calls: Calls, stored: Counter) {
    this.#store = store;
    this.kind = store.kind;
    this.bucket = store.bucket;
    this.direct = store.direct && measuredDirect(store.direct, calls);
    this.resumable = measuredResumable(store.resumable, calls, stored);
    this.put = calls.measured('put', async (key: string, body, options: PutOptions) => {
      const answer = await store.put(key, body, options);
      stored.add(answer.size);
      return answer;
    });
    this.open = calls.measured('open', async (key: string, options?: OpenOptions) => {
      const opened = await store.open(key, options);
      this.#reading++;
      opened.body.once('close', () => this.#reading--);
      return opened;
    });
    this.read = calls.measured('read', store.read.bind(store));
    this.stat = calls.measured('stat', store.stat.bind(store));
    this.remove = calls.measured('remove', store.remove.bind(store));
    this.connect = calls.measured('connect', store.connect.bind(store));
  }

  /** Bodies that are open: downloads under way, but for small bodies, which are read at once. */
  get reading(): number {
    return this.#reading;
  }

  path(key: string): string {
    return this.#store.path(key);
  }

  /** Not measured: a sweep lasts as long as the bucket is large. */
  list(prefix: string, options?: { after?: string; signal?: AbortSignal }) {
    return this.#store.list(prefix, options);
  }

  link(key: string, options: LinkOptions): Promise<string | null> {
    return this.#store.link(key, options);
  }

  describe() {
    return this.#store.describe();
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}
