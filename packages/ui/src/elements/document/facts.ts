import type { Document, DocumentType } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { checkIcon, copyIcon } from '../../pieces/icons.ts';
import type { Formats } from '../../words/formats.ts';
import { kindName } from '../../words/kind-name.ts';
import { typeLabel } from '../../words/type-label.ts';
import type { Say, WordKey } from '../../words/words.ts';

export interface FactsContext {
  readonly say: Say;
  readonly formats: Formats;
  readonly types: readonly DocumentType[];
  /** What was taken into the clipboard a moment ago. */
  readonly taken: string | null;
  /** Takes a text into the clipboard. */
  copy(text: string): void;
}

/** All that is known of a document, as a list of names and values. What is not known has no line. */
export function facts(document: Document, context: FactsContext): TemplateResult {
  const { say, formats, types } = context;
  const { filename, type, contentType, size, state, recordId, replaces, storage, sha256, id } = document;
  const time = (iso: string | null) => (iso === null ? null : formats.time(iso));
  const added = { time: formats.time(document.createdAt), actor: say(`actor.${document.createdBy.kind}`) };
  return html`<dl part="facts">
    ${line(say('document.name'), html`<bdi>${filename}</bdi>`)}
    ${line(say('document.type'), typeLabel(type, say, types))} ${line(say('document.kind'), kindName(contentType, say))}
    ${line(say('document.size'), size === null ? null : formats.size(size))}
    ${line(say('document.state'), html`<span class="badge ${state}">${say(`state.${state}`)}</span>`)}
    ${line(say('document.purge'), time(document.purgeAfter))} ${line(say('document.record'), html`<bdi>${recordId}</bdi>`)}
    ${line(say('document.created'), say('document.by', added))}
    ${line(say('document.archived'), time(document.archivedAt))} ${line(say('document.deleted'), time(document.deletedAt))}
    ${copied('document.replaces', replaces, context)} ${copied('document.path', storage.path, context)}
    ${copied('document.sha256', sha256, context)} ${copied('document.id', id, context)}
    ${Object.entries(document.metadata).map(([name, value]) => line(html`<bdi>${name}</bdi>`, plain(value)))}
  </dl>`;
}

function line(name: unknown, value: unknown): TemplateResult | typeof nothing {
  if (value === null) return nothing;
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** Something to be pasted elsewhere: whole, in letters that can be told apart, with a button. */
function copied(
  key: WordKey,
  value: string | null,
  { say, taken, copy }: FactsContext,
): TemplateResult | typeof nothing {
  if (value === null) return nothing;
  const name = say('document.copy', { what: say(key) });
  return line(
    say(key),
    html`<code dir="ltr">${value}</code
      ><button class="button icon" type="button" aria-label=${name} title=${name} @click=${() => copy(value)}>
        ${taken === value ? checkIcon : copyIcon}
      </button>`,
  );
}

/** A value of the metadata as text, whatever JSON it is. */
function plain(value: unknown): TemplateResult {
  return html`<bdi>${typeof value === 'string' ? value : JSON.stringify(value)}</bdi>`;
}
