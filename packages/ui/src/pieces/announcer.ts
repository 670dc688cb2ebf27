import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';

/**
 * Tells screen readers what has happened, politely and one thing after the other: put `render()` into the host's template.
 * What is said several times within a moment is said together, since a live region that changes twice is read once.
 */
export class Announcer implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #waiting: string[] = [];
  #said = '';
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  say(text: string): void {
    this.#waiting.push(text);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      const words = this.#waiting.splice(0).join(' ');
      // The same words a second time are a change only with something added that is not read.
      this.#said = words === this.#said ? `${words}\u00a0` : words;
      this.#host.requestUpdate();
    }, 150);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  render(): TemplateResult {
    return html`<div class="hidden-visually" role="status" aria-live="polite">${this.#said}</div>`;
  }
}
