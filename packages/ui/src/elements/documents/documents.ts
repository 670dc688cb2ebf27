import type { Document, DocumentType, Filter } from '@strongroom/client';
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { typesOf } from '../../connection/access.ts';
import { define } from '../../connection/define.ts';
import { changes, type Failure, type StrongroomEvents } from '../../connection/events.ts';
import { StrongroomElement } from '../../connection/strongroom-element.ts';
import { readActionNames } from '../../pieces/action-names.ts';
import { Announcer } from '../../pieces/announcer.ts';
import { confirmStyles } from '../../pieces/confirm-dialog.ts';
import { DocumentActions } from '../../pieces/document-actions.ts';
import { errorNotice } from '../../pieces/error-notice.ts';
import { fileNameStyles } from '../../pieces/file-name.ts';
import { Toast, toastStyles } from '../../pieces/toast.ts';
import { Watch } from '../../pieces/watch.ts';
import { fields } from '../../theme/fields.ts';
import { theme } from '../../theme/theme.ts';
import { documents as english } from '../../words/english/documents.ts';
import { belongs, isIn } from './belongs.ts';
import { empty } from './empty.ts';
import { header, type Sort } from './header.ts';
import { Listing } from './listing.ts';
import { type RowContext, row } from './row.ts';
import { Selection } from './selection.ts';
import { skeleton } from './skeleton.ts';
import { styles } from './styles.ts';

export { configure } from '../../connection/configure.ts';
export { setWords } from '../../words/words.ts';

/**
 * `<strongroom-documents record-id>`: the documents of a record, or all that the caller reaches, with what can be done with
 * each. What other elements of the page upload, change or delete shows here by itself.
 */
export class StrongroomDocuments extends StrongroomElement {
  static override readonly english = [english];
  static override readonly styles = [...theme, fields, fileNameStyles, confirmStyles, toastStyles, styles];
  static override properties: PropertyDeclarations = {
    recordId: { attribute: 'record-id' },
    type: {},
    state: {},
    q: {},
    sort: {},
    limit: { type: Number },
    only: {},
    selectable: { type: Boolean },
    hrefFor: { attribute: false },
    recordHrefFor: { attribute: false },
    selection: { attribute: false },
  };

  /** The record whose documents are shown. Null: of all records; empty: of none yet. */
  declare recordId: string | null;
  /** The id of a document type. */
  declare type: string;
  /** States with commas between, or `all`; empty: what is neither deleted nor unfinished. `deleted` is the trash. */
  declare state: string;
  /** Beginning of a filename or a record's id. Such a list can't be sorted. */
  declare q: string;
  declare sort: Sort;
  /** Documents on one page, at most 200. */
  declare limit: number;
  /** The actions that are offered, with commas between; empty: all. */
  declare only: string;
  /** Whether rows can be selected. */
  declare selectable: boolean;
  /** Where a document's name leads to. Without it the name opens the preview. */
  declare hrefFor: ((document: Document) => string) | undefined;
  /** Where a record's id leads to, in a list of several records. Without it the id is text. */
  declare recordHrefFor: ((document: Document) => string) | undefined;

