import type { DocumentType } from '@strongroom/client';
import { html, nothing, type TemplateResult } from 'lit';
import { fileName } from '../../pieces/file-name.ts';
import {
  alertIcon,
  checkIcon,
  closeIcon,
  fileIcon,
  pauseIcon,
  resumeIcon,
  retryIcon,
  warningIcon,
} from '../../pieces/icons.ts';
import type { Explanation } from '../../words/explain.ts';
import type { Formats } from '../../words/formats.ts';
import { typeLabel } from '../../words/type-label.ts';
import type { Say, WordKey } from '../../words/words.ts';
import type { Upload } from './upload.ts';

/** What a row needs to be shown and used. */
export interface RowContext {
  readonly say: Say;
  readonly formats: Formats;
  /** Every type that can be chosen for this file; none when the file fits no type. */
  typesOf(upload: Upload): readonly DocumentType[];
  /** Whether the user chooses among types at all. */
  readonly choice: boolean;
  explain(error: unknown): Explanation;
  choose(upload: Upload, type: string): void;
  cancel(upload: Upload): void;
  pause(upload: Upload): void;
  resume(upload: Upload): void;
  retry(upload: Upload): void;
  remove(upload: Upload): void;
}

export function row(upload: Upload, context: RowContext): TemplateResult {
  const { stage } = upload;
  return html`<li class="row" part="row" data-stage=${stage}>
    <span class="mark">${marks[stage]}</span>
    <div class="what">
      <p class="name">${fileName(upload.file.name)}</p>
      ${status(upload, context)}
    </div>
    ${typeChoice(upload, context)}
    <div class="row-actions">${actions(upload, context)}</div>
    ${bar(upload, context)}
  </li>`;
}

const marks: Readonly<Record<Upload['stage'], TemplateResult>> = {
  ready: fileIcon,
  waiting: fileIcon,
  sending: fileIcon,
  retrying: warningIcon,
  paused: fileIcon,
  finishing: fileIcon,
  checking: fileIcon,
  done: checkIcon,
  failed: alertIcon,
  cancelled: fileIcon,
};

function status(upload: Upload, context: RowContext): TemplateResult {
  const { say } = context;
  if (upload.stage === 'failed') {
    const { text, requestId } = context.explain(upload.error);
    const reference =
      requestId === null ? nothing : html` <span class="quiet">${say('error.request', { requestId })}</span>`;
    return html`<p class="status error small">${text}${reference}</p>`;
  }
  if (upload.typeMissing) return html`<p class="status error small">${say('uploader.type_missing')}</p>`;
  return html`<p class="status quiet small">${statusParts(upload, context).map(
    (part, index, { length }) => html`<span>${part}${index < length - 1 ? ' ·' : nothing}</span> `,
  )}</p>`;
}

function statusParts(upload: Upload, context: RowContext): string[] {
  const { stage, file, sent } = upload;
  const { say, formats } = context;
  const size = formats.size(file.size);
  const share = say('uploader.sending', { sent: formats.size(sent), total: size });
  if (stage === 'retrying' || (stage === 'sending' && upload.stalled)) return [troubleOf(upload, say), share];
  if (stage === 'paused') return [say('uploader.paused'), share];
  if (stage !== 'sending') return [size, say(stageWords[stage])];
  const parts = upload.justContinued ? [say('uploader.continued'), share] : [share];
  const pace = upload.meter.pace(file.size);
  if (pace) parts.push(formats.speed(pace.speed));
  if (pace?.left) parts.push(say('uploader.left', { time: formats.duration(pace.left) }));
  return parts;
}

/** What an upload that does not move waits for. */
export function troubleOf({ error }: Upload, say: Say): string {
  if (!navigator.onLine) return say('uploader.offline');
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return say(code === 'unreachable' ? 'uploader.retrying' : 'uploader.retrying_service');
}

const stageWords: Readonly<Record<Exclude<Upload['stage'], 'sending' | 'retrying' | 'paused'>, WordKey>> = {
  ready: 'uploader.ready',
  waiting: 'uploader.waiting',
  finishing: 'uploader.finishing',
  checking: 'uploader.checking',
  done: 'uploader.done',
  failed: 'error.unknown',
  cancelled: 'uploader.cancelled',
};

/** Asked where there is a choice, until the file is on its way. */
function typeChoice(upload: Upload, context: RowContext): TemplateResult | typeof nothing {
  const types = context.typesOf(upload);
  const open = upload.stage === 'ready' || upload.stage === 'failed' || upload.stage === 'cancelled';
  if (!context.choice || !open || types.length === 0) return nothing;
  const { say } = context;
  return html`<select
    class="field type"
    part="type"
    aria-label=${say('uploader.type_of', { filename: upload.file.name })}
    aria-invalid=${upload.typeMissing ? 'true' : 'false'}
    .value=${upload.type ?? ''}
    @change=${(event: Event) => context.choose(upload, (event.currentTarget as HTMLSelectElement).value)}
  >
    ${upload.type === null ? html`<option value="" selected>${say('uploader.choose_type')}</option>` : nothing}
    ${types.map(
      ({ id }) =>
        html`<option value=${id} ?selected=${id === upload.type}>${typeLabel(id, say, types)}</option>`,
    )}
  </select>`;
}

function actions(upload: Upload, { say, cancel, pause, resume, retry, remove }: RowContext): TemplateResult {
  const filename = upload.file.name;
  const button = (key: WordKey, icon: TemplateResult, act: (upload: Upload) => void, disabled = false) =>
    html`<button
      class="button icon"
      type="button"
      title=${say(key, { filename })}
      aria-label=${say(key, { filename })}
      aria-disabled=${disabled ? 'true' : nothing}
      @click=${() => act(upload)}
    >
      ${icon}
    </button>`;
  const settling = upload.stage === 'finishing' || upload.stage === 'checking';
  // A button that becomes another in the same place keeps the focus. What cancels never becomes what takes off the list.
  return html`${
    upload.pausable
      ? button('uploader.pause_of', pauseIcon, pause)
      : upload.stage === 'paused'
        ? button('uploader.resume_of', resumeIcon, resume)
        : upload.retryable
          ? button('uploader.retry_of', retryIcon, retry)
          : nothing
  }${
    upload.active
      ? html`${button('uploader.cancel_of', closeIcon, cancel, settling)}`
      : button('uploader.remove_of', closeIcon, remove)
  }`;
}

/** At the row's edge, so that nothing moves when it comes and goes. */
function bar(upload: Upload, { say }: RowContext): TemplateResult | typeof nothing {
  if (!upload.active || (upload.stage === 'waiting' && upload.sent === 0)) return nothing;
  return html`<progress
    part="progress"
    aria-label=${say('uploader.progress_of', { filename: upload.file.name })}
    max=${upload.file.size}
    .value=${upload.sent}
  ></progress>`;
}
