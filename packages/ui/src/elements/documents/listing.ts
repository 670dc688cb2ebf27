import type { Document, Filter, Strongroom } from '@strongroom/client';

export type Status = 'loading' | 'ready' | 'failed';

/** The documents of one list, page after page. What is shown stays until what takes its place is there. */
export class Listing {
  readonly #changed: () => void;
  items: readonly Document[] = [];
  status: Status = 'loading';
  moreStatus: Status = 'ready';
  error: unknown = null;
  #next: string | null = null;
  #source: { readonly client: Strongroom; readonly filter: Filter } | null = null;
  #reading = new AbortController();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  get hasMore(): boolean {
    return this.#next !== null;
  }

  /** Reads the first page. What an earlier call still waits for is given up. True when it was read. */
  async load(client: Strongroom, filter: Filter): Promise<boolean> {
    this.#reading.abort();
    this.#reading = new AbortController();
    const { signal } = this.#reading;
    this.#source = { client, filter };
    this.status = 'loading';
    this.#changed();
    try {
      const { items, nextCursor } = await client.list(filter, { signal }).page();
      if (signal.aborted) return false;
      this.items = items;
      this.#next = nextCursor;
      this.status = this.moreStatus = 'ready';
    } catch (error) {
      if (signal.aborted) return false;
      this.error = error;
      this.status = 'failed';
    }
    this.#changed();
    return this.status === 'ready';
  }

  /** Reads the next page. How many were added. */
  async more(): Promise<number> {
    if (!this.#source || this.#next === null || this.moreStatus === 'loading') return 0;
    const { signal } = this.#reading;
    const { client, filter } = this.#source;
    this.moreStatus = 'loading';
    this.#changed();
    try {
      const page = await client.list({ ...filter, cursor: this.#next }, { signal }).page();
      if (signal.aborted) return 0;
      const known = new Set(this.items.map(({ id }) => id));
      const added = page.items.filter(({ id }) => !known.has(id));
      this.items = [...this.items, ...added];
      this.#next = page.nextCursor;
      this.moreStatus = 'ready';
      this.#changed();
      return added.length;
    } catch (error) {
      if (signal.aborted) return 0;
      this.error = error;
      this.moreStatus = 'failed';
      this.#changed();
      return 0;
    }
  }

  /** Shows nothing of what it held: it is of another record, or not for this caller. */
  clear(): void {
    this.#reading.abort();
    this.items = [];
    this.#next = null;
    this.status = 'loading';
    this.moreStatus = 'ready';
  }

  /** Gives up what is being read. */
  stop(): void {
    this.#reading.abort();
  }

  has(id: string): boolean {
    return this.items.some((item) => item.id === id);
  }

  replace(document: Document): void {
    this.items = this.items.map((item) => (item.id === document.id ? document : item));
    this.#changed();
  }

  prepend(document: Document): void {
    this.items = [document, ...this.items.filter(({ id }) => id !== document.id)];
    this.#changed();
  }

  drop(id: string): void {
    this.items = this.items.filter((item) => item.id !== id);
    this.#changed();
  }
}
