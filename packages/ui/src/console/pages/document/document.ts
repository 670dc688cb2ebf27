import type { Document } from '@strongroom/client';
import { html, nothing } from 'lit';
import type { StrongroomEvents } from '../../../connection/events.ts';
import '../../../elements/document/document.ts';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import { recordPath } from '../../routes.ts';

/** `<console-document>`: one document with its preview, its facts and its history. */
class DocumentPage extends Page {
  static override properties = {
    documentId: { attribute: false },
    document: { state: true },
    asked: { state: true },
  };
  declare documentId: string;
  declare private document: Document | null;
  /** Whether it is known what the service has of it. */
  declare private asked: boolean;

  constructor() {
    super();
    this.document = null;
    this.asked = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.document'));
    void this.#read();
  }

  /** The heading is the console's. What goes wrong, the element below meets too, and tells. */
  async #read(): Promise<void> {
    const document = await this.client.get(this.documentId).catch(() => null);
    if (document) this.#known(document);
    this.asked = true;
  }

  #known(document: Document): void {
    this.document = document;
    this.entitle(document.filename);
  }

  override render() {
    const { filename, recordId } = this.document ?? {};
    return html`
      <div class="head">
        <div>
          <p class="kind">
            ${recordId === undefined ? say('console.document') : html`<a href=${recordPath(recordId)}><bdi>${recordId}</bdi></a>`}
          </p>
          <h1 tabindex="-1"><bdi>${filename ?? say('console.document')}</bdi></h1>
        </div>
      </div>
      ${
        this.asked
          ? html`<strongroom-document
            .documentId=${this.documentId}
            .document=${this.document ?? undefined}
            @strongroom-changed=${({ detail }: StrongroomEvents['strongroom-changed']) => this.#known(detail.document)}
          ></strongroom-document>`
          : nothing
      }
    `;
  }
}

customElements.define('console-document', DocumentPage);
