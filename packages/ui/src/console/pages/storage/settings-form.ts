import type { StorageCheck } from '@strongroom/client';
import { html, nothing } from 'lit';
import { infoIcon } from '../../../pieces/icons.ts';
import '../../parts/copy.ts';
import { Part } from '../../parts/page.ts';
import { problem } from '../../parts/problem.ts';
import { say } from '../../parts/words.ts';
import type { Session } from '../../session.ts';
import { checks } from './checks.ts';
import { environmentBlock, type Form, veil } from './environment-block.ts';

/** S3 API, "Canned ACL", those for objects; the same as S3_ACL takes. '' leaves the setting out: no ACL is sent. */
const acls = [
  '',
  'private',
  'bucket-owner-full-control',
  'bucket-owner-read',
  'authenticated-read',
  'aws-exec-read',
  'public-read',
  'public-read-write',
];
const encryptions = ['', 'AES256', 'aws:kms', 'aws:kms:dsse'];
const environments = ['staging', 'production'];

type Name =
  | 'S3_BUCKET'
  | 'S3_REGION'
  | 'S3_ENDPOINT'
  | 'S3_ACCESS_KEY_ID'
  | 'S3_SECRET_ACCESS_KEY'
  | 'S3_FORCE_PATH_STYLE'
  | 'S3_ACL'
  | 'S3_SSE'
  | 'S3_SSE_KMS_KEY_ID'
  | 'S3_PREFIX';
type Settings = { readonly [name in Name]: string };

const nothingYet: Settings = {
  S3_BUCKET: '',
  S3_REGION: '',
  S3_ENDPOINT: '',
  S3_ACCESS_KEY_ID: '',
  S3_SECRET_ACCESS_KEY: '',
  S3_FORCE_PATH_STYLE: '',
  S3_ACL: '',
  S3_SSE: '',
  S3_SSE_KMS_KEY_ID: '',
  S3_PREFIX: '',
};

/**
 * `<console-settings>`: a bucket with what belongs to it, typed in, becomes the environment block of another deployment.
 * What is typed stays in this page: it is sent only to be tried, and kept nowhere.
 */
class SettingsForm extends Part {
  static override properties = {
    session: { attribute: false },
    settings: { state: true },
    environment: { state: true },
    form: { state: true },
    shown: { state: true },
    trying: { state: true },
    report: { state: true },
    failure: { state: true },
  };
  declare session: Session;
  declare private settings: Settings;
  declare private environment: string;
  declare private form: Form;
  /** Whether the secret is to be seen. */
  declare private shown: boolean;
  declare private trying: boolean;
  /** What came of trying these settings; null once they are others. */
  declare private report: StorageCheck | null;
  declare private failure: unknown;
  #end: AbortController | null = null;

  constructor() {
    super();
    this.settings = nothingYet;
    this.environment = 'staging';
    this.form = 'export';
    this.shown = false;
    this.trying = false;
    this.report = null;
    this.failure = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.abort();
    this.settings = nothingYet;
  }

  override render() {
    return html`<form class="settings" autocomplete="off" @submit=${this.#try} @input=${this.#typed}>
      <div class="notice">${infoIcon}<p>${say('console.settings.private')}</p></div>
      <div class="two">
        ${this.#text('S3_BUCKET', { required: true, placeholder: 'acme-documents' })}
        ${this.#text('S3_REGION', { placeholder: 'eu-central-1' })}
        ${this.#text('S3_ENDPOINT', { placeholder: 'https://s3.example.com', type: 'url' })}
        ${this.#text('S3_PREFIX', {})}
        ${this.#text('S3_ACCESS_KEY_ID', {})}
        ${this.#secret()}
        ${this.#select('S3_ACL', acls)}
        ${this.#select('S3_SSE', encryptions)}
        ${this.settings.S3_SSE.startsWith('aws:kms') ? this.#text('S3_SSE_KMS_KEY_ID', {}) : nothing}
        ${this.#select('S3_FORCE_PATH_STYLE', ['', 'true', 'false'])}
      </div>
      ${this.session.may('storage-check') ? this.#trial() : nothing}
      ${this.#block()}
    </form>`;
  }

