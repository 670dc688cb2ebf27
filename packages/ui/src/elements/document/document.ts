import type { Document, DocumentType, Strongroom } from '@strongroom/client';
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { typesOf } from '../../connection/access.ts';
import { define } from '../../connection/define.ts';
import { changes, type StrongroomEvents } from '../../connection/events.ts';
import { StrongroomElement } from '../../connection/strongroom-element.ts';
import { Announcer } from '../../pieces/announcer.ts';
import { toClipboard } from '../../pieces/clipboard.ts';
import { errorNotice } from '../../pieces/error-notice.ts';
import { editIcon } from '../../pieces/icons.ts';
import { Watch } from '../../pieces/watch.ts';
import { fields } from '../../theme/fields.ts';
import { theme } from '../../theme/theme.ts';
import { document as english } from '../../words/english/document.ts';
import '../actions/actions.ts';
import '../preview/preview.ts';
import { EditForm } from './edit-form.ts';
import { facts } from './facts.ts';
import { History } from './history.ts';
import { styles } from './styles.ts';

export { configure } from '../../connection/configure.ts';
export { setWords } from '../../words/words.ts';

/** States in which name and facts may still be changed. */
const changeable: readonly string[] = ['inspecting', 'available', 'archived', 'quarantined'];

/**
 * `<strongroom-document document-id>`: the whole of one document. Its preview, what can be done with it, what is known of it,
 * and what happened to it.
 *
 * Sends `strongroom-loaded` when it is known, `strongroom-failed` when not, `strongroom-changed` when its name or facts were
 * changed here, and what the actions send.
 */
export class StrongroomDocument extends StrongroomElement {
  static override properties: PropertyDeclarations = {
    documentId: { attribute: 'document-id' },
    document: { attribute: false },
  };
  static override readonly english = [english];
  static override styles = [...theme, fields, styles];

  declare documentId: string | undefined;
  /** The document itself, which spares asking for it. */
  declare document: Document | undefined;

  readonly #announcer = new Announcer(this);
  readonly #history = new History(this);
  readonly #edit = new EditForm(this, () => ({
    client: this.strongroom,
    say: this.say,
    explain: (error) => this.explain(error),
    changed: (document, saved) => this.#changed(document, saved),
  }));
  readonly #watch = new Watch((document) => this.#show(document));
  #known: Document | null = null;
  #types: readonly DocumentType[] = [];
  #error: unknown = null;
  #taken: string | null = null;
  #takenFor: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    for (const name of changes) document.addEventListener(name, this.#heard);
    if (this.#known) this.#watch.over([this.#known], this.strongroom);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const name of changes) document.removeEventListener(name, this.#heard);
    this.#watch.stop();
    clearTimeout(this.#takenFor);
    this.#taken = null;
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = this.strongroom;
    super.willUpdate(changed);
    const { strongroom } = this;
    if (before !== strongroom) void this.#learnTypes(strongroom);
    if (before !== strongroom || changed.has('documentId') || changed.has('document')) void this.#begin();
  }

  async #learnTypes(client: Strongroom): Promise<void> {
    const types = await typesOf(client).catch(() => []);
    if (client !== this.strongroom) return;
    this.#types = types;
    this.requestUpdate();
  }

  async #begin(): Promise<void> {
    const { strongroom, documentId } = this;
    this.#error = null;
    this.#known = null;
    this.#watch.stop();
    this.#edit.close();
    if (this.document) return this.#found(this.document);
    if (!documentId) return;
    const current = () => documentId === this.documentId && strongroom === this.strongroom && !this.document;
    try {
      const found = await strongroom.get(documentId);
      if (current()) this.#found(found);
    } catch (error) {
      if (!current()) return;
      this.#error = error;
      this.emit('strongroom-failed', { action: 'read', error: error as Error, documentId });
      this.requestUpdate();
    }
  }

  #found(document: Document): void {
    this.#show(document);
    this.emit('strongroom-loaded', { count: 1 });
  }

  #show(document: Document): void {
    this.#known = document;
    this.#watch.over([document], this.strongroom);
    void this.#history.read(this.strongroom, document.id);
    this.requestUpdate();
  }

  #changed(document: Document, saved: boolean): void {
    this.#show(document);
    if (!saved) return;
    this.#announcer.say(this.say('document.saved'));
    this.emit('strongroom-changed', { document });
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('#edit')?.focus());
  }

  /** What the actions here or another element of the page have done with it. */
  readonly #heard = (event: StrongroomEvents[(typeof changes)[number]]): void => {
    const { document } = event.detail;
    const known = this.#known;
    if (document && document.id === known?.id && document !== known) this.#show(document);
    else if ('id' in event.detail && event.detail.id === known?.id) void this.#begin();
  };

  readonly #copy = async (text: string): Promise<void> => {
    const done = await toClipboard(text, this.renderRoot);
    this.#announcer.say(this.say(done ? 'document.copied' : 'document.not_copied'));
    this.#take(done ? text : null);
  };

  /** Shows for a moment what was copied. */
  #take(text: string | null): void {
    clearTimeout(this.#takenFor);
    this.#taken = text;
    this.requestUpdate();
    if (text !== null) this.#takenFor = setTimeout(() => this.#take(null), 2000);
  }

  protected override render(): TemplateResult {
    return html`${this.#known ? this.#all(this.#known) : this.#waiting()} ${this.#announcer.render()}`;
  }

  #waiting(): TemplateResult | typeof nothing {
    if (this.#error) return errorNotice(this.explain(this.#error), this.say, () => void this.#begin());
    if (!this.documentId) return nothing;
    return html`<p class="quiet" role="status">${this.say('document.loading')}</p>`;
  }

  #all(document: Document): TemplateResult {
    const { strongroom, words, say, formats } = this;
    const types = this.#types;
    return html`<div class="columns">
      <strongroom-preview
        part="preview"
        .client=${strongroom}
        .words=${words}
        .document=${document}
      ></strongroom-preview>
      <div class="beside">
        <strongroom-actions
          only="download,archive,unarchive,restore,delete"
          .client=${strongroom}
          .words=${words}
          .document=${document}
        ></strongroom-actions>
        <section aria-labelledby="facts">
          <div class="title">
            <h2 id="facts">${say('document.facts')}</h2>
            ${this.#editButton(document)}
          </div>
          ${this.#edit.render()} ${facts(document, { say, formats, types, taken: this.#taken, copy: this.#copy })}
        </section>
        ${this.#history.render({ say, formats, explain: (error) => this.explain(error) })}
      </div>
    </div>`;
  }

  #editButton(document: Document): TemplateResult | typeof nothing {
    if (this.#edit.isOpen || !this.may('change') || !changeable.includes(document.state)) return nothing;
    return html`<button class="button ghost" id="edit" type="button" @click=${() => this.#edit.open(document)}>
      ${editIcon}${this.say('document.edit')}
    </button>`;
  }
}

define('strongroom-document', StrongroomDocument);

declare global {
  interface HTMLElementTagNameMap {
    'strongroom-document': StrongroomDocument;
  }
}
