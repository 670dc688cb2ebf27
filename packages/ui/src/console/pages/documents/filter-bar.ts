import type { DocumentType } from '@strongroom/client';
import { html, nothing } from 'lit';
import { live } from 'lit/directives/live.js';
import { typeLabel } from '../../../words/type-label.ts';
import { icons } from '../../parts/icons.ts';
import { Part } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import {
  type FilterName,
  type Filters,
  filtersOf,
  isFiltered,
  newest,
  sorts,
  stateChoices,
} from './filters.ts';

/** Milliseconds without a key, after which what is typed counts. */
const pause = 250;

/** `<console-filters>`: what narrows the list. Tells a change as `console-filters`, `{filters, typed}`. */
class FilterBar extends Part {
  static override properties = {
    filters: { attribute: false },
    types: { attribute: false },
    open: { state: true },
  };
  declare filters: Filters;
  declare types: readonly DocumentType[];
  /** On a narrow screen the selects are behind a button. */
  declare private open: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is typed and not told yet: it stays when the bar is drawn anew, as it is when the types arrive. */
  #typing: Pick<Filters, 'q' | 'recordId'> | null = null;

  constructor() {
    super();
    this.filters = filtersOf(new URLSearchParams());
    this.types = [];
    this.open = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render() {
    const { type, state } = this.filters;
    const { q, recordId } = this.#typing ?? this.filters;
    const set = [this.filters.recordId, type, state].filter(Boolean).length;
    return html`<form class="filters" role="search" aria-label=${say('console.filters')} @submit=${this.#submit}>
      <label class="search">
        <span class="unseen">${say('console.q')}</span>
        ${icons.search}
        <input
          type="search"
          name="q"
          placeholder=${say('console.q.placeholder')}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          maxlength="255"
          .value=${live(q)}
          @input=${this.#typed}
        />
      </label>
      <button
        type="button"
        class="more-filters"
        aria-expanded=${this.open}
        aria-controls="more-filters"
        @click=${() => {
          this.open = !this.open;
        }}
      >
        ${say('console.filters')}${set ? html` <span class="count">${set}</span>` : nothing}
      </button>
      <div id="more-filters" class="narrowing" data-open=${this.open}>
        <label class="field">
          <span>${say('console.record')}</span>
          <input
            name="recordId"
            placeholder=${say('console.any_record')}
            autocomplete="off"
            autocapitalize="off"
            spellcheck="false"
            maxlength="200"
            .value=${live(recordId)}
            @input=${this.#typed}
          />
        </label>
        ${this.#select('type', type, say('console.type'), [
          ['', say('console.any_type')],
          ...this.types.map(({ id }): [string, string] => [id, typeLabel(id, say, this.types)]),
        ])}
        ${this.#select(
          'state',
          state,
          say('console.state'),
          stateChoices.map((choice) => [choice, say(`console.state.${choice || 'default'}`)]),
        )}
        ${this.#sort()}
        ${
          isFiltered(this.filters)
            ? html`<button type="button" class="quiet clear" @click=${this.#clear}>${say('console.filters.clear')}</button>`
            : nothing
        }
      </div>
    </form>`;
  }

  #sort() {
    const orders = sorts(this.filters);
    const choices = orders.map((order): [string, string] => [order, say(`console.sort.${order}`)]);
    if (choices.length === 0) choices.push(['', say('console.sort.q')]);
    return this.#select(
      'sort',
      this.filters.sort || newest,
      say('console.sort'),
      choices,
      orders.length === 0,
    );
  }

  #select(name: FilterName, value: string, label: string, choices: [string, string][], disabled = false) {
    const known = choices.some(([choice]) => choice === value);
    return html`<label class="field">
      <span>${label}</span>
      <select name=${name} ?disabled=${disabled} @change=${this.#chosen}>
        ${known || disabled ? nothing : html`<option value=${value} selected>${value}</option>`}
        ${choices.map(([choice, words]) => html`<option value=${choice} .selected=${choice === value}>${words}</option>`)}
      </select>
    </label>`;
  }

  readonly #typed = (): void => {
    clearTimeout(this.#timer);
    const data = this.#data();
    this.#typing = { q: String(data.get('q') ?? ''), recordId: String(data.get('recordId') ?? '') };
    this.#timer = setTimeout(() => this.#tell(true), pause);
  };

  readonly #chosen = (): void => this.#tell(false);

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    this.#tell(true);
  }

  #clear(): void {
    const { sort } = this.filters;
    this.#send({ ...filtersOf(new URLSearchParams()), sort }, false);
    this.querySelector<HTMLElement>('[name=q]')?.focus();
  }

  #tell(typed: boolean): void {
    const now = new URLSearchParams([...this.#data()].map(([name, value]) => [name, String(value)]));
    this.#send(filtersOf(now), typed);
  }

  #data(): FormData {
    return new FormData(this.querySelector('form') ?? undefined);
  }

  #send(filters: Filters, typed: boolean): void {
    clearTimeout(this.#timer);
    this.#typing = null;
    this.dispatchEvent(new CustomEvent('console-filters', { detail: { filters, typed }, bubbles: true }));
  }
}

customElements.define('console-filters', FilterBar);
