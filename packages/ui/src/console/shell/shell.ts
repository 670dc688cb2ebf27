import { html, LitElement, nothing } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import { configure } from '../../connection/configure.ts';
import { Navigation, type Place } from '../navigation.ts';
import { codeIn } from '../pages/sign-in/code.ts';
import type { Console } from '../parts/page.ts';
import { explained, say } from '../parts/words.ts';
import type { Route } from '../routes.ts';
import { Session } from '../session.ts';
import { bar, entranceOf } from './bar.ts';
import { loadPage, pageFor } from './pages.ts';
import './record-jump.ts';

/** `<strongroom-console>`: the frame of all pages, and which of them is shown. */
class Shell extends LitElement {
  static override properties = { place: { state: true }, trouble: { state: true } };
  /** What is shown; null until it is known who is signed in and the page's program has come. */
  declare private place: Place | null;
  /** Why nothing can be shown. */
  declare private trouble: unknown;
  readonly #console: Console = { session: new Session(), navigation: new Navigation() };
  /** Grows with every page that a reader is taken to: what comes late for an earlier one is dropped. */
  #visit = 0;

  constructor() {
    super();
    this.place = null;
    this.trouble = null;
    const { session, navigation } = this.#console;
    configure({ client: session.client });
    session.onchange = () => this.#show(navigation.place, true);
    navigation.onchange = (place, moved) => this.#show(place, moved);
    this.addEventListener('strongroom-failed', (event) =>
      session.failed((event as CustomEvent).detail?.error),
    );
    this.addEventListener('console-title', (event) => this.#entitle((event as CustomEvent<string>).detail));
  }

  override createRenderRoot(): this {
    // The bar that stands in the page before this program runs.
    this.replaceChildren();
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#console.navigation.start();
    void this.#start();
  }

  async #start(): Promise<void> {
    try {
      // Who comes with a one-time code signs in by it, whoever was signed in before.
      if (!codeIn(location)) await this.#console.session.resume();
      if (!this.place) await this.#show(this.#console.navigation.place, false);
    } catch (error) {
      this.trouble = error;
    }
  }

  /** What is at `place`, or the sign-in in its stead: once signed in, one is where one was. */
  async #show(place: Place, moved: boolean): Promise<void> {
    const visit = ++this.#visit;
    const { facts } = this.#console.session;
    if (facts && place.route.page === 'sign-in') return this.#console.navigation.replace('/');
    if (facts && place.route.page === 'documents' && !this.#console.session.may('list')) {
      const entrance = entranceOf(this.#console.session);
      if (entrance !== null) return this.#console.navigation.replace(entrance);
    }
    const shown: Place = facts ? place : { ...place, route: { page: 'sign-in' } };
    try {
      await loadPage(shown.route.page);
    } catch (error) {
      if (visit === this.#visit) this.trouble = error;
      return;
    }
    if (visit !== this.#visit) return;
    const first = this.place === null;
    this.trouble = null;
    this.place = shown;
    await this.updateComplete;
    if (moved) this.querySelector('console-record-jump')?.close();
    if (moved && !first) this.#tell();
  }

  /** Where one has come to, for who does not see it: the heading is focused, which reads it out. */
  #tell(): void {
    const heading = this.querySelector<HTMLElement>('main h1');
    if (heading && !heading.closest('main')?.contains(document.activeElement))
      heading.focus({ preventScroll: true });
  }

  #entitle(title: string): void {
    const name = this.#console.session.facts?.environment.name;
    document.title = `${title} – Strongroom${name ? ` (${name})` : ''}`;
  }

  override render() {
    const { session, navigation } = this.#console;
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>${say('console.skip')}</a>
      ${bar(
        session,
        this.place?.route.page ?? '',
        () => this.querySelector('console-record-jump')?.open(),
        () => this.#leave(),
      )}
      <main id="main" tabindex="-1">${this.#content()}</main>
      ${session.facts ? html`<console-record-jump .navigation=${navigation}></console-record-jump>` : nothing}
    `;
  }

  #content() {
    if (this.trouble) return this.#troubled();
    if (!this.place) return nothing;
    const { route, query } = this.place;
    return keyed(keyOf(route), pageFor(route, query, this.#console));
  }

  #troubled() {
    return html`<div class="sheet" role="alert">
      <h1 tabindex="-1">${say('console.trouble')}</h1>
      <p>${explained(this.trouble).text}</p>
      <button class="primary" type="button" @click=${() => location.reload()}>${say('console.reload')}</button>
    </div>`;
  }

  #skip(event: Event): void {
    event.preventDefault();
    this.querySelector('main')?.focus();
  }

  async #leave(): Promise<void> {
    await this.#console.session.signOut();
    this.#console.navigation.replace('/sign-in');
  }
}

/** A page is made anew for another document or record, and goes on when only its query changes. */
function keyOf(route: Route): string {
  return Object.values(route).join(' ');
}

customElements.define('strongroom-console', Shell);
