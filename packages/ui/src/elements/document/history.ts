import type { Event, Strongroom } from '@strongroom/client';
import {
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import { errorNotice } from '../../pieces/error-notice.ts';
import type { Explanation } from '../../words/explain.ts';
import type { Formats } from '../../words/formats.ts';
import type { Say } from '../../words/words.ts';

export interface HistoryContext {
  readonly say: Say;
  readonly formats: Formats;
  explain(error: unknown): Explanation;
}

const pageSize = 20;
/** The service's own bound. */
const mostOnPage = 200;

/** What happened to a document, oldest first, a page at a time: `read` begins anew, `render` goes into the host's template. */
export class History implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #from: { readonly client: Strongroom; readonly id: string } | null = null;
  #events: readonly Event[] = [];
  /** Where to go on; null when all is here. */
  #next: string | null = null;
  #error: unknown = null;
  #calls = new AbortController();
  #busy = false;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#calls.abort();
  }

  /** Reads it from its beginning; for the same document, which has changed, as far as it is seen and what came since. */
  async read(client: Strongroom, id: string): Promise<void> {
    if (this.#from?.id !== id) this.#events = [];
    this.#from = { client, id };
    await this.#page(undefined, Math.min(this.#events.length + pageSize, mostOnPage));
  }

  async #page(cursor: string | undefined, limit: number): Promise<void> {
    const from = this.#from;
    if (!from) return;
    this.#calls.abort();
    this.#calls = new AbortController();
    const { signal } = this.#calls;
    this.#busy = true;
    this.#error = null;
    this.#host.requestUpdate();
    try {
      const page = await from.client.events(from.id, { limit, cursor, signal }).page();
      this.#events = cursor === undefined ? page.items : [...this.#events, ...page.items];
      this.#next = page.nextCursor;
    } catch (error) {
      if (signal.aborted) return;
      this.#error = error;
    }
    if (signal.aborted) return;
    this.#busy = false;
    this.#host.requestUpdate();
  }

  readonly #more = (): void => void this.#page(this.#next ?? undefined, pageSize);

  render({ say, formats, explain }: HistoryContext): TemplateResult {
    return html`<section class="history" part="history" aria-labelledby="history">
      <h2 id="history">${say('document.history')}</h2>
      ${this.#busy && this.#events.length === 0 ? html`<p class="quiet" role="status">${say('document.history_loading')}</p>` : nothing}
      <ol>
        ${this.#events.map((event) => entry(event, say, formats))}
      </ol>
      ${this.#error ? errorNotice(explain(this.#error), say, this.#more) : nothing}
      ${
        this.#next === null || this.#error
          ? nothing
          : html`<button class="button" type="button" aria-disabled=${this.#busy} @click=${this.#more}>
              ${say('document.history_more')}
            </button>`
      }
    </section>`;
  }
}

/** A newer service may know of events that have no word here: they are told by their own name. */
function entry({ action, at, actor }: Event, say: Say, formats: Formats): TemplateResult {
  const key = `event.${action}` as const;
  const words = say(key);
  const by = { time: formats.time(at), actor: say(`actor.${actor.kind}`) };
  return html`<li>
    <p>${words === key ? action : words}</p>
    <p class="quiet small"><time datetime=${at}>${say('document.by', by)}</time></p>
  </li>`;
}
