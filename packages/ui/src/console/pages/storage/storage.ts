import type { Storage, StorageCheck } from '@strongroom/client';
import { html, nothing } from 'lit';
import { callerOf } from '../../../connection/access.ts';
import { Page } from '../../parts/page.ts';
import { problem } from '../../parts/problem.ts';
import { say } from '../../parts/words.ts';
import { checks } from './checks.ts';
import { facts } from './facts.ts';
import './settings-form.ts';

/** `<console-storage>`: where the bytes lie, whether that works, and the settings of another place. */
class StoragePage extends Page {
  static override properties = {
    storage: { state: true },
    direct: { state: true },
    trouble: { state: true },
    report: { state: true },
    failure: { state: true },
    running: { state: true },
  };
  declare private storage: Storage | null;
  /** Whether browsers send large files to the bucket themselves. */
  declare private direct: boolean;
  /** Why the facts can't be told. */
  declare private trouble: unknown;
  declare private report: StorageCheck | null;
  /** Why the checks could not be run. */
  declare private failure: unknown;
  declare private running: boolean;
  #end: AbortController | null = null;

  constructor() {
    super();
    this.storage = null;
    this.direct = false;
    this.trouble = null;
    this.report = null;
    this.failure = null;
    this.running = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.storage'));
    void this.#read();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.abort();
  }

  async #read(): Promise<void> {
    this.trouble = null;
    try {
      const [storage, { transports }] = await Promise.all([this.client.storage(), callerOf(this.client)]);
      this.direct = transports.includes('direct');
      this.storage = storage;
    } catch (error) {
      this.trouble = error;
      this.console.session.failed(error);
    }
  }

  override render() {
    const { session } = this.console;
    return html`
      <div class="head"><h1 tabindex="-1">${say('console.storage')}</h1></div>
      <section class="card" aria-labelledby="facts-title" aria-busy=${this.storage === null && !this.trouble}>
        <h2 id="facts-title">${say('console.storage.title')}</h2>
        ${this.trouble ? problem(this.trouble, () => void this.#read()) : nothing}
        ${this.storage ? facts(this.storage, this.direct) : nothing}
      </section>
      ${session.may('storage-check') ? this.#checks() : nothing}
      <section class="card" aria-labelledby="settings-title">
        <h2 id="settings-title">${say('console.settings')}</h2>
        <p class="hint">${say('console.settings.text')}</p>
        <console-settings .session=${session}></console-settings>
      </section>
    `;
  }

  #checks() {
    return html`<section class="card" aria-labelledby="checks-title">
      <h2 id="checks-title">${say('console.checks')}</h2>
      <p class="hint">${say('console.checks.text')}</p>
      <div class="choices start">
        <button type="button" class="primary" ?disabled=${this.running} @click=${this.#check}>
          ${say(this.report || this.failure ? 'console.checks.again' : 'console.checks.run')}
        </button>
        ${this.running ? html`<span class="busy" role="status">${say('console.checks.running')}</span>` : nothing}
      </div>
      ${this.failure ? problem(this.failure) : nothing}
      ${this.report ? checks(this.report) : nothing}
    </section>`;
  }

  async #check(): Promise<void> {
    this.running = true;
    this.report = null;
    this.failure = null;
    this.#end = new AbortController();
    try {
      this.report = await this.client.checkStorage(undefined, { signal: this.#end.signal });
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'aborted') {
        this.failure = error;
        this.console.session.failed(error);
      }
    }
    this.running = false;
  }
}

customElements.define('console-storage', StoragePage);
