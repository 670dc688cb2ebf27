import type { DocumentType } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { cameraIcon, checkIcon, uploadIcon } from '../../pieces/icons.ts';
import type { Formats } from '../../words/formats.ts';
import { kindName } from '../../words/kind-name.ts';
import { typeLabel } from '../../words/type-label.ts';
import type { Say } from '../../words/words.ts';
import { acceptOf } from './kinds.ts';

/** What the place to drop files on shows. */
export interface Zone {
  readonly say: Say;
  readonly formats: Formats;
  /** Null while they are being asked for. */
  readonly types: readonly DocumentType[] | null;
  /** Whether there is one type, whose rule stands in the zone and takes two lines on a phone. */
  readonly single: boolean;
  readonly dragging: boolean;
  readonly multiple: boolean;
  /** Null: as many as you like. */
  readonly maxFiles: number | null;
  readonly full: boolean;
  readonly camera: boolean;
  browse(): void;
  photograph(): void;
  chosen(event: Event): void;
}

export function zone(state: Zone): TemplateResult {
  if (state.full) return fullZone(state);
  const { say, types, dragging, multiple, camera, browse, photograph, chosen } = state;
  const count = multiple ? 2 : 1;
  const kinds = types?.flatMap(({ accept }) => accept) ?? [];
  return html`<div class="zone" part="zone" ?data-dragging=${dragging} @click=${onlyBeside(browse)}>
    <span class="sign">${uploadIcon}</span>
    <div class="words">
      <p class="title">
        <span class="for-mouse">${say(dragging ? 'uploader.drop_now' : 'uploader.drop', { count })}</span
        ><span class="for-touch">${say('uploader.add', { count })}</span>
      </p>
      <div class="hint quiet small" id="hint" ?data-single=${state.single}>${hint(state)}</div>
    </div>
    <div class="ways">
      ${
        camera && kinds.some((kind) => kind.startsWith('image/'))
          ? html`<button class="button camera" type="button" ?disabled=${types === null} @click=${photograph}>
            ${cameraIcon}${say('uploader.camera')}
          </button>`
          : nothing
      }
      <button
        class="button primary browse"
        part="browse"
        type="button"
        aria-describedby="hint"
        ?disabled=${types === null}
        @click=${browse}
      >
        ${say('uploader.browse', { count })}
      </button>
    </div>
    <input class="files" type="file" hidden accept=${acceptOf(kinds)} ?multiple=${multiple} @change=${chosen} />
    <input class="photo" type="file" hidden accept="image/*" capture="environment" @change=${chosen} />
  </div>`;
}

function fullZone({ say, maxFiles }: Zone): TemplateResult {
  return html`<div class="zone full" part="zone">
    <span class="sign">${checkIcon}</span>
    <div class="words"><p class="quiet">${say('uploader.full', { count: maxFiles ?? 0 })}</p></div>
  </div>`;
}

/** A click anywhere opens the chooser, but not twice where it was on a button or on what has its own use. */
function onlyBeside(browse: () => void): (event: Event) => void {
  return (event) => {
    if (!(event.target as Element).closest('button, input, summary, details')) browse();
  };
}

/** One line where all types take the same; else what each takes, behind a summary. */
function hint({ say, formats, types, maxFiles }: Zone): TemplateResult {
  if (types === null) return html`<span class="bone"></span>`;
  const rules = new Set(types.map((type) => ruleOf(type, say, formats)));
  const count = maxFiles === null ? nothing : html` · ${say('uploader.hint_count', { count: maxFiles })}`;
  if (rules.size === 1) return html`${[...rules]}${count}`;
  return html`<details>
    <summary>${say('uploader.rules')}${count}</summary>
    <dl>
      ${types.map(
        (type) =>
          html`<div>
            <dt>${typeLabel(type.id, say, types)}</dt>
            <dd>${ruleOf(type, say, formats)}</dd>
          </div>`,
      )}
    </dl>
  </details>`;
}

function ruleOf({ accept, maxSize }: DocumentType, say: Say, formats: Formats): string {
  const kinds = formats.anyOf([...new Set(accept.map((kind) => kindName(kind, say)))]);
  return say('uploader.hint', { kinds, size: formats.size(maxSize) });
}
