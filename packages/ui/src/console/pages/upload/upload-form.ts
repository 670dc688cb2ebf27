import type { Document, DocumentType } from '@strongroom/client';
import { html, nothing } from 'lit';
import { typesOf } from '../../../connection/access.ts';
import { typeLabel } from '../../../words/type-label.ts';
import { Page } from '../../parts/page.ts';
import { problem } from '../../parts/problem.ts';
import { formats, say } from '../../parts/words.ts';
import './drop-zone.ts';
import './metadata-fields.ts';
import { refusalOf, rulesOf } from './rules.ts';
import './stored.ts';

interface Sending {
  readonly sent: number;
  readonly total: number | null;
}

/**
 * `<console-upload-form>`: record, document type, file, metadata, send; then where it lies. `brief` asks for the file first
 * and for nothing more than needed, and tells `console-stored` when its reader goes on from what was stored.
 */
class UploadForm extends Page {
  static override properties = {
    brief: { type: Boolean },
    types: { state: true },
    file: { state: true },
    type: { state: true },
    sending: { state: true },
    failure: { state: true },
    stored: { state: true },
  };
  declare brief: boolean;
  declare private types: readonly DocumentType[];
  declare private file: File | null;
  declare private type: string;
  declare private sending: Sending | null;
  declare private failure: unknown;
  declare private stored: Document | null;
  #cancel: AbortController | null = null;
  /** One key for one choice of file and fields: who sends again after a failure makes no second document. */
  #attempt: { readonly of: string; readonly file: File; readonly key: string } | null = null;

  constructor() {
    super();
    this.brief = false;
    this.types = [];
    this.file = null;
    this.type = '';
    this.sending = null;
    this.failure = null;
    this.stored = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.type = this.query.get('type') ?? '';
    void this.#askTypes();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#cancel?.abort();
    removeEventListener('beforeunload', this.#warn);
  }

  async #askTypes(): Promise<void> {
    this.failure = null;
    try {
      this.types = await typesOf(this.client);
      if (!this.types.some(({ id }) => id === this.type)) this.type = '';
      if (this.types.length === 1) this.type = this.types[0]?.id ?? '';
    } catch (error) {
      this.#failed(error);
    }
  }