  readonly #listing = new Listing(() => this.requestUpdate());
  readonly #selection = new Selection();
  readonly #announcer = new Announcer(this);
  readonly #toast = new Toast(this);
  readonly #watch = new Watch((document) => this.#put(document));
  readonly #actions = new DocumentActions(this, () => ({
    say: this.say,
    formats: this.formats,
    client: this.strongroom,
    may: (action) => this.may(action),
    emit: (name, detail, options) => this.emit(name, detail, options),
    done: (_id, document, words) => this.#done(document, words),
    failed: (failure) => this.#fail(failure),
  }));
  #types: readonly DocumentType[] = [];
  #asked = '';
  #watched: readonly Document[] = [];
  #failure: Failure | null = null;
  #fresh: ReadonlySet<string> = new Set();

  constructor() {
    super();
    this.recordId = null;
    this.type = '';
    this.state = '';
    this.q = '';
    this.sort = '-createdAt';
    this.limit = 50;
    this.only = '';
    this.selectable = false;
  }

  /** The ids of the selected documents. */
  get selection(): ReadonlySet<string> {
    return this.#selection.ids;
  }

  set selection(ids: ReadonlySet<string>) {
    this.#selection.all([...ids]);
    this.requestUpdate();
  }

  /** The documents that are shown. */
  get documents(): readonly Document[] {
    return this.#listing.items;
  }

  /** Reads the list anew. What is shown stays until then. Before the element is in a page there is nothing to read. */
  async reload(): Promise<void> {
    if (this.recordId === '' || !this.strongroom) return;
    this.#failure = null;
    const read = await this.#listing.load(this.strongroom, this.#filter);
    if (read) this.#loaded();
    else if (this.#listing.status === 'failed') {
      this.emit('strongroom-failed', { action: 'list', error: this.#listing.error as Error });
    }
  }

  /** Reads the next page. */
  async more(): Promise<void> {
    const pressed = this.shadowRoot?.activeElement?.matches('.more') ?? false;
    const before = this.#listing.items.length;
    const added = await this.#listing.more();
    if (this.#listing.moreStatus === 'failed') {
      this.emit('strongroom-failed', { action: 'list', error: this.#listing.error as Error });
    }
    if (added === 0) return;
    this.#announcer.say(this.say('documents.said_more', { count: added }));
    this.emit('strongroom-loaded', { count: this.#listing.items.length });
    await this.updateComplete;
    if (pressed) this.#focusRow(before);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const name of heard) document.addEventListener(name, this.#heard);
    if (this.hasUpdated) void this.reload();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const name of heard) document.removeEventListener(name, this.#heard);
    this.#watch.stop();
    this.#listing.stop();
  }

  protected override reconnected(): void {
    this.#asked = '';
    this.#listing.clear();
    const client = this.strongroom;
    void typesOf(client)
      .then((types) => {
        if (client !== this.strongroom) return;
        this.#types = types;
        this.requestUpdate();
      })
      .catch(() => {});
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const asked = JSON.stringify([this.recordId, this.#filter]);
    if (asked === this.#asked) return;
    if (changed.has('recordId')) this.#listing.clear();
    this.#asked = asked;
    this.#fresh = new Set();
    void this.reload();
  }

  protected override updated(): void {
    const { items } = this.#listing;
    if (items === this.#watched) return;
    this.#watched = items;
    this.#watch.over(items, this.strongroom);
    if (this.#selection.keep(items.map(({ id }) => id))) this.#selected();
  }

  override render(): TemplateResult {
    return html`${this.#renderList()} ${this.#renderFailure()} ${this.#toast.render(this.say)}
    ${this.#announcer.render()} ${this.#actions.renderDialogs()}`;
  }

  #renderList(): TemplateResult | typeof nothing {
    const { items, status, error } = this.#listing;
    if (this.recordId === '') return empty('documents.empty', this.say);
    if (status === 'failed') return errorNotice(this.explain(error), this.say, () => void this.reload());
    const waits = status === 'loading' || !this.rightsKnown;
    if (items.length > 0 && this.rightsKnown) return this.#renderTable(waits);
    if (waits) return skeleton(this.say, this.selectable);
    return empty(this.#emptyKey, this.say);
  }

  #renderTable(busy: boolean): TemplateResult {
    const { items } = this.#listing;
    const context = this.#rowContext;
    return html`<div
        class="table"
        part="table"
        role="table"
        aria-label=${this.say('documents.label')}
        aria-busy=${busy ? 'true' : 'false'}
        ?data-selectable=${this.selectable}
      >
        <div role="rowgroup">${this.#renderHeader()}</div>
        <div class="rows" role="rowgroup">
          ${repeat(
            items,
            ({ id }) => id,
            (document) => row(document, context),
          )}
        </div>
      </div>
      ${this.#renderMore()}`;
  }

  #renderHeader(): TemplateResult {
    const shown = this.#listing.items.length;
    const count = this.#selection.ids.size;
    return header({
      say: this.say,
      selectable: this.selectable,
      selected: count === 0 ? 'none' : count === shown ? 'all' : 'some',
      sort: this.sort,
      sorts: this.#sorts,
      selectAll: (checked) => {
        this.#selection.all(checked ? this.#listing.items.map(({ id }) => id) : []);
        this.#selected();
      },
      sortBy: (sort) => {
        this.sort = sort;
        this.emit('strongroom-sorted', { sort });
      },
    });
  }

  #renderMore(): TemplateResult | typeof nothing {
    const { hasMore, moreStatus, error } = this.#listing;
    if (moreStatus === 'failed') return errorNotice(this.explain(error), this.say, () => void this.more());
    if (!hasMore) return nothing;
    return html`<div class="foot">
      <button
        class="button more"
        part="more"
        type="button"
        aria-disabled=${moreStatus === 'loading' ? 'true' : 'false'}
        @click=${() => void this.more()}
      >
        ${this.say('documents.more')}
      </button>
    </div>`;
  }

  #renderFailure(): TemplateResult | typeof nothing {
    return this.#failure ? errorNotice(this.explain(this.#failure.error), this.say) : nothing;
  }

  get #rowContext(): RowContext {
    const wanted = readActionNames(this.only);
    const offered = (document: Document) =>
      this.#actions.offered(document).filter((name) => wanted.includes(name));
    return {
      say: this.say,
      formats: this.formats,
      types: this.#types,
      selectable: this.selectable,
      isSelected: (id) => this.#selection.ids.has(id),
      isBusy: (id) => this.#actions.isBusy(id),
      isFresh: (id) => this.#fresh.has(id),
      href: (document) => this.hrefFor?.(document) ?? null,
      records: this.recordId === null,
      recordHref: (document) => this.recordHrefFor?.(document) ?? null,
      canOpen: (document) => offered(document).includes('preview'),
      open: (document) => this.#actions.open(document),
      select: (event, { id }) => this.#select(event, id),
      actions: (document) => this.#actions.render(document, offered(document), { icons: true }),
    };
  }

  get #filter(): Filter {
    const { recordId, type, state, q, sort, limit } = this;
    const named = this.#sorts.includes(sort) ? sort : undefined;
    return {
      ...(recordId && { recordId }),
      ...(type && { type }),
      ...(state && { state }),
      ...(q && { q }),
      ...(named && named !== '-createdAt' && { sort: named }),
      limit: Math.min(200, Math.max(1, limit || 50)),
    };
  }

  /** What the service can sort such a list by. */
  get #sorts(): readonly Sort[] {
    if (this.q) return [];
    return this.recordId ? ['-createdAt', 'createdAt', 'filename', 'size'] : ['-createdAt', 'createdAt'];
  }

  get #emptyKey(): 'documents.empty' | 'documents.empty_found' | 'documents.empty_trash' {
    if (this.q || this.type) return 'documents.empty_found';
    return this.state === 'deleted' ? 'documents.empty_trash' : 'documents.empty';
  }

  #loaded(): void {
    const count = this.#listing.items.length;
    this.#announcer.say(this.say('documents.said_loaded', { count }));
    this.emit('strongroom-loaded', { count });
  }

  #select(event: MouseEvent, id: string): void {
    const { checked } = event.currentTarget as HTMLInputElement;
    const all = this.#listing.items.map((item) => item.id);
    this.#selection.set(id, checked, { range: event.shiftKey, all });
    this.#selected();
  }

  #selected(): void {
    this.requestUpdate();
    this.emit('strongroom-selection', { ids: [...this.#selection.ids] });
  }

  /** The list itself follows the event that tells the page of it. */
  #done(document: Document | null, words: string): void {
    this.#failure = null;
    this.#announcer.say(words);
    const undo = document?.state === 'deleted' && this.may('restore');
    this.#toast.show(
      words,
      undo ? { key: 'action.undo', act: () => this.#actions.run('restore', document) } : null,
    );
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.emit('strongroom-failed', failure);
    this.requestUpdate();
  }

  /** What this list, or another element of the page, has done. */
  readonly #heard = (event: StrongroomEvents[(typeof heard)[number]]): void => {
    const { document } = event.detail;
    if (document !== null) this.#put(document);
    else if ('id' in event.detail) this.#drop(event.detail.id);
  };

  #put(document: Document): void {
    const { items } = this.#listing;
    if (this.#listing.has(document.id)) {
      if (isIn(document, this.state || undefined)) this.#listing.replace(document);
      else this.#drop(document.id);
      return;
    }
    if (this.recordId === '' || !belongs(document, this.#filter)) return;
    this.#fresh = new Set([...this.#fresh, document.id]);
    if (this.#listing.status === 'ready' && this.sort === '-createdAt' && newest(document, items))
      this.#listing.prepend(document);
    else void this.reload();
  }

  /** Who stood in that row stands in the one that moves up. */
  #drop(id: string): void {
    const { items } = this.#listing;
    const index = items.findIndex((item) => item.id === id);
    if (index < 0) return;
    const focused = this.shadowRoot?.activeElement?.closest<HTMLElement>('.row')?.dataset.id === id;
    this.#listing.drop(id);
    if (focused) void this.updateComplete.then(() => this.#focusRow(Math.min(index, items.length - 2)));
  }

  #focusRow(index: number): void {
    const row = this.renderRoot.querySelectorAll('.rows > .row')[index];
    const places = ['a.open, button.open', '.actions button', 'input'].map((place) =>
      row?.querySelector<HTMLElement>(place),
    );
    const place = places.find(Boolean) ?? this.renderRoot.querySelector<HTMLElement>('.empty');
    place?.focus();
  }
}

const heard = ['strongroom-uploaded', ...changes] as const;

function newest({ createdAt }: Document, items: readonly Document[]): boolean {
  return items.every((item) => item.createdAt <= createdAt);
}

define('strongroom-documents', StrongroomDocuments);

declare global {
  interface HTMLElementTagNameMap {
    'strongroom-documents': StrongroomDocuments;
  }
}
