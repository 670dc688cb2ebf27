import type { Document, Strongroom } from '@strongroom/client';

/** Milliseconds to the first look, and at most between two. */
const soon = 2_000;
const late = 15_000;
/** So many are looked after at once. */
const most = 10;

const moving = new Set<Document['state']>(['receiving', 'inspecting']);

/** Looks again at documents that are on their way into a lasting state, ever less often, while the page can be seen. */
export class Watch {
  readonly #changed: (document: Document) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wait = soon;
  /** Grows with every order: a look that was begun under an earlier one sets no further one. */
  #order = 0;

  constructor(changed: (document: Document) => void) {
    this.#changed = changed;
  }

  /** Looks after those of `documents` that need it, in place of the ones before. */
  over(documents: readonly Document[], client: Strongroom): void {
    clearTimeout(this.#timer);
    const order = ++this.#order;
    const waiting = documents.filter(({ state }) => moving.has(state)).slice(0, most);
    if (waiting.length === 0) {
      this.#wait = soon;
      return;
    }
    this.#timer = setTimeout(() => void this.#look(waiting, documents, client, order), this.#wait);
    this.#wait = Math.min(late, this.#wait * 1.5);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#order += 1;
    this.#wait = soon;
  }

  async #look(
    waiting: readonly Document[],
    all: readonly Document[],
    client: Strongroom,
    order: number,
  ): Promise<void> {
    if (document.hidden) return this.over(all, client);
    const found = await Promise.all(waiting.map(({ id }) => client.get(id).catch(() => null)));
    if (order !== this.#order) return;
    const changed = found.filter((now, index) => now !== null && now.state !== waiting[index]?.state);
    if (changed.length === 0) return this.over(all, client);
    for (const now of changed) if (now) this.#changed(now);
  }
}
