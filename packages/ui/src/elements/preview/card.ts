import type { Document } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { downloadIcon, fileIcon } from '../../pieces/icons.ts';
import type { Formats } from '../../words/formats.ts';
import { kindName } from '../../words/kind-name.ts';
import type { Say } from '../../words/words.ts';

export interface Card {
  readonly document: Document | null;
  readonly text: string;
  readonly onDownload: (() => void) | null;
  /** For a large one: show it all the same. */
  readonly onShow: (() => void) | null;
}

/** What stands in the place of a preview: what the document is, why it is not shown, and the way to get it. */
export function card(
  { document, text, onDownload, onShow }: Card,
  say: Say,
  formats: Formats,
): TemplateResult {
  const kind = document && kindName(document.contentType, say);
  const size = typeof document?.size === 'number' ? formats.size(document.size) : null;
  return html`<div class="card" part="card">
    ${fileIcon}
    <div>
      ${document ? html`<p class="name"><bdi>${document.filename}</bdi></p>` : nothing}
      <p class="quiet small">${[kind, size].filter(Boolean).join(' · ')}</p>
    </div>
    <div><p>${text}</p></div>
    <div class="answers">
      ${
        onShow
          ? html`<button class="button primary" type="button" @click=${onShow}>${say('preview.load-anyway')}</button>`
          : nothing
      }
      ${
        onDownload
          ? html`<button class="button" type="button" @click=${onDownload}>
              ${downloadIcon}${say('action.download')}
            </button>`
          : nothing
      }
    </div>
  </div>`;
}

/** @param share of it that has come, 0 to 1; null where nothing is known */
export function waiting(text: string, share: number | null): TemplateResult {
  return html`<div class="card">
    <p class="quiet" role="status">${text}</p>
    ${share === null ? nothing : html`<progress aria-label=${text} max="1" .value=${share}></progress>`}
  </div>`;
}
