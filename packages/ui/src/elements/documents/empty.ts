import { html, type TemplateResult } from 'lit';
import { fileIcon } from '../../pieces/icons.ts';
import type { Say } from '../../words/words.ts';

/** A list without documents says why, and what would change that. What is slotted `empty` takes its place. */
export function empty(
  key: 'documents.empty' | 'documents.empty_found' | 'documents.empty_trash',
  say: Say,
): TemplateResult {
  return html`<div class="empty" part="empty" tabindex="-1">
    <slot name="empty">
      <span class="sign">${fileIcon}</span>
      <p class="title">${say(key)}</p>
      <p class="quiet small">${say(`${key}_hint`)}</p>
    </slot>
  </div>`;
}
