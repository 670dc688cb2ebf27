import { html, nothing, type TemplateResult } from 'lit';
import type { Say } from '../../words/words.ts';

/** As high as the rows to come, so that nothing jumps when they do. */
export function skeleton(say: Say, selectable: boolean): TemplateResult {
  const cell = (name: string) => html`<div class="cell ${name}"><span class="bone"></span></div>`;
  const row = html`<div class="row">
    ${selectable ? cell('choice') : nothing} ${cell('name')}
    <div class="facts">${cell('type')} ${cell('size')} ${cell('date')}</div>
    ${cell('state')}
    <div class="cell actions"></div>
  </div>`;
  return html`<div class="table skeleton" aria-hidden="true" ?data-selectable=${selectable}>
      <div><div class="row head"></div></div>
      <div class="rows">${[row, row, row]}</div>
    </div>
    <p class="hidden-visually">${say('documents.loading')}</p>`;
}
