import { html } from 'lit';
import { infoIcon } from '../../../pieces/icons.ts';
import type { Navigation } from '../../navigation.ts';
import { Part } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import { recordPath } from '../../routes.ts';

/** `<console-reach>`: what a key that is bound to records sees in place of a list of all: which, and the way to one. */
class Reach extends Part {
  static override properties = { prefix: { attribute: false }, navigation: { attribute: false } };
  declare prefix: string;
  declare navigation: Navigation;

  override render() {
    return html`<div class="card">
      <div class="notice">${infoIcon}<p>${say('console.reach', { prefix: this.prefix })}</p></div>
      <form class="line" @submit=${this.#go}>
        <label class="field">
          <span>${say('console.record')}</span>
          <input name="record" required maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false" .value=${this.prefix} />
        </label>
        <button class="primary">${say('console.jump.go')}</button>
      </form>
    </div>`;
  }

  #go(event: SubmitEvent): void {
    event.preventDefault();
    const recordId = String(new FormData(event.target as HTMLFormElement).get('record')).trim();
    if (recordId) this.navigation.go(recordPath(recordId));
  }
}

customElements.define('console-reach', Reach);
