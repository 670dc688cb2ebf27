import type { Document, Strongroom } from '@strongroom/client';
import {
  css,
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import type { Say } from '../words/words.ts';
import { fileName } from './file-name.ts';
import { closeIcon } from './icons.ts';

/** Shows one document over the page: put `render(say)` into the host's template and `previewDialogStyles` into its styles. */
export class PreviewDialog implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: ParentNode };
  #shown: { readonly document: Document; readonly client: Strongroom } | null = null;

  constructor(host: ReactiveControllerHost & { readonly renderRoot: ParentNode }) {
    this.#host = host;
    host.addController(this);
  }

  hostDisconnected(): void {
    this.#shown = null;
  }

  async open(document: Document, client: Strongroom): Promise<void> {
    if (!customElements.get('strongroom-preview')) return;
    this.#shown = { document, client };
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.#host.renderRoot.querySelector<HTMLDialogElement>('dialog.preview')?.showModal();
  }

  render(say: Say): TemplateResult {
    const shown = this.#shown;
    return html`<dialog
      class="preview"
      part="preview-dialog"
      aria-labelledby="preview-title"
      @close=${this.#closed}
      @click=${beside}
    >
      ${
        shown === null
          ? nothing
          : html`<header>
              <h2 id="preview-title">${fileName(shown.document.filename)}</h2>
              <form method="dialog">
                <button class="button icon" aria-label=${say('action.close')} title=${say('action.close')}>
                  ${closeIcon}
                </button>
              </form>
            </header>
            <strongroom-preview fill .client=${shown.client} .document=${shown.document}></strongroom-preview>`
      }
    </dialog>`;
  }

  readonly #closed = (event: Event): void => {
    if (event.target !== event.currentTarget) return;
    this.#shown = null;
    this.#host.requestUpdate();
  };
}

/** A click beside the dialog closes it: the dialog itself is the target only of its backdrop. */
function beside(event: Event): void {
  if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close();
}

export const previewDialogStyles = css`
  dialog.preview {
    grid-template-rows: auto minmax(0, 1fr);
    inline-size: min(64rem, calc(100vw - 2rem));
    block-size: calc(100dvh - 2rem);
    max-inline-size: none;
    max-block-size: none;
    padding: 0;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_surface);
    color: var(--_text);
    box-shadow: var(--_shadow);
    overflow: hidden;
  }
  dialog.preview[open] {
    display: grid;
    animation: sr-rise var(--_quick) ease-out;
  }
  dialog.preview::backdrop {
    background: rgb(15 20 30 / 0.6);
  }
  dialog.preview header {
    display: flex;
    align-items: center;
    gap: calc(var(--_space) * 3);
    padding: calc(var(--_space) * 2) calc(var(--_space) * 2) calc(var(--_space) * 2) calc(var(--_space) * 5);
    border-block-end: 1px solid var(--_line);
  }
  dialog.preview h2 {
    display: flex;
    flex: 1;
    min-inline-size: 0;
    font-size: 1rem;
    font-weight: 600;
  }
  dialog.preview strongroom-preview {
    min-block-size: 0;
  }
  @media (max-width: 40rem) {
    dialog.preview {
      inline-size: 100vw;
      block-size: 100dvh;
      border: 0;
      border-radius: 0;
    }
  }
`;
