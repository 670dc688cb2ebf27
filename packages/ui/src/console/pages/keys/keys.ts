import type { Key } from '@strongroom/client';
import { html, nothing } from 'lit';
import { ConfirmDialog } from '../../../pieces/confirm-dialog.ts';
import { Page } from '../../parts/page.ts';
import { problem } from '../../parts/problem.ts';
import { formats, say } from '../../parts/words.ts';
import './new-key.ts';
import type { Scope } from './scopes.ts';

/** `<console-keys>`: who may call the service: the API keys, without their secrets. */
class Keys extends Page {
  static override properties = {
    keys: { state: true },
    trouble: { state: true },
    failure: { state: true },
    revoked: { state: true },
  };
  declare private keys: readonly Key[] | null;
  /** Why there is no list. */
  declare private trouble: unknown;
  /** Why a key could not be revoked. */
  declare private failure: unknown;
  /** Whether those that work no more are shown. */
  declare private revoked: boolean;
  readonly #confirm = new ConfirmDialog(this);

  constructor() {
    super();
    this.keys = null;
    this.trouble = null;
    this.failure = null;
    this.revoked = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.keys'));
    void this.#read();
  }

  async #read(): Promise<void> {
    this.trouble = null;
    try {
      this.keys = await this.client.keys();
    } catch (error) {
      this.trouble = error;
      this.console.session.failed(error);
    }
  }

  override render() {
    const { session } = this.console;
    return html`
      <div class="head">
        <h1 tabindex="-1">${say('console.keys')}</h1>
        <button type="button" class="primary" @click=${() => this.querySelector('console-new-key')?.open()}>${say('console.keys.new')}</button>
      </div>
      <p class="lead">${say('console.keys.text')}</p>
      ${this.failure ? problem(this.failure) : nothing}
      ${this.trouble ? problem(this.trouble, () => void this.#read()) : nothing}
      ${this.keys ? this.#list(this.keys) : nothing}
      <console-new-key .session=${session} @console-key-made=${this.#read}></console-new-key>
      ${this.#confirm.render(say)}
    `;
  }

  #list(keys: readonly Key[]) {
    const over = keys.filter(({ revokedAt }) => revokedAt !== null);
    const shown = this.revoked ? keys : keys.filter(({ revokedAt }) => revokedAt === null);
    return html`
      ${shown.length === 0 ? html`<div class="card"><p class="hint">${say('console.keys.none')}</p></div>` : html`<ul class="keys card">${shown.map((key) => this.#key(key))}</ul>`}
      ${
        over.length
          ? html`<button type="button" class="quiet" aria-pressed=${this.revoked} @click=${() => {
              this.revoked = !this.revoked;
            }}>${say(this.revoked ? 'console.keys.hide_revoked' : 'console.keys.show_revoked', { count: over.length })}</button>`
          : nothing
      }`;
  }

  #key(key: Key) {
    const { id, name, scopes, recordPrefix, createdAt, revokedAt, current } = key;
    return html`<li data-revoked=${revokedAt !== null}>
      <div>
        <h2>
          <bdi>${name || id}</bdi>
          ${current ? html`<span class="badge" data-tone="good">${say('console.keys.current')}</span>` : nothing}
          ${revokedAt ? html`<span class="badge">${say('console.keys.revoked', { date: formats.date(revokedAt) })}</span>` : nothing}
        </h2>
        <p class="hint"><code>${id}</code> · ${say('console.keys.created', { date: formats.date(createdAt) })}</p>
        <ul class="tags" aria-label=${say('console.keys.scopes')}>
          ${
            scopes === null
              ? html`<li>${say('console.scope.all')}</li>`
              : scopes.map((scope) => html`<li title=${scope}>${say(`console.scope.${scope as Scope}`)}</li>`)
          }
          ${recordPrefix ? html`<li>${say('console.keys.only', { prefix: recordPrefix })}</li>` : nothing}
        </ul>
      </div>
      ${revokedAt ? nothing : html`<button type="button" class="danger-text" @click=${() => this.#revoke(key)} aria-label=${say('console.keys.revoke_named', { name: name || id })}>${say('console.keys.revoke')}</button>`}
    </li>`;
  }

  async #revoke({ id, name, current }: Key): Promise<void> {
    const question = (text: string) =>
      this.#confirm.ask({
        title: say('console.keys.revoke.title', { name: name || id }),
        text,
        confirm: say('console.keys.revoke'),
      });
    if (!(await question(say('console.keys.revoke.text')))) return;
    // The key that this session acts as: without it one is signed out.
    if (current && !(await question(say('console.keys.revoke.own')))) return;
    this.failure = null;
    try {
      await this.client.revokeKey(id);
    } catch (error) {
      this.failure = error;
      this.console.session.failed(error);
    }
    await this.#read();
  }
}

customElements.define('console-keys', Keys);
