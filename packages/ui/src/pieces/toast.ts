import {
  css,
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import type { Say, WordKey } from '../words/words.ts';
import { checkIcon, closeIcon } from './icons.ts';

interface Way {
  readonly key: WordKey;
  act(): void;
}

/** Milliseconds. It stays while it is used; what it offers can be had elsewhere too. */
const shownFor = 10_000;

/** Says below the host, over what is there, what was done, with a way back where there is one. Not read out: announce it. */
export class Toast implements ReactiveController {
  readonly #host: ReactiveControllerHost & { readonly renderRoot: ParentNode };
  #text = '';
  #way: Way | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost & { readonly renderRoot: ParentNode }) {
    this.#host = host;
    host.addController(this);
  }

  show(text: string, way: Way | null): void {
    this.#text = text;
    this.#way = way;
    this.#wait();
    this.#host.requestUpdate();
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#text = '';
  }

  render(say: Say): TemplateResult {
    const way = this.#way;
    return html`<div class="toast-place">
      ${
        this.#text === ''
          ? nothing
          : html`<div class="toast" part="toast">
              ${checkIcon}<span>${this.#text}</span>
              ${
                way
                  ? html`<button class="button ghost" type="button" @click=${() => this.#go(way)}>${say(way.key)}</button>`
                  : nothing
              }
              <button
                class="button icon"
                type="button"
                aria-label=${say('action.close')}
                title=${say('action.close')}
                @click=${() => this.#hide()}
              >
                ${closeIcon}
              </button>
            </div>`
      }
    </div>`;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const used = this.#host.renderRoot.querySelector('.toast:hover, .toast:focus-within');
      if (used) this.#wait();
      else this.#hide();
    }, shownFor);
  }

  #go(way: Way): void {
    this.#hide();
    way.act();
  }

  #hide(): void {
    clearTimeout(this.#timer);
    this.#text = '';
    this.#host.requestUpdate();
  }
}

export const toastStyles = css`
  .toast-place {
    position: sticky;
    inset-block-end: calc(var(--_space) * 4);
    z-index: 2;
    block-size: 0;
  }
  .toast {
    position: absolute;
    inset-block-end: 0;
    inset-inline: 0;
    display: flex;
    align-items: center;
    gap: calc(var(--_space) * 2.5);
    inline-size: fit-content;
    max-inline-size: min(40rem, 100%);
    margin-inline: auto;
    padding: calc(var(--_space) * 1.5) calc(var(--_space) * 1.5) calc(var(--_space) * 1.5)
      calc(var(--_space) * 4);
    border: 1px solid var(--_line);
    border-radius: var(--_radius);
    background: var(--_raised);
    box-shadow: var(--_shadow);
    animation: sr-rise var(--_quick) ease-out;
  }
  .toast > svg {
    color: var(--_success);
  }
  .toast > span {
    min-inline-size: 0;
    overflow-wrap: anywhere;
  }
  .toast .ghost {
    color: var(--_accent);
  }
`;
