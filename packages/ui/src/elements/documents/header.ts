import type { Filter } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { sortIcon } from '../../pieces/icons.ts';
import type { Say, WordKey } from '../../words/words.ts';

export type Sort = NonNullable<Filter['sort']>;

export interface Header {
  readonly say: Say;
  readonly selectable: boolean;
  /** Of the rows that are shown. */
  readonly selected: 'none' | 'some' | 'all';
  readonly sort: Sort;
  /** What the service can sort this list by. */
  readonly sorts: readonly Sort[];
  selectAll(checked: boolean): void;
  sortBy(sort: Sort): void;
}

/** The names of the columns, which sort where the service can. */
export function header(state: Header): TemplateResult {
  const { say, selectable } = state;
  return html`<div class="row head" role="row">
    ${selectable ? selectAll(state) : nothing}
    ${column('name', 'documents.name', ['filename'], state)}
    <div class="facts" role="none">
      ${column('type', 'documents.type', [], state)} ${column('size', 'documents.size', ['size'], state)}
      ${column('date', 'documents.date', ['-createdAt', 'createdAt'], state)}
    </div>
    ${column('state', 'documents.state', [], state)}
    <div class="cell actions" role="columnheader"><span class="hidden-visually">${say('documents.actions')}</span></div>
  </div>`;
}

function selectAll({ say, selected, selectAll }: Header): TemplateResult {
  return html`<div class="cell choice" role="columnheader">
    <label
      ><input
        class="check"
        type="checkbox"
        aria-label=${say('documents.select_all')}
        .checked=${selected === 'all'}
        .indeterminate=${selected === 'some'}
        @change=${(event: Event) => selectAll((event.currentTarget as HTMLInputElement).checked)}
    /></label>
  </div>`;
}

/** A press takes the first of `by`, or the other one where it is in use already. */
function column(name: string, key: WordKey, by: readonly Sort[], state: Header): TemplateResult {
  const { say, sort, sorts, sortBy } = state;
  const words = say(key);
  const [first, second] = by.filter((each) => sorts.includes(each));
  if (first === undefined) return html`<div class="cell ${name}" role="columnheader">${words}</div>`;
  const current = by.includes(sort);
  const next = sort === first && second !== undefined ? second : first;
  const direction = !current ? 'none' : sort.startsWith('-') ? 'descending' : 'ascending';
  return html`<div class="cell ${name}" role="columnheader" aria-sort=${direction}>
    <button
      class="sort"
      type="button"
      ?data-current=${current}
      data-direction=${direction}
      title=${say('documents.sort_by', { column: words })}
      @click=${() => sortBy(next)}
    >
      ${words}${sortIcon}
    </button>
  </div>`;
}
