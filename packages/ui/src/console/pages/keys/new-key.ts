import type { NewKey } from '@strongroom/client';
import { html, nothing } from 'lit';
import { warningIcon } from '../../../pieces/icons.ts';
import '../../parts/copy.ts';
import { Part } from '../../parts/page.ts';
import { problem } from '../../parts/problem.ts';
import { say } from '../../parts/words.ts';
import type { Session } from '../../session.ts';
import { grantable, type Scope } from './scopes.ts';

/** `<console-new-key>`: asks what a new key is for, then shows it once. `open()` begins. Tells `console-key-made`. */
class NewKeyDialog extends Part {
  static override properties = {
    session: { attribute: false },
    made: { state: true },
    all: { state: true },
    failure: { state: true },
    busy: { state: true },
  };
  declare session: Session;
  declare private made: NewKey | null;
  /** Whether it may do everything that its maker may. */
  declare private all: boolean;
  declare private failure: unknown;
  declare private busy: boolean;

  constructor() {
    super();
    this.made = null;
    this.all = false;
    this.failure = null;
    this.busy = false;
  }

  async open(): Promise<void> {
    this.made = null;
    this.failure = null;
    this.all = false;
    await this.updateComplete;
    this.querySelector('form')?.reset();
    this.querySelector('dialog')?.showModal();
  }

  override render() {
    return html`<dialog class="ask wide" aria-labelledby="new-key-title" @close=${this.#closed} @cancel=${this.#keep}>
      ${this.made ? this.#once(this.made) : this.#form()}
    </dialog>`;
  }

  #form() {
    const { scopes, recordPrefix } = this.session.facts ?? { scopes: [], recordPrefix: null };
    return html`<form @submit=${this.#submit}>
      <h2 id="new-key-title">${say('console.keys.new')}</h2>
      <label class="field">
        <span>${say('console.keys.name')}</span>
        <input name="name" required maxlength="100" autocomplete="off" placeholder=${say('console.keys.name_example')} />
      </label>
      <fieldset class="scopes">
        <legend>${say('console.keys.scopes')}</legend>
        ${
          scopes === null
            ? html`<label class="check">
              <input type="checkbox" name="all" .checked=${this.all} @change=${(event: Event) => {
                this.all = (event.target as HTMLInputElement).checked;
              }} />
              <span>${say('console.scope.all')}<small>${say('console.scope.all.hint')}</small></span>
            </label>`
            : nothing
        }
        ${grantable(scopes).map((scope) => this.#scope(scope))}
      </fieldset>
      <div class="field">
        <label for="key-prefix">${say('console.keys.prefix')}</label>
        <input
          id="key-prefix"
          aria-describedby="key-prefix-hint"
          name="recordPrefix"
          maxlength="200"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          value=${recordPrefix ?? ''}
          placeholder=${say('console.keys.prefix_example')}
        />
        <small id="key-prefix-hint">${say('console.keys.prefix.hint')}</small>
      </div>
      ${this.failure ? problem(this.failure) : nothing}
      <div class="choices">
        <button type="button" @click=${this.#close}>${say('action.cancel')}</button>
        <button class="primary" ?disabled=${this.busy}>${say('console.keys.make')}</button>
      </div>
    </form>`;
  }

  #scope(scope: Scope) {
    return html`<label class="check">
      <input type="checkbox" name="scope" value=${scope} ?disabled=${this.all} />
      <span>${say(`console.scope.${scope}`)}<small><code>${scope}</code></small></span>
    </label>`;
  }

  #once({ key, name }: NewKey) {
    return html`<div class="made">
      <h2 id="new-key-title" tabindex="-1">${say('console.keys.made', { name })}</h2>
      <div class="notice warning">${warningIcon}<p>${say('console.keys.once')}</p></div>
      <p class="with-copy"><code class="secret">${key}</code><console-copy .text=${key} what=${say('console.keys.key')}></console-copy></p>
      <div class="choices"><button type="button" class="primary" @click=${this.#close}>${say('console.keys.kept')}</button></div>
    </div>`;
  }

  async #submit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const data = new FormData(event.target as HTMLFormElement);
    const scopes = data.getAll('scope').map(String);
    if (!this.all && scopes.length === 0) {
      this.failure = { code: 'choose', message: say('console.keys.no_scope') };
      return;
    }
    const recordPrefix = String(data.get('recordPrefix'));
    this.busy = true;
    this.failure = null;
    try {
      this.made = await this.session.client.createKey({
        name: String(data.get('name')).trim(),
        ...(this.all ? {} : { scopes }),
        ...(recordPrefix ? { recordPrefix } : {}),
      });
      await this.updateComplete;
      this.querySelector<HTMLElement>('h2')?.focus();
      this.dispatchEvent(new CustomEvent('console-key-made', { bubbles: true }));
    } catch (error) {
      this.failure = error;
      this.session.failed(error);
    }
    this.busy = false;
  }

  /** Escape must not throw away a key that is shown this once. */
  #keep(event: Event): void {
    if (this.made) event.preventDefault();
  }

  readonly #close = (): void => this.querySelector('dialog')?.close();

  readonly #closed = (): void => {
    this.made = null;
  };
}

customElements.define('console-new-key', NewKeyDialog);

declare global {
  interface HTMLElementTagNameMap {
    'console-new-key': NewKeyDialog;
  }
}
