import { html, nothing } from 'lit';
import { alertIcon } from '../../../pieces/icons.ts';
import { mark } from '../../parts/icons.ts';
import { Page } from '../../parts/page.ts';
import { problem } from '../../parts/problem.ts';
import { say } from '../../parts/words.ts';
import { codeIn, proofOf } from './code.ts';

/** `<console-sign-in>`: with an API key or a one-time code; at once where the link carries a code. */
class SignIn extends Page {
  static override properties = { refusal: { state: true }, busy: { state: true } };
  /** Why the last attempt failed. */
  declare private refusal: unknown;
  declare private busy: boolean;
  readonly #onHash = () => this.#withLink();

  constructor() {
    super();
    this.refusal = null;
    this.busy = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.sign_in'));
    addEventListener('hashchange', this.#onHash);
    void this.#withLink();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('hashchange', this.#onHash);
  }

  override firstUpdated(): void {
    if (!this.busy) this.querySelector<HTMLInputElement>('[name=proof]')?.focus();
  }

  /** Signs in by the code of the address, which is gone from there before anything else happens. */
  async #withLink(): Promise<void> {
    const code = codeIn(location);
    if (!code) return;
    history.replaceState(history.state, '', '/sign-in');
    await this.#signIn({ code });
    if (this.refusal) await this.console.session.resume().catch(() => {});
  }

  async #signIn(proof: { key: string } | { code: string }): Promise<void> {
    this.busy = true;
    this.refusal = null;
    try {
      await this.console.session.signIn(proof);
    } catch (error) {
      this.refusal = error;
    }
    this.busy = false;
    await this.updateComplete;
    if (this.refusal) this.querySelector<HTMLInputElement>('[name=proof]')?.select();
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const text = String(new FormData(event.target as HTMLFormElement).get('proof'));
    if (text.trim() && !this.busy) void this.#signIn(proofOf(text));
  }

  override render() {
    const { ended } = this.console.session;
    return html`<div class="sign-in">
      <form class="card" @submit=${this.#submit}>
        ${mark}
        <h1 tabindex="-1">${say('console.sign_in.title')}</h1>
        ${ended && !this.refusal ? html`<p class="note" role="status">${say('console.sign_in.ended')}</p>` : nothing}
        <input type="text" name="username" value="strongroom" autocomplete="username" hidden />
        <label class="field">
          <span>${say('console.sign_in.proof')}</span>
          <input
            name="proof"
            type="password"
            required
            autocomplete="current-password"
            autocapitalize="off"
            spellcheck="false"
            aria-invalid=${this.refusal ? 'true' : nothing}
            aria-describedby=${this.refusal ? 'sign-in-refusal' : nothing}
          />
        </label>
        ${this.#why()}
        <button class="primary wide" ?disabled=${this.busy}>
          ${say(this.busy ? 'console.sign_in.busy' : 'console.sign_in')}
        </button>
        <details>
          <summary>${say('console.sign_in.where')}</summary>
          <p>${say('console.sign_in.where_first')}</p>
          <p>${say('console.sign_in.where_later')} <code>npm exec -- strongroom keys code</code></p>
        </details>
      </form>
    </div>`;
  }

  #why() {
    if (!this.refusal) return nothing;
    const wrong = (this.refusal as { code?: unknown }).code === 'unauthenticated';
    return html`<div id="sign-in-refusal">
      ${wrong ? html`<div class="notice danger">${alertIcon}<p>${say('console.sign_in.wrong')}</p></div>` : problem(this.refusal)}
    </div>`;
  }
}

customElements.define('console-sign-in', SignIn);
