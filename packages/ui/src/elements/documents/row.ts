import type { Document, DocumentType } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { fileName } from '../../pieces/file-name.ts';
import type { Formats } from '../../words/formats.ts';
import { typeLabel } from '../../words/type-label.ts';
import type { Say } from '../../words/words.ts';

/** What rows need to be shown and used. */
export interface RowContext {
  readonly say: Say;
  readonly formats: Formats;
  readonly types: readonly DocumentType[];
  readonly selectable: boolean;
  isSelected(id: string): boolean;
  isBusy(id: string): boolean;
  /** Whether it came while the list was shown. */
  isFresh(id: string): boolean;
  /** Where the name leads to; null: it opens the document here, where that is possible. */
  href(document: Document): string | null;
  /** Whether rows say which record they belong to: not in the list of one record. */
  readonly records: boolean;
  /** Where a record's id leads to; null: nowhere. */
  recordHref(document: Document): string | null;
  canOpen(document: Document): boolean;
  open(document: Document): void;
  select(event: MouseEvent, document: Document): void;
  actions(document: Document): TemplateResult;
}

export function row(document: Document, context: RowContext): TemplateResult {
  const { say, formats, types } = context;
  const { id, state, type, size, createdAt } = document;
  return html`<div
    class="row"
    part="row"
    role="row"
    data-id=${id}
    data-state=${state}
    ?data-selected=${context.isSelected(id)}
    ?data-fresh=${context.isFresh(id)}
    aria-busy=${context.isBusy(id) ? 'true' : 'false'}
  >
    ${context.selectable ? choice(document, context) : nothing}
    <div class="cell name" role="cell">${name(document, context)}${context.records ? record(document, context) : nothing}</div>
    <div class="facts" role="none">
      <div class="cell type" role="cell">${typeLabel(type, say, types)}</div>
      <div class="cell size" role="cell">${size === null ? say('documents.no_size') : formats.size(size)}</div>
      <div class="cell date" role="cell"><time datetime=${createdAt} title=${formats.time(createdAt)}>${formats.date(createdAt)}</time></div>
    </div>
    <div class="cell state" role="cell">${badge(document, context)}</div>
    <div class="cell actions" role="cell">${context.actions(document)}</div>
  </div>`;
}

function choice(document: Document, { say, isSelected, select }: RowContext): TemplateResult {
  return html`<div class="cell choice" role="cell">
    <label
      ><input
        class="check"
        type="checkbox"
        aria-label=${say('documents.select_one', { filename: document.filename })}
        .checked=${isSelected(document.id)}
        @click=${(event: MouseEvent) => select(event, document)}
    /></label>
  </div>`;
}

function name(document: Document, { say, href, canOpen, open }: RowContext): TemplateResult {
  const shown = fileName(document.filename);
  const address = href(document);
  if (address !== null) return html`<a class="open" href=${address}>${shown}</a>`;
  if (!canOpen(document)) return html`<span class="open">${shown}</span>`;
  return html`<button
    class="open"
    type="button"
    aria-label=${say('documents.open_one', { filename: document.filename })}
    @click=${() => open(document)}
  >
    ${shown}
  </button>`;
}

/** The record's id: where documents of many records are listed, what a document belongs to is half of its name. */
function record(document: Document, { say, recordHref }: RowContext): TemplateResult {
  const address = recordHref(document);
  const id = html`<bdi title=${say('documents.record', { recordId: document.recordId })}>${document.recordId}</bdi>`;
  return address === null
    ? html`<span class="record" part="record">${id}</span>`
    : html`<a class="record" part="record" href=${address}>${id}</a>`;
}

function badge({ state, purgeAfter }: Document, { say, formats }: RowContext): TemplateResult {
  const words =
    state === 'deleted' && purgeAfter !== null
      ? say('documents.until', { date: formats.date(purgeAfter) })
      : say(`state.${state}`);
  return html`<span class="badge" part="state" data-state=${state}>${words}</span>`;
}
