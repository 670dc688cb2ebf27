import type { Strongroom } from '@strongroom/client';
import { LitElement, type PropertyDeclarations, type PropertyValues } from 'lit';
import { errors } from '../words/english/errors.ts';
import { kinds } from '../words/english/kinds.ts';
import { shared } from '../words/english/shared.ts';
import { type Explanation, explain } from '../words/explain.ts';
import { type Formats, formatsOf } from '../words/formats.ts';
import { languageOf } from '../words/language.ts';
import { onWords, type Say, speaker, type Words } from '../words/words.ts';
import { type Action, callerOf, everything } from './access.ts';
import { clientFor } from './clients.ts';
import { onConfigure, type Token } from './configure.ts';
import type { StrongroomEvents } from './events.ts';

/**
 * What every element is made of: the client it talks through, its words and its formats. A subclass names its English words
 * in `english`, and does in `reconnected` what begins anew when another service or caller is set.
 */
export class StrongroomElement extends LitElement {
  static override properties: PropertyDeclarations = {
    client: { attribute: false },
    server: {},
    token: {},
    words: { attribute: false },
  };

  /** The subclass's English words, before the shared ones. */
  static readonly english: readonly Words[] = [];

  /** A client of the app's own; with it `server` and `token` are not looked at. */
  declare client: Strongroom | undefined;
  /** Base URL of the service. Default: what `configure` said, else the page's origin. */
  declare server: string | undefined;
  /** A grant's token, or a function that fetches one. */
  declare token: Token | undefined;
  /** Words of this element alone. */
  declare words: Words | undefined;

  /** Says words in this element's language. */
  protected say: Say = (key) => key;
  protected formats: Formats = formatsOf('en');
  /** The client in use. Set before the first `willUpdate` of a subclass is over, and before `reconnected`. */
  protected strongroom!: Strongroom;

  #rights: ReadonlySet<string> | null = null;
  #endings: (() => void)[] = [];

  static override get observedAttributes(): string[] {
    // biome-ignore lint/complexity/noThisInStatic: Lit's getter makes the accessors of the class it is called on, the subclass
    return [...super.observedAttributes, 'lang'];
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'lang') this.requestUpdate();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const again = () => this.requestUpdate();
    this.#endings = [onWords(again), onConfigure(again)];
    again();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const end of this.#endings.splice(0)) end();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const lang = languageOf(this);
    const { english } = this.constructor as typeof StrongroomElement;
    this.formats = formatsOf(lang);
    this.say = speaker(this.words, [...english, shared, errors, kinds], this.formats.lang);
    const client = clientFor(this);
    if (client === this.strongroom) return;
    this.strongroom = client;
    this.#rights = null;
    void this.#learnRights(client);
    this.reconnected();
  }

  /** Whether the caller may do this, so that it is offered. Nothing is before it is known. */
  protected may(action: Action): boolean {
    return this.#rights?.has(action) ?? false;
  }

  /** Whether it is known what the caller may do. */
  protected get rightsKnown(): boolean {
    return this.#rights !== null;
  }

  /** Where it can't be learnt everything is offered: the service refuses in words what is not allowed. */
  async #learnRights(client: Strongroom): Promise<void> {
    const allowed = await callerOf(client).then(
      ({ actions }) => actions,
      () => everything,
    );
    if (client !== this.strongroom) return;
    this.#rights = new Set(allowed);
    this.requestUpdate();
  }

  /** Called before the first rendering, and when `strongroom` has become another: what was known is of no use any more. */
  protected reconnected(): void {}

  /** An error in this element's words. */
  protected explain(error: unknown): Explanation {
    return explain(error, this.say, this.formats);
  }

  /** Sends an event out of all shadow trees. False when somebody has prevented what follows by default. */
  protected emit<K extends keyof StrongroomEvents>(
    name: K,
    detail: StrongroomEvents[K]['detail'],
    { cancelable = false } = {},
  ): boolean {
    return this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true, cancelable }));
  }
}
