import { html } from 'lit';
import type { Navigation } from '../navigation.ts';
import { Part } from '../parts/page.ts';
import { say } from '../parts/words.ts';
import { recordPath } from '../routes.ts';

/** `<console-record-jump>`: asks for a record's id and goes to it. `open()` shows it, `close()` and going back hide it. */
class RecordJump extends Part {
  static override properties = { navigation: { attribute: false } };
  declare navigation: Navigation;

  open(): void {
    const dialog = this.querySelector('dialog');
    dialog?.showModal();
    dialog?.querySelector('input')?.select();
  }

  override render() {
    return html`<dialog class="ask" aria-labelledby="jump-title">
      <form method="dialog" @submit=${this.#go}>
        <h2 id="jump-title">${say('console.jump.title')}</h2>
        <div class="field">
          <label for="jump-record">${say('console.record')}</label>
          <input id="jump-record" name="record" aria-describedby="jump-hint" required maxlength="200" autocomplete="off" autocapitalize="off" spellcheck="false" />
          <small id="jump-hint">${say('console.jump.hint')}</small>
        </div>
        <div class="choices">
          <button type="button" @click=${this.close}>${say('action.cancel')}</button>
          <button class="primary">${say('console.jump.go')}</button>
        </div>
      </form>
    </dialog>`;
  }

  #go(event: SubmitEvent): void {
    const recordId = String(new FormData(event.target as HTMLFormElement).get('record')).trim();
    if (recordId) this.navigation.go(recordPath(recordId));
  }

  close(): void {
    this.querySelector('dialog')?.close();
  }
}

customElements.define('console-record-jump', RecordJump);

declare global {
  interface HTMLElementTagNameMap {
    'console-record-jump': RecordJump;
  }
}
