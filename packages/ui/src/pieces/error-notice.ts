import { html, nothing, type TemplateResult } from 'lit';
import type { Explanation } from '../words/explain.ts';
import type { Say } from '../words/words.ts';
import { alertIcon } from './icons.ts';

/** An error in words, with the reference that an operator asks for, and a way to try again where there is one. */
export function errorNotice({ text, requestId }: Explanation, say: Say, retry?: () => void): TemplateResult {
  return html`<div class="notice danger" part="error" role="alert">
    ${alertIcon}
    <div>
      <p>${text}</p>
      ${requestId === null ? nothing : html`<p class="quiet small">${say('error.request', { requestId })}</p>`}
    </div>
    ${retry ? html`<button class="button" type="button" @click=${retry}>${say('action.retry')}</button>` : nothing}
  </div>`;
}
