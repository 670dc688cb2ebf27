import { html, nothing } from 'lit';
import { FileSources } from '../../../elements/uploader/file-sources.ts';
import { acceptOf } from '../../../elements/uploader/kinds.ts';
import { fileName } from '../../../pieces/file-name.ts';
import { closeIcon, fileIcon, uploadIcon } from '../../../pieces/icons.ts';
import { uploader } from '../../../words/english/uploader.ts';
import { Part } from '../../parts/page.ts';
import { formats, sayWith } from '../../parts/words.ts';

const say = sayWith(uploader);

/** `<console-drop>`: one file, dropped, pasted or browsed for. Tells it as `console-file`, `File | null`. */
class DropZone extends Part {
  static override properties = {
    file: { attribute: false },
    accept: { attribute: false },
    rules: { attribute: false },
    refusal: { attribute: false },
    folder: { state: true },
  };
  declare file: File | null;
  /** Content types that the file dialog shows first. */
  declare accept: readonly string[];
  /** What is allowed, in words. */
  declare rules: string;
  /** Why the file can't be sent, in words. */
  declare refusal: string;
  /** The name of a folder that was dropped last, which is no file. */
  declare private folder: string;
  readonly #sources = new FileSources(this, {
    accepts: () => this.closest('fieldset:disabled') === null,
    walks: () => false,
    add: ([file]) => this.#tell(file ?? null),
    folders: ([name = '']) => {
      this.folder = name;
    },
    pastedName: (time) => say('uploader.pasted', { time: formats.time(time) }),
  });

  constructor() {
    super();
    this.file = null;
    this.accept = [];
    this.rules = '';
    this.refusal = '';
    this.folder = '';
  }

  override render() {
    const refusal = this.folder ? say('uploader.folder', { filename: this.folder }) : this.refusal;
    return html`<div
      class="drop"
      data-over=${this.#sources.dragging}
      data-refused=${refusal !== ''}
    >
      ${this.file ? this.#chosen(this.file) : this.#invitation()}
      <input type="file" hidden accept=${acceptOf(this.accept) || nothing} @change=${this.#browsed} />
    </div>
    ${refusal ? html`<p class="refusal" role="alert">${refusal}</p>` : nothing}`;
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

  #tell(file: File | null): void {
    this.folder = '';
    this.dispatchEvent(new CustomEvent('console-file', { detail: file, bubbles: true }));
  }
}

customElements.define('console-drop', DropZone);
