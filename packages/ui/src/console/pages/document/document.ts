import type { Document } from '@strongroom/client';
import { html } from 'lit';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import { recordPath } from '../../routes.ts';

/** `<console-document>`: one document with its preview, its facts and its history. */
class DocumentPage extends Page {
  static override properties = { documentId: { attribute: false }, document: { state: true } };
  declare documentId: string;
  declare private document: Document | null;

  constructor() {
    super();
    this.document = null;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(say('console.document'));
    void this.#read();
  }

  /** For the heading alone: what goes wrong, the element below tells. */
  async #read(): Promise<void> {
    this.document = await this.client.get(this.documentId).catch(() => null);
    if (this.document) this.entitle(this.document.filename);
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
      <strongroom-document
        document-id=${this.documentId}
        @strongroom-changed=${this.#read}
      ></strongroom-document>
    `;
  }
}

customElements.define('console-document', DocumentPage);
