import type { Document, DocumentType } from '@strongroom/client';
import { html, nothing } from 'lit';
import { checkIcon } from '../../../pieces/icons.ts';
import { typeLabel } from '../../../words/type-label.ts';
import '../../parts/copy.ts';
import { Part } from '../../parts/page.ts';
import { formats, say } from '../../parts/words.ts';
import { documentPath, recordPath } from '../../routes.ts';

/** `<console-stored>`: what was stored and where it lies. Tells `console-onward`. */
class Stored extends Part {
  static override properties = {
    document: { attribute: false },
    types: { attribute: false },
    onward: {},
  };
  declare document: Document;
  declare types: readonly DocumentType[];
  /** What the button says that tells `console-onward`. */
  declare onward: string;

  override firstUpdated(): void {
    this.querySelector<HTMLElement>('h2')?.focus();
  }

  override render() {
    const { id, recordId, filename, type, contentType, size, sha256, storage, metadata } = this.document;
    const entries = Object.entries(metadata);
    return html`<section class="card stored" aria-labelledby="stored-title">
      <div class="success">${checkIcon}</div>
      <h2 id="stored-title" tabindex="-1">${say('console.stored')}</h2>
      <dl class="facts">
        <dt>${say('console.file')}</dt><dd><bdi>${filename}</bdi></dd>
        <dt>${say('console.record')}</dt><dd><a href=${recordPath(recordId)}><bdi>${recordId}</bdi></a></dd>
        <dt>${say('console.type')}</dt><dd>${typeLabel(type, say, this.types)}</dd>
        <dt>${say('console.stored.content')}</dt><dd>${contentType}, ${formats.size(size ?? 0)}</dd>
        ${storage.path === null ? nothing : this.#path(storage.path)}
        <dt>SHA-256</dt><dd><code>${sha256}</code></dd>
        ${entries.length === 0 ? nothing : html`<dt>${say('console.metadata.stored')}</dt><dd>${this.#metadata(entries)}</dd>`}
      </dl>
      <div class="choices">
        <button type="button" @click=${this.#goOn}>${this.onward}</button>
        <a class="button primary" href=${documentPath(id)}>${say('console.stored.open')}</a>
      </div>
    </section>`;
  }

  #path(path: string) {
    const name = say('console.stored.path');
    return html`<dt>${name}</dt>
      <dd class="with-copy"><code>${path}</code><console-copy .text=${path} what=${name}></console-copy></dd>`;
  }

  #metadata(entries: readonly (readonly [string, unknown])[]) {
    return html`<ul class="plain">
      ${entries.map(([name, value]) => html`<li><bdi>${name}</bdi>: <bdi>${typeof value === 'string' ? value : JSON.stringify(value)}</bdi></li>`)}
    </ul>`;
  }

  #goOn(): void {
    this.dispatchEvent(new CustomEvent('console-onward', { bubbles: true }));
  }
}

customElements.define('console-stored', Stored);