  get #chosenType(): DocumentType | undefined {
    return this.types.find(({ id }) => id === this.type);
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
    const refusal = this.file ? refusalOf(this.file, this.#chosenType, this.types) : '';
    const drop = html`<console-drop
      .file=${this.file}
      .accept=${[...new Set((this.#chosenType ? [this.#chosenType] : this.types).flatMap(({ accept }) => accept))]}
      .rules=${rulesOf(this.#chosenType, this.types)}
      .refusal=${refusal}
      @console-file=${({ detail }: CustomEvent<File | null>) => this.#choose(detail)}
    ></console-drop>`;
    return html`<form class="card upload" @submit=${this.#submit}>
      <fieldset ?disabled=${this.sending !== null}>
        ${this.brief ? drop : nothing}
        ${this.brief && !this.file ? nothing : this.#fields()}
        ${this.brief ? nothing : html`<div class="field"><span>${say('console.file')}</span>${drop}</div>${this.#metadata()}`}
      </fieldset>
      ${this.failure ? problem(this.failure, this.types.length === 0 ? () => void this.#askTypes() : undefined) : nothing}
      ${this.sending ? this.#progress(this.sending) : this.brief && !this.file ? nothing : this.#send(refusal)}
    </form>`;
  }

  #fields() {
    return html`<div class="two">
      <div class="field">
        <label for="upload-record">${say('console.record')}</label>
        <input
          id="upload-record"
          aria-describedby="upload-record-hint"
          name="recordId"
          required
          maxlength="200"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          placeholder=${say('console.record.example')}
          value=${this.query.get('recordId') ?? this.console.session.facts?.recordPrefix ?? ''}
        />
        <small id="upload-record-hint">${say('console.record.hint')}</small>
      </div>
      <div class="field">
        <label for="upload-type">${say('console.type')}</label>
        <select id="upload-type" name="type" aria-describedby="upload-type-hint" required @change=${this.#chooseType}>
          ${this.types.length === 1 ? nothing : html`<option value="" .selected=${this.type === ''}>${say('console.type.choose')}</option>`}
          ${this.types.map(({ id }) => html`<option value=${id} .selected=${id === this.type}>${typeLabel(id, say, this.types)}</option>`)}
        </select>
        <small id="upload-type-hint">${say('console.type.hint')}</small>
      </div>
    </div>`;
  }

  #metadata() {
    return html`<details class="field">
      <summary>${say('console.metadata')}</summary>
      <p class="hint">${say('console.metadata.hint')}</p>
      <console-metadata></console-metadata>
    </details>`;
  }

  #send(refusal: string) {
    return html`<div class="choices">
      <button class="primary" ?disabled=${refusal !== ''}>${say('console.send')}</button>
    </div>`;
  }

  #progress({ sent, total }: Sending) {
    const share = total ? sent / total : 0;
    const words =
      share >= 1
        ? say('console.sending.settling')
        : say('console.sending', { sent: formats.size(sent), total: formats.size(total ?? 0) });
    return html`<div class="sending">
      <label><span>${words}</span><progress max="1" .value=${share}></progress></label>
      <span class="unseen" role="status">${spoken(share)}</span>
      <button type="button" @click=${() => this.#cancel?.abort()}>${say('action.cancel')}</button>
    </div>`;
  }

  #choose(file: File | null): void {
    this.file = file;
    this.failure = null;
    if (this.brief && file) void this.updateComplete.then(() => this.#field('recordId')?.focus());
  }

  #chooseType(event: Event): void {
    this.type = (event.target as HTMLSelectElement).value;
    this.failure = null;
  }

  #field(name: string): HTMLElement | null {
    return this.querySelector<HTMLElement>(`[name=${name}]`);
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    if (this.sending) return;
    if (!this.file) {
      this.failure = { code: 'choose', message: say('console.file.missing') };
      this.querySelector<HTMLElement>('.browse')?.focus();
      return;
    }
    const data = new FormData(event.target as HTMLFormElement);
    void this.#upload(this.file, String(data.get('recordId')).trim(), String(data.get('type')));
  }

  async #upload(file: File, recordId: string, type: string): Promise<void> {
    const metadata = this.querySelector('console-metadata')?.value;
    this.failure = null;
    this.sending = { sent: 0, total: file.size };
    this.#cancel = new AbortController();
    addEventListener('beforeunload', this.#warn);
    try {
      this.stored = await this.client.upload(file, {
        recordId,
        type,
        metadata,
        idempotencyKey: this.#keyFor(file, JSON.stringify([recordId, type, metadata])),
        signal: this.#cancel.signal,
        onProgress: (progress) => {
          this.sending = progress;
        },
      });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'aborted') this.#failed(error);
    }
    this.sending = null;
    removeEventListener('beforeunload', this.#warn);
  }

  /** A page that is left loses what is being sent; only then it is asked about. */
  readonly #warn = (event: Event): void => event.preventDefault();

  #keyFor(file: File, of: string): string {
    if (this.#attempt?.file !== file || this.#attempt.of !== of) {
      const random = crypto.getRandomValues(new Uint32Array(4));
      this.#attempt = { file, of, key: `console-${[...random].map((part) => part.toString(36)).join('')}` };
    }
    return this.#attempt.key;
  }

  #failed(error: unknown): void {
    this.failure = error;
    this.console.session.failed(error);
  }

  async #goOn(): Promise<void> {
    if (this.brief) return void this.dispatchEvent(new CustomEvent('console-stored', { bubbles: true }));
    this.#attempt = null;
    const { recordId, type } = this.stored ?? {};
    if (recordId) this.query = new URLSearchParams({ recordId });
    this.type = type ?? '';
    this.stored = null;
    this.file = null;
    await this.updateComplete;
    this.querySelector<HTMLElement>('.browse')?.focus();
  }
}

/** What is read out while a file is sent: every quarter, not every byte. */
function spoken(share: number): string {
  if (share >= 1) return say('console.sending.settling');
  return say('console.sending.spoken', { percent: formats.percent(Math.floor(share * 4) / 4) });
}

customElements.define('console-upload-form', UploadForm);
