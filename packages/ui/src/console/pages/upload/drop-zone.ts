import { html, nothing } from 'lit';
import { fileName } from '../../../pieces/file-name.ts';
import { closeIcon, fileIcon, uploadIcon } from '../../../pieces/icons.ts';
import { Part } from '../../parts/page.ts';
import { formats, say } from '../../parts/words.ts';

/** `<console-drop>`: one file, dropped, pasted or browsed for. Tells it as `console-file`, `File | null`. */
class DropZone extends Part {
  static override properties = {
    file: { attribute: false },
    accept: { attribute: false },
    rules: { attribute: false },
    refusal: { attribute: false },
    over: { state: true },
  };
  declare file: File | null;
  /** Content types that the file dialog shows first. */
  declare accept: readonly string[];
  /** What is allowed, in words. */
  declare rules: string;
  /** Why the file can't be sent, in words. */
  declare refusal: string;
  declare private over: boolean;
  readonly #onPaste = (event: ClipboardEvent) => this.#paste(event);

  constructor() {
    super();
    this.file = null;
    this.accept = [];
    this.rules = '';
    this.refusal = '';
    this.over = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('paste', this.#onPaste);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('paste', this.#onPaste);
  }

  override render() {
    return html`<div
      class="drop"
      data-over=${this.over}
      data-refused=${this.refusal !== ''}
      @dragover=${this.#drag}
      @dragenter=${this.#drag}
      @dragleave=${this.#leave}
      @drop=${this.#drop}
    >
      ${this.file ? this.#chosen(this.file) : this.#invitation()}
      <input type="file" hidden accept=${this.accept.join(',') || nothing} @change=${this.#browsed} />
    </div>
    ${this.refusal ? html`<p class="refusal" role="alert">${this.refusal}</p>` : nothing}`;
  }

  #invitation() {
    return html`
      ${uploadIcon}
      <p>${say('console.drop')}</p>
      <button type="button" class="browse" aria-describedby="drop-rules" @click=${this.#browse}>${say('console.browse')}</button>
      <small id="drop-rules">${this.rules}</small>`;
  }

  #chosen(file: File) {
    return html`<div class="chosen">
      ${fileIcon}
      <div>${fileName(file.name)}<small>${formats.size(file.size)}</small></div>
      <button type="button" class="quiet icon-only" aria-label=${say('console.drop.remove')} @click=${() => this.#tell(null)}>${closeIcon}</button>
    </div>`;
  }

  #browse(): void {
    this.querySelector('input')?.click();
  }

  #browsed(event: Event): void {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    // The same file, chosen again after it was taken away, is a change too.
    input.value = '';
    if (file) this.#tell(file);
  }

  #drag(event: DragEvent): void {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    this.over = true;
  }

  #leave(event: DragEvent): void {
    if (!(event.currentTarget as Element).contains(event.relatedTarget as Node | null)) this.over = false;
  }

  #drop(event: DragEvent): void {
    event.preventDefault();
    this.over = false;
    const file = event.dataTransfer?.files[0];
    if (file) this.#tell(file);
  }

  #paste(event: ClipboardEvent): void {
    const file = event.clipboardData?.files[0];
    if (!file || this.closest('fieldset:disabled')) return;
    event.preventDefault();
    this.#tell(file);
  }

  #tell(file: File | null): void {
    this.dispatchEvent(new CustomEvent('console-file', { detail: file, bubbles: true }));
  }
}

customElements.define('console-drop', DropZone);