  #text(name: Name, { required = false, placeholder = '', type = 'text' }) {
    return html`<div class="field">
      <label for=${name}>${say(`console.settings.${name}`)}</label>
      <input
        id=${name}
        aria-describedby=${`${name}-hint`}
        name=${name}
        type=${type}
        ?required=${required}
        placeholder=${placeholder}
        autocomplete="off"
        autocapitalize="off"
        spellcheck="false"
        .value=${this.settings[name]}
      />
      <small id=${`${name}-hint`}>${say(`console.settings.${name}.hint`)}</small>
    </div>`;
  }

  /** Veiled by style: browsers offer to keep what stands in a field of type `password`. */
  #secret() {
    return html`<div class="field">
      <label for="secret">${say('console.settings.S3_SECRET_ACCESS_KEY')}</label>
      <div class="with-button">
        <input
          id="secret"
          name="S3_SECRET_ACCESS_KEY"
          aria-describedby="secret-hint"
          type="text"
          class=${this.shown ? '' : 'veiled'}
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          .value=${this.settings.S3_SECRET_ACCESS_KEY}
        />
        ${this.#showButton()}
      </div>
      <small id="secret-hint">${say('console.settings.S3_SECRET_ACCESS_KEY.hint')}</small>
    </div>`;
  }

  #showButton() {
    return html`<button type="button" aria-pressed=${this.shown} aria-label=${say('console.settings.show_secret')} @click=${() => {
      this.shown = !this.shown;
    }}>${say(this.shown ? 'console.hide' : 'console.show')}</button>`;
  }

  #select(name: Name, values: readonly string[]) {
    return html`<div class="field">
      <label for=${name}>${say(`console.settings.${name}`)}</label>
      <select id=${name} name=${name} aria-describedby=${`${name}-hint`}>
        ${values.map(
          (value) => html`<option value=${value} .selected=${value === this.settings[name]}>
            ${value === '' ? say(`console.settings.${name}.none` as 'console.settings.S3_ACL.none') : value}
          </option>`,
        )}
      </select>
      <small id=${`${name}-hint`}>${say(`console.settings.${name}.hint`)}</small>
    </div>`;
  }

  #trial() {
    return html`
      <div class="choices start">
        <button class="primary" ?disabled=${this.trying}>${say('console.settings.try')}</button>
        ${
          this.trying
            ? html`<span class="busy" role="status">${say('console.settings.trying')}</span>
              <button type="button" @click=${() => this.#end?.abort()}>${say('action.cancel')}</button>`
            : nothing
        }
      </div>
      ${this.failure ? problem(this.failure) : nothing}
      ${this.report ? checks(this.report) : nothing}`;
  }

  #block() {
    const settings = { ENVIRONMENT_NAME: this.environment.trim(), ...this.settings };
    const seen =
      this.shown || !settings.S3_SECRET_ACCESS_KEY ? settings : { ...settings, S3_SECRET_ACCESS_KEY: veil };
    return html`<section class="block" aria-labelledby="block-title">
      <h3 id="block-title">${say('console.block')}</h3>
      <p class="hint">${say(this.report?.ok ? 'console.block.tried' : 'console.block.untried')}</p>
      <div class="two">
        <label class="field">
          <span>${say('console.block.environment')}</span>
          <input name="ENVIRONMENT_NAME" list="environments" autocomplete="off" maxlength="40" .value=${this.environment} />
          <datalist id="environments">${environments.map((name) => html`<option value=${name}></option>`)}</datalist>
        </label>
        <label class="field">
          <span>${say('console.block.form')}</span>
          <select name="form">
            <option value="export">${say('console.block.export')}</option>
            <option value="plain">${say('console.block.plain')}</option>
          </select>
        </label>
      </div>
      <pre tabindex="0" aria-labelledby="block-title"><code>${seen === settings ? environmentBlock(seen, this.form) : veiled(seen, this.form)}</code></pre>
      <div class="choices start">
        <console-copy .text=${`${environmentBlock(settings, this.form)}\n`} what=${say('console.block')}></console-copy>
        ${settings.S3_SECRET_ACCESS_KEY ? this.#showButton() : nothing}
      </div>
    </section>`;
  }

  #typed(event: Event): void {
    const { name, value } = event.target as HTMLInputElement | HTMLSelectElement;
    if (name === 'ENVIRONMENT_NAME') this.environment = value;
    else if (name === 'form') this.form = value as Form;
    else if (name in this.settings) {
      this.settings = { ...this.settings, [name]: name === 'S3_SECRET_ACCESS_KEY' ? value : value.trim() };
      this.report = null;
      this.failure = null;
    }
  }

  async #try(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    this.trying = true;
    this.report = null;
    this.failure = null;
    this.#end = new AbortController();
    const settings = this.settings;
    const set = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== ''));
    try {
      const report = await this.session.client.checkStorage(set, { signal: this.#end.signal });
      if (this.settings === settings) this.report = report;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'aborted') {
        this.failure = error;
        this.session.failed(error);
      }
    }
    this.trying = false;
  }
}

/** The veil needs no quotes: nobody pastes it. */
function veiled(settings: Readonly<Record<string, string>>, form: Form): string {
  return environmentBlock(settings, form).replace(`'${veil}'`, veil);
}

customElements.define('console-settings', SettingsForm);
