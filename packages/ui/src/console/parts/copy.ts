import { html } from 'lit';
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

  constructor() {
    super();
    this.text = '';
    this.what = '';
    this.state = 'idle';
  }

  async #copy(): Promise<void> {
    this.state = (await copied(this.text)) ? 'copied' : 'failed';
    setTimeout(() => {
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

/** Whether it is on the clipboard now. Browsers have no clipboard API on a page of plain http from another machine. */
async function copied(text: string): Promise<boolean> {
  if (!navigator.clipboard) return copiedFromField(text);
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => copiedFromField(text),
  );
}

function copiedFromField(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  // Inside an open dialog only what is in it can be selected.
  (document.querySelector('dialog[open]') ?? document.body).append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}

customElements.define('console-copy', Copy);
