import { html } from 'lit';
import { toClipboard } from '../../pieces/clipboard.ts';
import { checkIcon } from '../../pieces/icons.ts';
import { icons } from './icons.ts';
import { Part } from './page.ts';
import { say } from './words.ts';

/** `<console-copy>`: a button that puts `text` on the clipboard and says so. `what` names it for screen readers. */
class Copy extends Part {
  static override properties = { text: { attribute: false }, what: {}, state: { state: true } };
  declare text: string;
  declare what: string;
  declare private state: 'idle' | 'copied' | 'failed';
  #back: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.text = '';
    this.what = '';
    this.state = 'idle';
  }

  async #copy(): Promise<void> {
    this.state = (await toClipboard(this.text, this)) ? 'copied' : 'failed';
    clearTimeout(this.#back);
    this.#back = setTimeout(() => {
      this.state = 'idle';
    }, 3000);
  }

  override render() {
    const words = { idle: 'console.copy', copied: 'console.copied', failed: 'console.copy_failed' } as const;
    return html`<button type="button" class="copy" @click=${this.#copy}>
      ${this.state === 'copied' ? checkIcon : icons.copy}
      <span aria-live="polite">${say(words[this.state])}</span>
      <span class="unseen">${this.what}</span>
    </button>`;
  }
}

customElements.define('console-copy', Copy);
