import type { Document } from '@strongroom/client';
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { define } from '../../connection/define.ts';
import { StrongroomElement } from '../../connection/strongroom-element.ts';
import {
  type Failure,
  type FrameWords,
  type FromFrame,
  frameWords,
  type Opening,
  version,
} from '../../frame/protocol.ts';
import { download } from '../../pieces/download.ts';
import { errorNotice } from '../../pieces/error-notice.ts';
import { theme } from '../../theme/theme.ts';
import { preview } from '../../words/english/preview.ts';
import type { WordKey } from '../../words/words.ts';
import { card, waiting } from './card.ts';
import { FrameTalk } from './frame-talk.ts';
import { lookOf, onLook } from './look.ts';
import { read } from './read.ts';
import { styles } from './styles.ts';
import { mostBytes, verdictOn } from './verdict.ts';

export { configure } from '../../connection/configure.ts';
export { setWords } from '../../words/words.ts';

type State =
  | { readonly is: 'finding' }
  /** It is large: whether it shall be loaded all the same. */
  | { readonly is: 'asking'; readonly length: number }
  | { readonly is: 'reading'; readonly received: number; readonly length: number }
  | { readonly is: 'shown' }
  /** There is nothing to see of it, and why. */
  | { readonly is: 'card'; readonly why: WordKey }
  | { readonly is: 'failed'; readonly error: unknown };

const whys: { readonly [reason in Failure]: WordKey } = {
  broken: 'preview.broken',
  'too-many-pixels': 'preview.too-many-pixels',
  unsupported: 'preview.no-kind',
};

/**
 * `<strongroom-preview document-id>`: what a document looks like. Pictures, PDF, text and CSV are drawn in a frame of opaque
 * origin that is handed the bytes; everything else is a card to download it from.
 *
 * Sends `strongroom-loaded` when there is something to see, `strongroom-failed` when it could not be read.
 */
export class StrongroomPreview extends StrongroomElement {
  static override properties: PropertyDeclarations = {
    documentId: { attribute: 'document-id' },
    document: { attribute: false },
    fill: { type: Boolean, reflect: true },
    state: { state: true },
    height: { state: true },
    problem: { state: true },
  };
  static override readonly english = [preview];
  static override styles = [...theme, styles];
  static override shadowRootOptions: ShadowRootInit = {
    ...StrongroomElement.shadowRootOptions,
    delegatesFocus: true,
  };

  declare documentId: string | undefined;
  /** The document itself, which spares asking for it. */
  declare document: Document | undefined;
  /** As high as what it stands in, and not as what it shows. */
  declare fill: boolean;
  declare private state: State;
  /** CSS pixels that what is shown would take. */
  declare private height: number | null;
  /** Why it could not be saved. */
  declare private problem: unknown;

  #shown: Document | null = null;
  #reading = new AbortController();
  #talk: FrameTalk | null = null;
  #endLook: () => void = () => {};

  constructor() {
    super();
    this.fill = false;
    this.state = { is: 'finding' };
    this.height = null;
    this.problem = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endLook = onLook(() => this.#talk?.look(lookOf(this, this.formats.lang)));
    if (this.hasUpdated) void this.#begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endLook();
    this.#end();
  }

  protected override reconnected(): void {
    void this.#begin();
  }

  protected override willUpdate(changed: PropertyValues): void {
    const before = this.strongroom;
    super.willUpdate(changed);
    const other = changed.has('documentId') || (changed.has('document') && this.#isOther());
    if (other && before === this.strongroom) void this.#begin();
    else if (!other && this.document) this.#shown = this.document;
  }

  /** A document that only has another name, or lies in the archive now, begins nothing anew. */
  #isOther(): boolean {
    const [shown, next] = [this.#shown, this.document];
    if (!shown || !next || shown.id !== next.id || this.state.is === 'failed') return true;
    return JSON.stringify(verdictOn(shown)) !== JSON.stringify(verdictOn(next));
  }

  #end(): void {
    this.#reading.abort();
    this.#endTalk();
    this.#shown = null;
    this.height = null;
    this.problem = null;
  }

  /** Saves the document that is shown, as its button does. */
  async download(): Promise<void> {
    const document = this.#shown;
    if (!document) return;
    this.problem = null;
    await download(this.strongroom, document, { byLink: this.may('link') }).catch((error) => {
      this.problem = error;
      this.emit('strongroom-failed', { action: 'download', error, documentId: document.id });
    });
  }

  #endTalk(): void {
    this.#talk?.end();
    this.#talk = null;
  }

