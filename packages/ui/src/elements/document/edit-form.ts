import type { Document, Strongroom } from '@strongroom/client';
import {
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import type { Say } from '../../words/words.ts';

interface Draft {
  readonly filename: string;
  /** JSON, as it is typed. */
  readonly metadata: string;
}

/** What is wrong, in words, and with which field. */
interface Wrong {
  readonly text: string;
  readonly field: keyof Draft | null;
}

export interface EditContext {
  readonly client: Strongroom;
  readonly say: Say;
  explain(error: unknown): { readonly text: string };
  /** It is saved, or with another state than before found changed by somebody else. */
  changed(document: Document, saved: boolean): void;
}

/**
 * Name and further facts of a document, to be typed over. When somebody else has changed them meanwhile (If-Match, RFC 9110
 * §13.1.1) what was typed stays, what they wrote is shown beside it, and saving again takes precedence.
 */
export class EditForm implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: ParentNode };
  readonly #lent: () => EditContext;
  #document: Document | null = null;
  #draft: Draft | null = null;
  #wrong: Wrong | null = null;
  #busy = false;

  constructor(host: ReactiveControllerHost & { readonly renderRoot: ParentNode }, lent: () => EditContext) {
    this.#host = host;
    this.#lent = lent;
    host.addController(this);
  }

  hostConnected(): void {}

  get isOpen(): boolean {
    return this.#draft !== null;
  }

  open(document: Document): void {
    this.#document = document;
    this.#draft = { filename: document.filename, metadata: JSON.stringify(document.metadata, null, 2) };
    this.#tell(null);
    void this.#host.updateComplete.then(() => this.#field('filename')?.focus());
  }

  close(): void {
    this.#draft = null;
    this.#tell(null);
  }

  render(): TemplateResult | typeof nothing {
    if (!this.#draft) return nothing;
    const { say } = this.#lent();
    const invalid = (field: keyof Draft) => (this.#wrong?.field === field ? 'true' : 'false');
    return html`<form class="edit" part="edit" novalidate @submit=${this.#submit}>
      <label for="filename">${say('document.name')}</label>
      <input
        class="field"
        id="filename"
        dir="auto"
        autocomplete="off"
        aria-invalid=${invalid('filename')}
        aria-describedby="wrong"
        .value=${this.#draft.filename}
      />
      <label for="metadata">${say('document.edit_metadata')}</label>
      <textarea
        class="field"
        id="metadata"
        rows="5"
        dir="ltr"
        spellcheck="false"
        aria-invalid=${invalid('metadata')}
        aria-describedby="wrong"
        .value=${this.#draft.metadata}
      ></textarea>
      <p id="wrong" class="wrong" role="alert">${this.#wrong?.text ?? ''}</p>
      <div class="answers">
        <button class="button" type="button" @click=${() => this.close()}>${say('action.cancel')}</button>
        <button class="button primary" aria-disabled=${this.#busy}>${say('document.save')}</button>
      </div>
    </form>`;
  }

  readonly #submit = (event: Event): void => {
    event.preventDefault();
    if (!this.#busy) void this.#save();
  };

  async #save(): Promise<void> {
    const document = this.#document;
    const { say } = this.#lent();
    const draft = {
      filename: this.#field('filename')?.value ?? '',
      metadata: this.#field('metadata')?.value ?? '',
    };
    this.#draft = draft;
    const metadata = objectOf(draft.metadata);
    if (draft.filename.trim() === '') return this.#refuse(say('document.name_wanted'), 'filename');
    if (metadata === null) return this.#refuse(say('document.metadata_wrong'), 'metadata');
    if (document) await this.#send(document, { filename: draft.filename, metadata });
  }

  async #send(
    { id, revision }: Document,
    changes: { readonly filename: string; readonly metadata: Record<string, unknown> },
  ): Promise<void> {
    const { client, say, explain, changed } = this.#lent();
    this.#busy = true;
    this.#tell(null);
    try {
      changed(await client.update(id, changes, { revision }), true);
      this.#draft = null;
    } catch (error) {
      const conflict = (error as { code?: unknown }).code === 'revision_conflict';
      if (conflict) this.#document = await client.get(id).catch(() => this.#document);
      if (conflict && this.#document) changed(this.#document, false);
      this.#tell({ text: conflict ? say('document.conflict') : explain(error).text, field: null });
    } finally {
      this.#busy = false;
      this.#host.requestUpdate();
    }
  }

  #refuse(text: string, field: keyof Draft): void {
    this.#tell({ text, field });
    this.#field(field)?.focus();
  }

  #tell(wrong: Wrong | null): void {
    this.#wrong = wrong;
    this.#host.requestUpdate();
  }

  #field(name: keyof Draft): HTMLInputElement | null {
    return this.#host.renderRoot.querySelector(`#${name}`);
  }
}

function objectOf(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json.trim() === '' ? '{}' : json);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
