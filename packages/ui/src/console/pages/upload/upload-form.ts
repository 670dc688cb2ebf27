import type { Document, DocumentType, Metadata } from '@strongroom/client';
import { html, nothing } from 'lit';
import { typesOf } from '../../../connection/access.ts';
import type { StrongroomEvents } from '../../../connection/events.ts';
import '../../../elements/uploader/uploader.ts';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import './metadata-fields.ts';
import './stored.ts';

/** The element says what this page is for. */
const words = { 'uploader.send': say('console.send'), 'uploader.full': say('console.upload.one') };

/**
 * `<console-upload-form>`: record, metadata, and the uploader for file and document type; then where it lies. `brief` asks for
 * nothing more than needed, and tells `console-stored` when its reader goes on from what was stored.
 */
class UploadForm extends Page {
  static override properties = {
    brief: { type: Boolean },
    recordId: { state: true },
    type: { state: true },
    metadata: { state: true },
    types: { state: true },
    stored: { state: true },
  };
  declare brief: boolean;
  declare private recordId: string;
  /** Of the document types the one that is chosen at first. */
  declare private type: string;
  declare private metadata: Metadata | undefined;
  declare private types: readonly DocumentType[];
  declare private stored: Document | null;

  constructor() {
    super();
    this.brief = false;
    this.recordId = '';
    this.type = '';
    this.types = [];
    this.stored = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.recordId = this.query.get('recordId') ?? this.console.session.facts?.recordPrefix ?? '';
    this.type = this.query.get('type') ?? '';
    void this.#learnTypes();
  }

  /** What goes wrong, the uploader meets too, and tells. */
  async #learnTypes(): Promise<void> {
    this.types = await typesOf(this.client).catch(() => []);
  }

  override render() {
    if (this.stored) {
      return html`<console-stored
        .document=${this.stored}
        .types=${this.types}
        onward=${say(this.brief ? 'console.stored.list' : 'console.stored.another')}
        @console-onward=${this.#goOn}
      ></console-stored>`;
    }
    return html`<div class="card upload">
      ${this.#record()} ${this.brief ? nothing : this.#metadata()}
      <strongroom-uploader
        .recordId=${this.recordId}
        .types=${this.types.map(({ id }) => id).join(',')}
        .type=${this.types.length === 0 ? '' : this.type}
        .maxFiles=${1}
        .metadata=${this.metadata}
        .words=${words}
        manual
        capture
        @strongroom-uploaded=${({ detail }: StrongroomEvents['strongroom-uploaded']) => this.#show(detail.document)}
      ></strongroom-uploader>
    </div>`;
  }

  #record() {
    return html`<div class="field">
      <label for="upload-record">${say('console.record')}</label>
      <input
        id="upload-record"
        aria-describedby="upload-record-hint"
        required
        maxlength="200"
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        placeholder=${say('console.record.example')}
        .value=${this.recordId}
        @change=${this.#name}
      />
      <small id="upload-record-hint">${say('console.record.hint')}</small>
    </div>`;
  }

  #metadata() {
    return html`<details class="field">
      <summary>${say('console.metadata')}</summary>
      <p class="hint">${say('console.metadata.hint')}</p>
      <console-metadata @console-metadata=${({ detail }: CustomEvent<Metadata | undefined>) => this.#describe(detail)}></console-metadata>
    </details>`;
  }

  #name(event: Event): void {
    this.recordId = (event.currentTarget as HTMLInputElement).value.trim();
  }

  #describe(metadata: Metadata | undefined): void {
    this.metadata = metadata;
  }

  #show(document: Document): void {
    this.stored = document;
  }

  async #goOn(): Promise<void> {
    if (this.brief) return void this.dispatchEvent(new CustomEvent('console-stored', { bubbles: true }));
    this.type = this.stored?.type ?? '';
    this.metadata = undefined;
    this.stored = null;
    await this.updateComplete;
    this.querySelector<HTMLElement>('#upload-record')?.focus();
  }
}

customElements.define('console-upload-form', UploadForm);
