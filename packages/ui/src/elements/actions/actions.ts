import type { Document } from '@strongroom/client';
import { css, html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { define } from '../../connection/define.ts';
import { changes, type Failure, type StrongroomEvents } from '../../connection/events.ts';
import { StrongroomElement } from '../../connection/strongroom-element.ts';
import { readActionNames } from '../../pieces/action-names.ts';
import { Announcer } from '../../pieces/announcer.ts';
import { confirmStyles } from '../../pieces/confirm-dialog.ts';
import { DocumentActions } from '../../pieces/document-actions.ts';
import { errorNotice } from '../../pieces/error-notice.ts';
import { fileNameStyles } from '../../pieces/file-name.ts';
import { Watch } from '../../pieces/watch.ts';
import { theme } from '../../theme/theme.ts';
import { actions as english } from '../../words/english/actions.ts';

export { configure } from '../../connection/configure.ts';
export { setWords } from '../../words/words.ts';

/** `<strongroom-actions document-id>`: the buttons of one document, for a list that the app draws itself. */
export class StrongroomActions extends StrongroomElement {
  static override readonly english = [english];
  static override readonly styles = [
    ...theme,
    fileNameStyles,
    confirmStyles,
    css`
      :host {
        display: inline-block;
        vertical-align: middle;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: calc(var(--_space) * 2);
        min-block-size: var(--_target);
      }
      :host([compact]) .actions {
        gap: 0;
      }
      .notice {
        margin-block-start: calc(var(--_space) * 2);
      }
    `,
  ];
  static override properties: PropertyDeclarations = {
    documentId: { attribute: 'document-id' },
    document: { attribute: false },
    only: {},
    compact: { type: Boolean, reflect: true },
  };

  /** Which document. */
  declare documentId: string;
  /** The document itself, which spares asking for it. */
  declare document: Document | null;
  /** The actions that are offered, with commas between: preview, download, archive, unarchive, restore, delete. */
  declare only: string;
  /** Shows pictures without words. */
  declare compact: boolean;

  readonly #announcer = new Announcer(this);
  readonly #actions = new DocumentActions(this, () => ({
    say: this.say,
    formats: this.formats,
    client: this.strongroom,
    may: (action) => this.may(action),
    emit: (name, detail, options) => this.emit(name, detail, options),
    done: (_id, document, words) => this.#done(document, words),
    failed: (failure) => this.#fail(failure),
  }));
  readonly #watch = new Watch((document) => {
    this.#known = document;
    this.requestUpdate();
  });
  #known: Document | null = null;
  #watched: Document | null = null;
  /** The id that was last looked up, or came with its document. */
  #asked = '';
  #failure: Failure | null = null;

  constructor() {
    super();
    this.documentId = '';
    this.document = null;
    this.only = '';
    this.compact = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const name of changes) document.addEventListener(name, this.#heard);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const name of changes) document.removeEventListener(name, this.#heard);
    this.#watch.stop();
    this.#watched = null;
  }

  protected override reconnected(): void {
    this.#known = null;
    this.#asked = '';
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    if (changed.has('document') && this.document) {
      this.#known = this.document;
      this.#asked = this.document.id;
    }
    const id = this.document?.id ?? this.documentId;
    if (id === '') this.reconnected();
    else if (id !== this.#asked) void this.#load(id);
  }

  /** One that is still received or checked can be used soon. Who gives the document gives the newer one too. */
  protected override updated(): void {
    const known = this.document ? null : this.#known;
    if (known === this.#watched) return;
    this.#watched = known;
    this.#watch.over(known ? [known] : [], this.strongroom);
  }

  override render(): TemplateResult {
    const known = this.#known;
    const names = known ? this.#actions.offered(known) : [];
    const shown = readActionNames(this.only).filter((name) => names.includes(name));
    const label = known ? this.say('actions.label', { filename: known.filename }) : nothing;
    return html`<div class="actions" part="actions" role="group" aria-label=${label}>
        ${known ? this.#actions.render(known, shown, { icons: this.compact }) : nothing}
      </div>
      ${
        this.#failure
          ? errorNotice(this.explain(this.#failure.error), this.say, this.#again(this.#failure))
          : nothing
      }
      ${this.#announcer.render()} ${this.#actions.renderDialogs()}`;
  }

  /** Only finding the document can be tried again from the notice; what was pressed has its button. */
  #again({ action }: Failure): (() => void) | undefined {
    return action === 'read' ? () => void this.#load(this.#asked) : undefined;
  }

  #done(document: Document | null, words: string): void {
    this.#failure = null;
    this.#announcer.say(words);
    this.#known = document;
    this.requestUpdate();
  }

  #fail(failure: Failure): void {
    this.#failure = failure;
    this.emit('strongroom-failed', failure);
    this.requestUpdate();
  }

  /** Another element of the page has changed the same document. */
  readonly #heard = (event: StrongroomEvents[(typeof changes)[number]]): void => {
    const { document } = event.detail;
    const id = 'id' in event.detail ? event.detail.id : document?.id;
    if (this.#known === null || id !== this.#known.id) return;
    this.#known = document;
    this.requestUpdate();
  };

  async #load(id: string): Promise<void> {
    const client = this.strongroom;
    this.#asked = id;
    this.#known = null;
    this.#failure = null;
    const current = () => client === this.strongroom && id === this.#asked;
    try {
      const document = await client.get(id);
      if (!current()) return;
      this.#known = document;
      this.requestUpdate();
    } catch (error) {
      if (current()) this.#fail({ action: 'read', error: error as Error, documentId: id });
    }
  }
}

define('strongroom-actions', StrongroomActions);

declare global {
  interface HTMLElementTagNameMap {
    'strongroom-actions': StrongroomActions;
  }
}
