import type { Document, DocumentType, Strongroom } from '@strongroom/client';
import {
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from 'lit';
import { type Action, typesOf } from '../connection/access.ts';
import type { Failure, StrongroomEvents } from '../connection/events.ts';
import type { Formats } from '../words/formats.ts';
import type { Say, WordKey } from '../words/words.ts';
import { type ActionName, actionsFor } from './action-names.ts';
import { ConfirmDialog } from './confirm-dialog.ts';
import { download } from './download.ts';
import { archiveIcon, downloadIcon, eyeIcon, restoreIcon, trashIcon, unarchiveIcon } from './icons.ts';

/** What an element lends to the actions on its documents. */
export interface ActionsHost {
  readonly say: Say;
  readonly formats: Formats;
  readonly client: Strongroom;
  may(action: Action): boolean;
  emit<K extends keyof StrongroomEvents>(
    name: K,
    detail: StrongroomEvents[K]['detail'],
    options?: { readonly cancelable?: boolean },
  ): boolean;
  /** Something was done to `document`, or with null it is gone; in words for the user. */
  done(id: string, document: Document | null, words: string): void;
  failed(failure: Failure): void;
}

const looks: { readonly [name in ActionName]: { readonly icon: TemplateResult; readonly key: WordKey } } = {
  preview: { icon: eyeIcon, key: 'action.preview' },
  download: { icon: downloadIcon, key: 'action.download' },
  archive: { icon: archiveIcon, key: 'action.archive' },
  unarchive: { icon: unarchiveIcon, key: 'action.unarchive' },
  restore: { icon: restoreIcon, key: 'action.restore' },
  delete: { icon: trashIcon, key: 'action.delete' },
};

/**
 * The buttons of a document and what they do: `render` gives the buttons, `renderDialogs` once for all of them what they open.
 * A document that something is being done to takes no second action.
 */
export class DocumentActions implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element & { readonly renderRoot: ParentNode };
  readonly #lent: () => ActionsHost;
  readonly #confirm: ConfirmDialog;
  readonly #busy = new Set<string>();

  constructor(
    host: ReactiveControllerHost & Element & { readonly renderRoot: ParentNode },
    lent: () => ActionsHost,
  ) {
    this.#host = host;
    this.#lent = lent;
    this.#confirm = new ConfirmDialog(host);
    host.addController(this);
  }

  hostConnected(): void {}

  /** What can be done with `document`: by its state, and what the caller may do. */
  offered(document: Document): readonly ActionName[] {
    return actionsFor(document, (action) => this.#lent().may(action));
  }

  isBusy(id: string): boolean {
    return this.#busy.has(id);
  }

  /** A button for each of `names`; `icons`: without words to be seen, for rows of a list. */
  render(
    document: Document,
    names: readonly ActionName[],
    { icons }: { readonly icons: boolean },
  ): TemplateResult {
    const { say } = this.#lent();
    const { filename } = document;
    return html`${names.map((name) => {
      const { icon, key } = looks[name];
      const words = say('action.of', { action: say(key), filename });
      return html`<button
        class="button ${icons ? 'icon' : ''}"
        part="action action-${name}"
        type="button"
        data-action=${name}
        title=${icons ? say(key) : nothing}
        aria-label=${icons ? words : nothing}
        aria-disabled=${this.isBusy(document.id) ? 'true' : 'false'}
        @click=${() => this.run(name, document)}
      >
        ${icon}${icons ? nothing : html`<span>${say(key)}</span>`}
      </button>`;
    })}`;
  }

  renderDialogs(): TemplateResult {
    const { say } = this.#lent();
    return html`${this.#confirm.render(say)}`;
  }

  /** Does it, and tells by event and words what became of it. */
  async run(name: ActionName, document: Document): Promise<void> {
    if (this.isBusy(document.id)) return;
    const lent = this.#lent();
    if (name === 'preview') return this.open(document);
    if (name === 'delete' && !(await this.#confirm.ask(await this.#question(document)))) return;
    this.#busy.add(document.id);
    this.#host.requestUpdate();
    try {
      await this.#do(name, document, lent);
    } catch (error) {
      lent.failed({ action: name, error: error as Error, documentId: document.id });
    } finally {
      this.#busy.delete(document.id);
      this.#host.requestUpdate();
    }
  }

  /** Shows a document here, unless the page shows it itself. What it takes to show one is fetched now. */
  async open(document: Document): Promise<void> {
    const { emit, client, failed } = this.#lent();
    if (!emit('strongroom-open', { document }, { cancelable: true })) return;
    try {
      const { openPreview } = await import('../elements/preview/preview-dialog.ts');
      await openPreview(this.#host, { document, client });
    } catch (error) {
      failed({ action: 'preview', error: error as Error, documentId: document.id });
    }
  }

  async #do(name: Exclude<ActionName, 'preview'>, document: Document, lent: ActionsHost): Promise<void> {
    const { client, say, formats } = lent;
    const { id, filename } = document;
    if (name === 'download') return download(client, document, { byLink: lent.may('link') });
    if (name === 'delete') {
      const removed = await client.remove(id);
      const date = removed?.purgeAfter ? formats.date(removed.purgeAfter) : null;
      lent.emit('strongroom-removed', { document: removed, id });
      lent.done(
        id,
        removed,
        date ? say('done.trashed', { filename, date }) : say('done.removed', { filename }),
      );
      return;
    }
    const changed = await client[name](id);
    const did = ({ archive: 'archived', unarchive: 'unarchived', restore: 'restored' } as const)[name];
    lent.emit(`strongroom-${did}`, { document: changed });
    lent.done(id, changed, say(`done.${did}`, { filename }));
  }

  /** What the dialog asks: it has to say what deleting means here. */
  async #question(document: Document): Promise<Parameters<ConfirmDialog['ask']>[0]> {
    const { say, formats, client } = this.#lent();
    const { filename } = document;
    const confirm = say('delete.confirm');
    const question = (text: string, title = say('delete.title')) => ({ title, text, confirm });
    if (document.state === 'receiving') return question(say('delete.unfinished', { filename }));
    const types: readonly DocumentType[] = await typesOf(client).catch(() => []);
    const seconds = types.find(({ id }) => id === document.type)?.trashFor;
    if (seconds === undefined) return question(say('delete.unknown', { filename }));
    if (seconds === 0) return question(say('delete.for_good', { filename }), say('delete.title_for_good'));
    const until = new Date(Date.now() + seconds * 1000).toISOString();
    return question(say('delete.trash', { filename, date: formats.date(until) }));
  }
}
