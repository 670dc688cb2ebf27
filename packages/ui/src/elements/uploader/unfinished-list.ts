import type { UnfinishedUpload } from '@strongroom/client';
import { html, type TemplateResult } from 'lit';
import { fileName } from '../../pieces/file-name.ts';
import { closeIcon, resumeIcon } from '../../pieces/icons.ts';
import type { Formats } from '../../words/formats.ts';
import type { Say } from '../../words/words.ts';

/** What the list of uploads that were left needs to be shown and used. */
export interface UnfinishedContext {
  readonly left: readonly UnfinishedUpload[];
  readonly say: Say;
  readonly formats: Formats;
  /** The file is to be chosen again. */
  choose(left: UnfinishedUpload): void;
  forget(left: UnfinishedUpload): void;
}

export type UnfinishedList = typeof unfinishedList;

/** What was left, how much of it is there, and both ways out: going on, or giving it up. */
export function unfinishedList(context: UnfinishedContext): TemplateResult {
  const { left, say } = context;
  const count = left.length;
  return html`<section class="unfinished" part="unfinished" aria-label=${say('uploader.unfinished', { count })}>
    <p class="title">${say('uploader.unfinished', { count })}</p>
    <p class="quiet small">${say('uploader.unfinished_hint', { count })}</p>
    <ul>
      ${left.map((each) => item(each, context))}
    </ul>
  </section>`;
}

function item(left: UnfinishedUpload, { say, formats, choose, forget }: UnfinishedContext): TemplateResult {
  const { filename, size, sent } = left;
  const percent = formats.percent(Math.floor((sent / Math.max(1, size)) * 100) / 100);
  return html`<li class="row left">
    <div class="what">
      <p class="name">${fileName(filename)}</p>
      <p class="status quiet small">${say('uploader.unfinished_share', { percent, size: formats.size(size) })}</p>
    </div>
    <div class="row-actions">
      <button
        class="button again"
        type="button"
        aria-label=${say('action.of', { action: say('uploader.choose_again'), filename })}
        @click=${() => choose(left)}
      >
        ${resumeIcon}<span>${say('uploader.choose_again')}</span>
      </button>
      <button
        class="button icon"
        type="button"
        title=${say('uploader.forget_of', { filename })}
        aria-label=${say('uploader.forget_of', { filename })}
        @click=${() => forget(left)}
      >
        ${closeIcon}
      </button>
    </div>
    <progress aria-hidden="true" max=${size} .value=${sent}></progress>
  </li>`;
}
