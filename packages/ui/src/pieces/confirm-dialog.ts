import { css, html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { Say } from '../words/words.ts';

export interface Question {
  readonly title: string;
  /** What a yes means, in one or two sentences. */
  readonly text: string;
  /** What the button says that does it: a verb. */
  readonly confirm: string;
  /** Whether it takes something away. Default: true. */
  readonly danger?: boolean;
}

/**
 * Asks before something is done, in a modal `<dialog>` of its host: put `render(say)` into the template and
 * `confirmStyles` into the styles. The focus begins on the way out, and returns to where it was.
 */
export class ConfirmDialog implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: ParentNode };
  #question: Question | null = null;
  #answer: ((yes: boolean) => void) | null = null;

  constructor(host: ReactiveControllerHost & { readonly renderRoot: ParentNode }) {
    this.#host = host;
    host.addController(this);
  }

  /** True when the user says yes; false for no, Escape, or when the host goes away. */
  async ask(question: Question): Promise<boolean> {
    this.#settle(false);
    this.#question = question;
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    const dialog = this.#dialog;
    if (!dialog?.isConnected) return false;
    dialog.showModal();
    return new Promise((resolve) => {
      this.#answer = resolve;
    });
  }

  hostDisconnected(): void {
    this.#settle(false);
  }

  render(say: Say): TemplateResult {
    // `autofocus` comes with the question: put into the page with it, a browser would try it at once and say so.
    const { title = '', text = '', confirm = '', danger = true } = this.#question ?? {};
    return html`<dialog
      class="confirm"
      part="dialog"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      @close=${this.#closed}
      @click=${this.#clicked}
    >
      <form method="dialog">
        <h2 id="confirm-title">${title}</h2>
        <p id="confirm-text">${text}</p>
        <div class="answers">
          <button class="button" ?autofocus=${this.#question !== null} value="no">${say('action.cancel')}</button>
          <button class="button ${danger ? 'danger' : 'primary'}" value="yes">${confirm}</button>
        </div>
      </form>
    </dialog>`;
  }

  get #dialog(): HTMLDialogElement | null {
    return this.#host.renderRoot.querySelector('dialog.confirm');
  }

  /** A click beside the dialog is a no: the dialog itself is the target only of its backdrop. */
  readonly #clicked = (event: Event): void => {
    if (event.target === event.currentTarget) (event.currentTarget as HTMLDialogElement).close('no');
  };

  readonly #closed = (event: Event): void => {
    const dialog = event.currentTarget as HTMLDialogElement;
    const yes = dialog.returnValue === 'yes';
    dialog.returnValue = '';
    this.#settle(yes);
  };

  #settle(yes: boolean): void {
    const answer = this.#answer;
    this.#answer = null;
    answer?.(yes);
  }
}

export const confirmStyles = css`
  dialog.confirm {
    inline-size: min(27rem, calc(100vw - 2rem));
    max-block-size: calc(100dvh - 2rem);
    padding: 0;
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_raised);
    color: var(--_text);
    box-shadow: var(--_shadow);
  }
  dialog.confirm[open] {
    animation: sr-rise var(--_quick) ease-out;
  }
  dialog.confirm::backdrop {
    background: rgb(15 20 30 / 0.5);
  }
  dialog.confirm form {
    padding: calc(var(--_space) * 6);
  }
  dialog.confirm h2 {
    font-size: 1.125rem;
    font-weight: 650;
    line-height: 1.35;
  }
  dialog.confirm p {
    margin-block-start: calc(var(--_space) * 2);
    color: var(--_quiet);
    overflow-wrap: anywhere;
  }
  dialog.confirm .answers {
    display: flex;
    flex-wrap: wrap;
    justify-content: flex-end;
    gap: calc(var(--_space) * 2);
    margin-block-start: calc(var(--_space) * 6);
  }
  @keyframes sr-rise {
    from {
      opacity: 0;
      transform: translateY(6px);
    }
  }
`;
