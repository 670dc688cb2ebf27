import type { Document, DocumentType } from '@strongroom/client';
import { html, nothing } from 'lit';
import '../../../elements/documents/documents.ts';
import { typesOf } from '../../../connection/access.ts';
import type { StrongroomEvents } from '../../../connection/events.ts';
import { uploadIcon } from '../../../pieces/icons.ts';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import { documentPath, recordPath } from '../../routes.ts';
import './bulk-bar.ts';
import './filter-bar.ts';
import { type Filters, filtersOf, isFiltered, newest, queryOf } from './filters.ts';
import './reach.ts';
import './welcome.ts';

const hrefFor = ({ id }: Document) => documentPath(id);
const recordHrefFor = ({ recordId }: Document) => recordPath(recordId);

/** `<console-documents>`: all documents, narrowed by what the address says; where there are none, the way to the first. */
class Documents extends Page {
  static override properties = { types: { state: true }, selected: { state: true }, empty: { state: true } };
  declare private types: readonly DocumentType[];
  declare private selected: readonly string[];
  /** Whether there is no document at all, in no state. */
  declare private empty: boolean;

  constructor() {
    super();
    this.types = [];
    this.selected = [];
    this.empty = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.documents'));
    typesOf(this.client).then(
      (types) => {
        this.types = types;
      },
      (error) => this.console.session.failed(error),
    );
  }

  override render() {
    const filters = filtersOf(this.query);
    const { session, navigation } = this.console;
    const prefix = session.facts?.recordPrefix ?? null;
    return html`
      <div class="head">
        <h1 tabindex="-1">${say('console.documents')}</h1>
        ${session.may('upload') && !this.empty ? html`<a class="button primary" href="/upload">${uploadIcon}<span>${say('console.upload')}</span></a>` : nothing}
      </div>
      ${
        this.empty
          ? html`<console-welcome .console=${this.console} @console-stored=${this.#stored}></console-welcome>`
          : html`
            <console-filters
              .filters=${filters}
              .types=${this.types}
              @console-filters=${({ detail }: CustomEvent<{ filters: Filters; typed: boolean }>) =>
                navigation.refine(queryOf(detail.filters), !detail.typed)}
            ></console-filters>
            ${
              prefix !== null && !filters.recordId.startsWith(prefix)
                ? html`<console-reach .prefix=${prefix} .navigation=${navigation}></console-reach>`
                : this.#list(filters)
            }`
      }
    `;
  }

  #list(filters: Filters) {
    const { session, navigation } = this.console;
    const selectable = ['archive', 'delete', 'restore'].some((action) => session.may(action));
    return html`
      <console-bulk
        .session=${session}
        .ids=${this.selected}
        .state=${filters.state}
        @console-clear=${this.#unselect}
        @console-bulk=${this.#reload}
      ></console-bulk>
      <strongroom-documents
        .recordId=${filters.recordId || null}
        .type=${filters.type}
        .state=${filters.state}
        .q=${filters.q}
        .sort=${filters.sort || newest}
        ?selectable=${selectable}
        .hrefFor=${hrefFor}
        .recordHrefFor=${recordHrefFor}
        @strongroom-selection=${({ detail }: StrongroomEvents['strongroom-selection']) => {
          this.selected = detail.ids;
        }}
        @strongroom-sorted=${({ detail }: StrongroomEvents['strongroom-sorted']) =>
          navigation.refine(queryOf({ ...filters, sort: detail.sort }), true)}
        @strongroom-loaded=${({ detail }: StrongroomEvents['strongroom-loaded']) => this.#loaded(detail.count, filters)}
      ></strongroom-documents>`;
  }

  /** An empty list without filters may still have a trash: who looks at an empty service is invited, nobody else. */
  async #loaded(count: number, filters: Filters): Promise<void> {
    if (count > 0 || isFiltered(filters) || !this.console.session.may('upload')) return;
    try {
      const { items } = await this.client.list({ state: 'all', limit: 1 }).page();
      this.empty = items.length === 0;
    } catch (error) {
      this.console.session.failed(error);
    }
  }

  #stored(): void {
    this.empty = false;
  }

  #unselect(): void {
    const list = this.querySelector('strongroom-documents');
    if (list) list.selection = new Set();
    this.selected = [];
  }

  #reload(): void {
    this.#unselect();
    void this.querySelector('strongroom-documents')?.reload();
  }
}

customElements.define('console-documents', Documents);
