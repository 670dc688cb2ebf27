import { html, nothing } from 'lit';
import { ConfirmDialog } from '../../../pieces/confirm-dialog.ts';
import {
  alertIcon,
  archiveIcon,
  closeIcon,
  restoreIcon,
  trashIcon,
  unarchiveIcon,
} from '../../../pieces/icons.ts';
import { Part } from '../../parts/page.ts';
import { explained, say } from '../../parts/words.ts';
import { documentPath } from '../../routes.ts';
import type { Session } from '../../session.ts';
import { type Outcome, toEach } from './bulk.ts';

type Deed = 'archive' | 'unarchive' | 'restore' | 'remove';

const icon = { archive: archiveIcon, unarchive: unarchiveIcon, restore: restoreIcon, remove: trashIcon };
/** Which right each needs (GET /v1/caller). */
const right = { archive: 'archive', unarchive: 'archive', restore: 'restore', remove: 'delete' } as const;

/** Failures that are named; of more, their number is told. */
const shown = 10;

interface Failed {
  readonly id: string;
  readonly name: string;
  readonly why: string;
}

/** `<console-bulk>`: what can be done to the selected documents, how far it is, and which of them it failed for. */
class BulkBar extends Part {
  static override properties = {
    session: { attribute: false },
    ids: { attribute: false },
    state: { attribute: false },
    running: { state: true },
    told: { state: true },
  };
  declare session: Session;
  /** What is selected. */
  declare ids: readonly string[];
  /** What the list shows, as the filter says it: in the trash other things can be done than elsewhere. */
  declare state: string;
  declare private running: { readonly deed: Deed; readonly through: number; readonly of: number } | null;
  declare private told: {
    readonly text: string;
    readonly failed: readonly Failed[];
    readonly more: number;
  } | null;
  readonly #confirm = new ConfirmDialog(this);
  #end: AbortController | null = null;

  constructor() {
    super();
    this.ids = [];
    this.state = '';
    this.running = null;
    this.told = null;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#end?.abort();
  }

  get #deeds(): readonly Deed[] {
    const deeds: readonly Deed[] =
      this.state === 'deleted'
        ? ['restore']
        : this.state === 'archived'
          ? ['unarchive', 'remove']
          : ['archive', 'remove'];
    return deeds.filter((deed) => this.session.may(right[deed]));
  }

  override render() {
    return html`
      <div class="bulk" data-open=${this.ids.length > 0 || this.running !== null} role="region" aria-label=${say('console.bulk')}>
        ${this.running ? this.#progress(this.running) : this.ids.length > 0 ? this.#offer() : nothing}
      </div>
      <div role="status" class=${this.told ? '' : 'unseen'}>${this.told ? this.#outcome(this.told) : nothing}</div>
      ${this.#confirm.render(say)}
    `;
  }

  #offer() {
    return html`
      <span class="count">${say('console.bulk.selected', { count: this.ids.length })}</span>
      ${this.#deeds.map(
        (
          deed,
        ) => html`<button type="button" class=${deed === 'remove' ? 'danger' : ''} @click=${() => this.#do(deed)}>
          ${icon[deed]}<span>${say(`console.bulk.${deed}`)}</span>
        </button>`,
      )}
      <button type="button" class="quiet clear" @click=${this.#clear}>
        ${closeIcon}<span>${say('console.bulk.clear')}</span>
      </button>`;
  }

  #progress({ deed, through, of }: NonNullable<typeof this.running>) {
    const text = say(`console.bulk.${deed}.running`, { through, of });
    return html`
      <label class="count">${text} <progress max=${of} .value=${through}></progress></label>
      <button type="button" @click=${() => this.#end?.abort()}>${say('console.bulk.stop')}</button>`;
  }

  #outcome({ text, failed, more }: NonNullable<typeof this.told>) {
    return html`<div class="notice ${failed.length ? 'warning' : 'success'}">
      ${failed.length ? alertIcon : nothing}
      <div>
        <p>${text}</p>
        ${
          failed.length
            ? html`<ul>
              ${failed.map(({ id, name, why }) => html`<li><a href=${documentPath(id)}><bdi>${name}</bdi></a>: ${why}</li>`)}
              ${more ? html`<li>${say('console.bulk.more', { count: more })}</li>` : nothing}
            </ul>`
            : nothing
        }
      </div>
      <button type="button" class="quiet icon-only" aria-label=${say('action.close')} @click=${() => {
        this.told = null;
      }}>${closeIcon}</button>
    </div>`;
  }

  async #do(deed: Deed): Promise<void> {
    const ids = this.ids;
    if (deed === 'remove' && !(await this.#sure(ids.length))) return;
    this.told = null;
    this.running = { deed, through: 0, of: ids.length };
    this.#end = new AbortController();
    const { client } = this.session;
    const outcome = await toEach(
      ids,
      (id) => client[deed](id),
      (through) => {
        this.running = { deed, through, of: ids.length };
      },
      this.#end.signal,
    );
    this.running = null;
    for (const { error } of outcome.failed) this.session.failed(error);
    this.told = await this.#tell(deed, outcome, ids.length);
    this.dispatchEvent(new CustomEvent('console-bulk', { bubbles: true }));
  }

  #sure(count: number): Promise<boolean> {
    return this.#confirm.ask({
      title: say('console.bulk.remove.title', { count }),
      text: say('console.bulk.remove.text', { count }),
      confirm: say('console.bulk.remove.confirm', { count }),
    });
  }

  async #tell(deed: Deed, { done, failed }: Outcome, of: number) {
    const left = of - done.length - failed.length;
    const text = [
      say(`console.bulk.${deed}.done`, { count: done.length }),
      failed.length ? say('console.bulk.failed', { count: failed.length }) : '',
      left ? say('console.bulk.left', { count: left }) : '',
    ];
    const named = failed.slice(0, shown).map(async ({ id, error }) => ({
      id,
      name: await this.session.client.get(id).then(
        ({ filename }) => filename,
        () => id,
      ),
      why: explained(error).text,
    }));
    return {
      text: text.filter(Boolean).join(' '),
      failed: await Promise.all(named),
      more: Math.max(0, failed.length - shown),
    };
  }

  #clear(): void {
    this.dispatchEvent(new CustomEvent('console-clear', { bubbles: true }));
  }
}

customElements.define('console-bulk', BulkBar);
