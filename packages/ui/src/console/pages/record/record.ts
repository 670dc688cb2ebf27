import type { Document } from '@strongroom/client';
import { html, nothing } from 'lit';
import '../../../elements/documents/documents.ts';
import '../../../elements/uploader/uploader.ts';
import '../../parts/copy.ts';
import { Page } from '../../parts/page.ts';
import { say } from '../../parts/words.ts';
import { documentPath } from '../../routes.ts';

const hrefFor = ({ id }: Document) => documentPath(id);

/** `<console-record>`: all documents of one record, and the place to hand in another. `?state=deleted` is its trash. */
class RecordPage extends Page {
  static override properties = { recordId: { attribute: false } };
  declare recordId: string;

  override connectedCallback(): void {
    super.connectedCallback();
    this.entitle(this.recordId);
  }

  override render() {
    const { session } = this.console;
    const trash = this.query.get('state') === 'deleted';
    return html`
      <div class="head">
        <div>
          <p class="kind">${say('console.record')}</p>
          <h1 tabindex="-1"><bdi>${this.recordId}</bdi></h1>
        </div>
        <console-copy .text=${this.recordId} what=${say('console.record.id')}></console-copy>
      </div>
      ${
        session.may('upload') && !trash
          ? html`<strongroom-uploader .recordId=${this.recordId} multiple capture></strongroom-uploader>`
          : nothing
      }
      ${session.may('list') ? this.#documents(trash) : nothing}
    `;
  }

  #documents(trash: boolean) {
    const tab = (here: boolean, path: string, words: string) =>
      html`<a href=${path} aria-current=${here ? 'page' : nothing}>${words}</a>`;
    return html`
      <nav class="tabs" aria-label=${say('console.record.views')}>
        ${tab(!trash, location.pathname, say('console.documents'))}
        ${tab(trash, `${location.pathname}?state=deleted`, say('console.trash'))}
      </nav>
      <strongroom-documents
        .recordId=${this.recordId}
        .state=${trash ? 'deleted' : ''}
        .hrefFor=${hrefFor}
      ></strongroom-documents>
    `;
  }
}

customElements.define('console-record', RecordPage);