  async #begin(): Promise<void> {
    this.#end();
    this.#reading = new AbortController();
    this.state = { is: 'finding' };
    const { document, documentId } = this;
    if (document || documentId) await this.#orFail(() => this.#find(document, documentId ?? ''));
  }

  /** What was ended meanwhile fails nobody. */
  async #orFail(step: () => Promise<void>): Promise<void> {
    const { signal } = this.#reading;
    await step().catch((error) => {
      if (!signal.aborted) this.#fail(error);
    });
  }

  async #find(document: Document | undefined, id: string): Promise<void> {
    const { signal } = this.#reading;
    const found = document ?? (await this.strongroom.get(id, { signal }));
    if (signal.aborted) return;
    this.#shown = found;
    const verdict = verdictOn(found);
    if ('why' in verdict) this.#conclude({ is: 'card', why: verdict.why });
    else if (verdict.ask) this.state = { is: 'asking', length: verdict.read };
    else await this.#read(found, verdict.read);
  }

  async #read(document: Document, length: number): Promise<void> {
    const { signal } = this.#reading;
    const onProgress = (received: number) => {
      this.state = { is: 'reading', received, length };
    };
    onProgress(0);
    const bytes = await read(this.strongroom, document, { signal, length, onProgress });
    await this.updateComplete;
    if (!signal.aborted) await this.#talk?.open(this.#openingOf(document, bytes));
  }

  #openingOf({ size, contentType, filename }: Document, bytes: ArrayBuffer): Opening {
    const words = Object.fromEntries(frameWords.map((key) => [key, this.say(key)])) as FrameWords;
    const look = lookOf(this, this.formats.lang);
    return { kind: 'open', version, bytes, size: size ?? 0, contentType, filename, look, words };
  }

  protected override updated(): void {
    const stage = this.renderRoot.querySelector<HTMLElement>('.stage');
    if (stage) stage.style.blockSize = this.fill || this.height === null ? '' : `${this.height}px`;
    const frame = this.renderRoot.querySelector('iframe');
    if (!frame || this.#talk) return;
    this.#talk = new FrameTalk(
      frame,
      (message) => this.#hear(message),
      () => this.#conclude({ is: 'card', why: 'preview.no-frame' }),
    );
  }

  #hear(message: FromFrame): void {
    if (message.kind === 'height') this.height = message.height;
    else if (message.kind === 'failed') this.#conclude({ is: 'card', why: whys[message.reason] });
    else if (message.kind === 'escape') this.#passEscape();
    else if (this.state.is === 'reading') this.#nowShown();
  }

  #nowShown(): void {
    this.state = { is: 'shown' };
    this.emit('strongroom-loaded', { count: 1 });
  }

  /** Keys that are pressed in a frame stay in it. This one means more than the frame. */
  #passEscape(): void {
    if (this.shadowRoot?.activeElement?.localName !== 'iframe') return;
    this.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, composed: true }));
  }

  /** It ends without a picture: the frame goes. */
  #conclude(state: State): void {
    this.#endTalk();
    this.height = null;
    this.state = state;
  }

  #fail(error: unknown): void {
    this.#conclude({ is: 'failed', error });
    const documentId = this.#shown?.id ?? this.documentId ?? '';
    this.emit('strongroom-failed', { action: 'preview', error: error as Error, documentId });
  }

  readonly #showAnyway = (): void => {
    const [document, state] = [this.#shown, this.state];
    if (document && state.is === 'asking') void this.#orFail(() => this.#read(document, state.length));
  };

  readonly #download = (): void => void this.download();

  protected override render(): TemplateResult {
    const { is } = this.state;
    const busy = is === 'finding' || is === 'reading';
    return html`<div class="stage ${is}" part="stage" aria-busy=${busy}>
        ${is === 'reading' || is === 'shown' ? this.#frame() : nothing} ${this.#over()}
      </div>
      ${this.problem ? errorNotice(this.explain(this.problem), this.say, this.#download) : nothing}`;
  }

  #frame(): TemplateResult {
    return html`<iframe
      part="frame"
      sandbox="allow-scripts"
      src="${this.strongroom.url}/ui/frame/frame.html"
      referrerpolicy="no-referrer"
      title=${this.say('preview.frame', { name: this.#shown?.filename ?? '' })}
    ></iframe>`;
  }

  /** What is seen as long as there is nothing else to see. */
  #over(): TemplateResult | typeof nothing {
    const { state, say, formats } = this;
    if (state.is === 'shown') return nothing;
    if (state.is === 'finding') return waiting(say('preview.loading'), null);
    if (state.is === 'failed') return errorNotice(this.explain(state.error), say, () => void this.#begin());
    if (state.is === 'reading') return this.#progress(state.received, state.length);
    const document = this.#shown;
    if (state.is === 'asking') {
      const text = say('preview.large', { size: formats.size(state.length) });
      return card({ document, text, onDownload: this.#download, onShow: this.#showAnyway }, say, formats);
    }
    const text = say(state.why, { limit: formats.size(mostBytes) });
    const onDownload = state.why.startsWith('error.') ? null : this.#download;
    return card({ document, text, onDownload, onShow: null }, say, formats);
  }

  #progress(received: number, length: number): TemplateResult {
    const { say, formats } = this;
    if (received === length) return waiting(say('preview.loading'), null);
    const [come, size] = [formats.size(received), formats.size(length)];
    return waiting(say('preview.progress', { received: come, size }), received / length);
  }
}

define('strongroom-preview', StrongroomPreview);

declare global {
  interface HTMLElementTagNameMap {
    'strongroom-preview': StrongroomPreview;
  }
}
