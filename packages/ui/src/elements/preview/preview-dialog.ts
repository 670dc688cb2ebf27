import type { Document, Strongroom } from '@strongroom/client';
import { css, html, type PropertyDeclarations, type TemplateResult } from 'lit';
import { define } from '../../connection/define.ts';
import { StrongroomElement } from '../../connection/strongroom-element.ts';
import { fileName, fileNameStyles } from '../../pieces/file-name.ts';
import { closeIcon, downloadIcon } from '../../pieces/icons.ts';
import { theme } from '../../theme/theme.ts';
import type { Words } from '../../words/words.ts';
import './preview.ts';

const styles = css`
  :host {
    display: contents;
  }
  dialog {
    inline-size: min(72rem, calc(100vw - 2rem));
    block-size: calc(100dvh - 2rem);
    max-inline-size: none;
    max-block-size: none;
    padding: 0;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: var(--_shadow);
    overflow: clip;
  }
  dialog[open] {
    display: grid;
    grid-template: auto minmax(0, 1fr) / minmax(0, 1fr);
  }
  dialog::backdrop {
    background: rgb(15 20 30 / 0.5);
  }
  header {
    display: flex;
    align-items: center;
    gap: calc(var(--_space) * 1);
    padding: calc(var(--_space) * 2);
    padding-inline-start: calc(var(--_space) * 4);
    border-block-end: 1px solid var(--_line);
  }
  h2 {
    flex: 1;
    min-inline-size: 0;
    font-size: 1rem;
    font-weight: 600;
  }
  @media (max-width: 40rem) {
    dialog {
      inline-size: 100vw;
      block-size: 100dvh;
      border: 0;
      border-radius: 0;
    }
  }
`;

/** One document, as large as the window. Escape, a click beside it and its button close it. */
class StrongroomPreviewDialog extends StrongroomElement {
  static override properties: PropertyDeclarations = { document: { attribute: false } };
  static override styles = [...theme, fileNameStyles, styles];

  declare document: Document | undefined;

  protected override firstUpdated(): void {
    this.#dialog?.showModal();
  }

  get #dialog(): HTMLDialogElement | null {
    return this.renderRoot.querySelector('dialog');
  }

  readonly #close = (): void => this.#dialog?.close();

  readonly #clicked = (event: Event): void => {
    if (event.target === event.currentTarget) this.#close();
  };

  /** The preview passes on what its frame keeps. */
  readonly #pressed = ({ key, target }: KeyboardEvent): void => {
    if (key === 'Escape' && (target as Element).localName === 'strongroom-preview') this.#close();
  };

  readonly #download = (): void => {
    void this.renderRoot.querySelector('strongroom-preview')?.download();
  };

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.dispatchEvent(new Event('close'));
  }

  protected override render(): TemplateResult {
    const { say, document } = this;
    return html`<dialog
      part="dialog"
      aria-labelledby="name"
      @click=${this.#clicked}
      @keydown=${this.#pressed}
      @close=${() => this.remove()}
    >
      <header>
        <h2 id="name">${fileName(document?.filename ?? '')}</h2>
        <button class="button icon" type="button" aria-label=${say('action.download')} @click=${this.#download}>
          ${downloadIcon}
        </button>
        <button class="button icon" type="button" aria-label=${say('action.close')} autofocus @click=${this.#close}>
          ${closeIcon}
        </button>
      </header>
      <strongroom-preview fill .client=${this.strongroom} .words=${this.words} .document=${document}></strongroom-preview>
    </dialog>`;
  }
}

define('strongroom-preview-dialog', StrongroomPreviewDialog);

/**
 * Shows a document in a dialog over the page. It stands in the shadow tree of `opener`, whose theme, language and words it has,
 * and is gone when it is closed; the focus returns to where it was. Resolves then.
 */
export function openPreview(
  opener: Element & { readonly words?: Words | undefined },
  { document, client }: { readonly document: Document; readonly client: Strongroom },
): Promise<void> {
  // By its name: where another copy of this package came first, the class of this one is none of the page's.
  const made = Object.assign(window.document.createElement('strongroom-preview-dialog'), {
    ...{ document, client, words: opener.words },
  });
  (opener.shadowRoot ?? opener).append(made);
  return new Promise((resolve) => made.addEventListener('close', () => resolve(), { once: true }));
}
