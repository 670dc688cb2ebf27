import type { DocumentType, Metadata, RunningUpload } from '@strongroom/client';
import { html, nothing, type PropertyDeclarations, type PropertyValues, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { callerOf, forgetAccess, typesOf } from '../../connection/access.ts';
import { define } from '../../connection/define.ts';
import { StrongroomElement } from '../../connection/strongroom-element.ts';
import { Announcer } from '../../pieces/announcer.ts';
import { errorNotice } from '../../pieces/error-notice.ts';
import { fileNameStyles } from '../../pieces/file-name.ts';
import { infoIcon } from '../../pieces/icons.ts';
import { fields } from '../../theme/fields.ts';
import { theme } from '../../theme/theme.ts';
import { uploader as english } from '../../words/english/uploader.ts';
import { typeLabel } from '../../words/type-label.ts';
import { assertReadable, refusal, typesFor } from './check.ts';
import { FileSources } from './file-sources.ts';
import { UploadQueue } from './queue.ts';
import { type RowContext, row } from './row.ts';
import { Spoken } from './spoken.ts';
import { styles } from './styles.ts';
import { isOf, Unfinished } from './unfinished.ts';
import { type Destination, Upload } from './upload.ts';
import { zone } from './zone.ts';

export { configure } from '../../connection/configure.ts';
export { setWords } from '../../words/words.ts';

/**
 * `<strongroom-uploader record-id types>`: the place where a user hands documents in. Files come by drop, choice, paste and
 * camera. With one possible type they are sent at once; with several the user chooses for each and then sends. An upload
 * goes on when the element is moved or taken out of the page; `cancel()` ends it. One whose page was left goes on once the
 * same file is chosen again.
 */
export class StrongroomUploader extends StrongroomElement {
  static override readonly english = [english];
  static override readonly styles = [...theme, fields, fileNameStyles, styles];
  static override properties: PropertyDeclarations = {
    recordId: { attribute: 'record-id' },
    types: {},
    type: {},
    multiple: { type: Boolean },
    maxFiles: { attribute: 'max-files', type: Number },
    parallel: { type: Number },
    manual: { type: Boolean },
    capture: { type: Boolean },
    noResume: { attribute: 'no-resume', type: Boolean },
    metadata: { attribute: false },
  };

  /** What the documents belong to. */
  declare recordId: string;
  /** Ids of the document types that may be chosen, with commas between; none: all that the caller may upload. */
  declare types: string;
  /** The type that is chosen at first; without `types`, the only one. */
  declare type: string;
  /** Whether several files may be added at once. */
  declare multiple: boolean;
  /** How many files may be added in all; null: no limit here. */
  declare maxFiles: number | null;
  /** How many are sent at the same time. */
  declare parallel: number;
  /** Waits for its button, or for `send()`, also where there is only one type. */
  declare manual: boolean;
  /** Offers the camera on devices with a touch screen. */
  declare capture: boolean;
  /** Keeps no note in the browser by which an upload goes on after the page was left. */
  declare noResume: boolean;
  /** Kept with every document sent from here: one JSON object. */
  declare metadata: Metadata | undefined;

  readonly #queue = new UploadQueue({
    send: (upload, signal) => this.#send(upload, signal),
    changed: (upload) => this.#changed(upload),
  });
  readonly #announcer = new Announcer(this);
  readonly #spoken = new Spoken(this.#announcer);
  readonly #sources = new FileSources(this, {
    accepts: () => this.#accepts,
    walks: () => this.multiple,
    add: (files) => this.add(files),
    folders: (names) => this.#refuseFolders(names),
    pastedName: (time) => this.say('uploader.pasted', { time: this.formats.time(time) }),
  });
  readonly #unfinished = new Unfinished(this, {
    source: () => this.#unfinishedSource,
    words: () => ({ say: this.say, formats: this.formats }),
    isShown: (left) =>
      this.#queue.uploads.some((upload) => upload.stage !== 'cancelled' && isOf(upload.file, left)),
    goOn: (file, left) => this.#goOn(file, left.type),
    announce: (text) => this.#announcer.say(text),
    note: (text) => this.#say(text),
    focus: (selector) => void this.#focus(selector),
  });
  #types: readonly DocumentType[] | null = null;
  #maxFiles: number | null = null;
  #loadError: unknown = null;
  #note = '';
  /** Added before it was known what is accepted. */
  #early: File[] = [];
  /** Where in the list the focus was before this update. */
  #focusedRow: number | null = null;

  constructor() {
    super();
    this.recordId = '';
    this.types = '';
    this.type = '';
    this.multiple = false;
    this.maxFiles = null;
    this.parallel = 3;
    this.manual = false;
    this.capture = false;
    this.noResume = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('online', this.#online);
    addEventListener('offline', this.#offline);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('online', this.#online);
    removeEventListener('offline', this.#offline);
  }

  /** Adds files as if they had been dropped. */
  add(files: Iterable<File>): void {
    const all = [...files];
    if (this.#possible === null) {
      this.#early.push(...all);
      return;
    }
    const taken = this.#within(all);
    const added = taken.map((file) => this.#admit(file));
    if (added.length > 0) {
      const [first] = taken as [File, ...File[]];
      this.#announcer.say(this.say('uploader.said_added', { count: added.length, filename: first.name }));
    }
    this.requestUpdate();
    if (!this.#waitsForUser) this.send();
  }

  /** Sends what is ready. Files whose type is still to be chosen stay, and say so. */
  send(): void {
    if (this.recordId === '') {
      this.#say(this.say('uploader.no_record'));
      return;
    }
    const ready = this.#ready;
    for (const upload of ready) {
      upload.typeMissing = upload.type === null;
      if (!upload.typeMissing) this.#start(upload);
    }
    this.requestUpdate();
    if (ready.some(({ typeMissing }) => typeMissing)) void this.#focus('select[aria-invalid="true"]');
  }

  /** Ends every upload that is not finished. Nothing of it is kept. */
  cancel(): void {
    for (const upload of this.#queue.uploads) this.#queue.cancel(upload);
  }

  /** Stops what is on its way and can go on later. */
  pause(): void {
    for (const upload of this.#queue.uploads) this.#queue.pause(upload);
  }

  /** Goes on with what was paused. */
  resume(): void {
    for (const upload of this.#queue.uploads) this.#queue.resume(upload);
  }

  /** Takes everything off the list that is not on its way. */
  clear(): void {
    for (const upload of [...this.#queue.uploads]) this.#queue.remove(upload);
    this.#note = '';
    this.requestUpdate();
  }

  protected override reconnected(): void {
    this.#types = null;
    this.#maxFiles = null;
    void this.#load();
    void this.#unfinished.look();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    this.#queue.parallel = Math.max(1, this.parallel);
    if (changed.has('recordId')) this.#comeTo(changed.get('recordId'));
    if (this.hasUpdated && (changed.has('recordId') || changed.has('noResume'))) void this.#unfinished.look();
    const row = this.shadowRoot?.activeElement?.closest('.rows > .row');
    this.#focusedRow = row ? [...(row.parentElement?.children ?? [])].indexOf(row) : null;
  }

  protected override updated(): void {
    this.#keepFocus();
  }

  override render(): TemplateResult {
    return html`<div class="uploader" role="group" aria-label=${this.say('uploader.label')}>
      ${this.#renderTop()}
      ${this.#note === '' ? nothing : html`<p class="notice" part="note">${infoIcon}<span>${this.#note}</span></p>`}
      ${this.#accepts ? this.#unfinished.render() : nothing} ${this.#renderRows()} ${this.#renderSend()} ${this.#announcer.render()}
    </div>`;
  }

  #renderTop(): TemplateResult {
    if (this.#loadError !== null) {
      return errorNotice(this.explain(this.#loadError), this.say, () => void this.#load());
    }
    if (this.rightsKnown && !this.may('upload')) return this.#renderRefusal('uploader.not_allowed');
    if (this.#possible?.length === 0) return this.#renderRefusal('uploader.no_types');
    const maxFiles = this.#limit;
    return zone({
      say: this.say,
      formats: this.formats,
      types: this.#possible,
      single: (this.types || this.type || ',').split(',').length === 1,
      dragging: this.#sources.dragging,
      multiple: this.multiple,
      maxFiles,
      full: maxFiles !== null && this.#counted >= maxFiles,
      camera: this.capture && matchMedia('(pointer: coarse)').matches,
      browse: () => this.renderRoot.querySelector<HTMLInputElement>('input.files')?.click(),
      photograph: () => this.renderRoot.querySelector<HTMLInputElement>('input.photo')?.click(),
      chosen: (event) => this.#chosen(event.currentTarget as HTMLInputElement),
    });
  }

  #renderRefusal(key: 'uploader.not_allowed' | 'uploader.no_types'): TemplateResult {
    return html`<div class="notice">${infoIcon}<div>${this.say(key)}</div></div>`;
  }

  #renderRows(): TemplateResult | typeof nothing {
    const { uploads } = this.#queue;
    if (uploads.length === 0) return nothing;
    return html`<ul class="rows" part="rows" aria-label=${this.say('uploader.files')}>
      ${repeat(
        uploads,
        (upload) => upload,
        (upload) => row(upload, this.#rowContext),
      )}
    </ul>`;
  }

  #renderSend(): TemplateResult | typeof nothing {
    const ready = this.#ready;
    if (ready.length === 0 || !this.#waitsForUser) return nothing;
    return html`<div class="send">
      ${this.#choice && ready.length > 1 ? this.#renderTypeOfAll(ready) : nothing}
      <button class="button primary" part="send" type="button" @click=${() => this.send()}>
        ${this.say('uploader.send', { count: ready.length })}
      </button>
    </div>`;
  }

  #renderTypeOfAll(ready: readonly Upload[]): TemplateResult {
    const types = (this.#possible ?? []).filter((type) =>
      ready.every(({ file }) => typesFor(file, [type]).length > 0),
    );
    if (types.length === 0) return html``;
    const same = ready.every(({ type }) => type === ready[0]?.type) ? (ready[0]?.type ?? '') : '';
    return html`<label class="type-all"
      >${this.say('uploader.type_all')}
      <select class="field" .value=${same} @change=${(event: Event) => this.#chooseForAll(event.currentTarget as HTMLSelectElement)}>
        <option value="" ?selected=${same === ''}>${this.say('uploader.choose_type')}</option>
        ${types.map(({ id }) => html`<option value=${id} ?selected=${id === same}>${typeLabel(id, this.say, types)}</option>`)}
      </select></label
    >`;
  }

  get #rowContext(): RowContext {
    return {
      say: this.say,
      formats: this.formats,
      choice: this.#choice,
      typesOf: ({ file }) => typesFor(file, this.#possible ?? []),
      explain: (error) => this.explain(error),
      choose: (upload, type) => this.#choose(upload, type),
      cancel: (upload) => this.#queue.cancel(upload),
      pause: (upload) => this.#queue.pause(upload),
      resume: (upload) => this.#queue.resume(upload),
      retry: (upload) => this.#start(upload),
      remove: (upload) => {
        this.#queue.remove(upload);
        this.#note = '';
        void this.#unfinished.look();
        this.requestUpdate();
      },
    };
  }

  /** The types that may be chosen here; null while they are not known. */
  get #possible(): readonly DocumentType[] | null {
    const named = (this.types || this.type).split(',').map((id) => id.trim());
    if (named.length === 1 && named[0] === '') return this.#types;
    return this.#types?.filter(({ id }) => named.includes(id)) ?? null;
  }

  get #choice(): boolean {
    return (this.#possible?.length ?? 0) > 1;
  }

  get #waitsForUser(): boolean {
    return this.manual || this.#choice || this.recordId === '';
  }

  get #ready(): readonly Upload[] {
    return this.#queue.uploads.filter(({ stage }) => stage === 'ready');
  }

  get #limit(): number | null {
    const limits = [this.maxFiles, this.#maxFiles].filter((limit) => limit !== null);
    return limits.length === 0 ? null : Math.min(...limits);
  }

  /** Files that take a place at this record: not those that were refused or given up. */
  get #counted(): number {
    return this.#queue.uploads.filter(
      ({ stage, destination }) =>
        stage !== 'failed' &&
        stage !== 'cancelled' &&
        (destination === null || destination.recordId === this.recordId),
    ).length;
  }

  get #accepts(): boolean {
    const limit = this.#limit;
    return (
      (this.#possible?.length ?? 0) > 0 && this.may('upload') && (limit === null || this.#counted < limit)
    );
  }

  /** Of `files` those that have room, with a note when not all have. */
  #within(files: readonly File[]): readonly File[] {
    this.#note = '';
    const room = this.#limit === null ? Number.POSITIVE_INFINITY : Math.max(0, this.#limit - this.#counted);
    const most = Math.min(room, this.multiple ? room : 1);
    if (files.length <= most) return files;
    if (most === 1 && !this.multiple) this.#say(this.say('uploader.only_one'));
    else this.#say(this.say('uploader.too_many', { count: this.#limit ?? 1 }));
    return files.slice(0, most);
  }

  #admit(file: File): Upload {
    const possible = this.#possible ?? [];
    const fitting = typesFor(file, possible);
    const before = this.#unfinished.typeOf(file);
    const preset =
      fitting.find(({ id }) => id === before) ??
      fitting.find(({ id }) => id === this.type) ??
      (fitting.length === 1 ? fitting[0] : undefined);
    const upload = new Upload(file, preset?.id ?? null);
    this.#queue.uploads.push(upload);
    const error = refusal(file, possible);
    if (error) {
      upload.error = error;
      upload.stage = 'failed';
      this.#changed(upload);
    }
    return upload;
  }

  #choose(upload: Upload, type: string): void {
    upload.begin(type || null);
    this.requestUpdate();
  }

  #chooseForAll({ value }: HTMLSelectElement): void {
    if (value !== '') for (const upload of this.#ready) upload.begin(value);
    this.requestUpdate();
  }

  #chosen(input: HTMLInputElement): void {
    const files = [...(input.files ?? [])];
    input.value = '';
    if (files.length > 0) this.add(files);
  }

  #refuseFolders(names: readonly string[]): void {
    const key = this.multiple ? 'uploader.folder_empty' : 'uploader.folder';
    this.#say(names.map((filename) => this.say(key, { filename })).join(' '));
  }

  #say(note: string): void {
    this.#note = note;
    this.#announcer.say(note);
    this.requestUpdate();
  }

  /** Puts it in line for the record that is shown; once it was sent to another, for that again. */
  #start(upload: Upload): void {
    const { strongroom: client, recordId, metadata } = this;
    upload.destination ??= { client, recordId, metadata };
    // It may have failed for want of a token that has been given since.
    if (upload.destination.recordId === recordId) upload.destination = { ...upload.destination, client };
    this.#queue.start(upload);
  }

  /** Another record is shown. What has ended at the one before is no news here; what is on its way there goes on. */
  #comeTo(before: string | undefined): void {
    const over = before ? this.#queue.uploads.filter(({ stage }) => stage !== 'ready') : [];
    for (const upload of over) this.#queue.remove(upload);
    if (before) this.#note = '';
    if (this.#types !== null && !this.#waitsForUser && this.#ready.length > 0) this.send();
  }

  async #send(upload: Upload, signal: AbortSignal): Promise<RunningUpload> {
    await assertReadable(upload.file);
    const { client, recordId, metadata } = upload.destination as Destination;
    return client.startUpload(upload.file, {
      recordId,
      type: upload.type ?? '',
      idempotencyKey: upload.idempotencyKey,
      metadata,
      signal,
      resumable: !this.noResume,
      onProgress: ({ sent }) => {
        upload.progress(sent);
        this.#changed(upload);
      },
      onState: (state, error?: unknown) => {
        upload.follow(state, error);
        this.#changed(upload);
      },
      onContinued: (from) => {
        upload.continued(from);
        this.#spoken.continued(upload, this.say, this.formats);
        this.#changed(upload);
      },
    });
  }

  #changed(upload: Upload): void {
    this.requestUpdate();
    this.#guardLeaving();
    this.#spoken.heard(upload, this.say, this.formats, (error) => this.explain(error).text);
    const { stage, error, file, document } = upload;
    if (stage === 'done' && document) this.emit('strongroom-uploaded', { document });
    if (stage === 'done' || stage === 'failed' || stage === 'cancelled') void this.#unfinished.look();
    if (stage === 'failed') {
      this.emit('strongroom-failed', { action: 'upload', error: error as Error, file });
      if (rightsLost.has((error as { code?: string }).code ?? '')) forgetAccess(this.strongroom);
    }
  }

  /** Only where leaving the page loses what is being sent it is asked about: what the browser keeps a note of can go on. */
  #guardLeaving(): void {
    removeEventListener('beforeunload', this.#warn);
    const losable = this.#queue.uploads.some((upload) => upload.active && (this.noResume || upload.losable));
    if (losable) addEventListener('beforeunload', this.#warn);
  }

  readonly #warn = (event: Event): void => event.preventDefault();

  /** What waits or failed for want of a network is tried again when there is one. */
  readonly #online = (): void => {
    for (const upload of this.#queue.uploads) {
      const lost = (upload.error as { code?: string } | null)?.code === 'unreachable';
      if (upload.stage === 'failed' && lost) this.#start(upload);
      if (upload.stage === 'retrying') upload.running?.resume();
      upload.stalled = false;
    }
    this.requestUpdate();
  };

  readonly #offline = (): void => {
    for (const upload of this.#queue.uploads) upload.stalled = upload.stage === 'sending';
    this.requestUpdate();
  };

  get #unfinishedSource() {
    const { strongroom: client, recordId, noResume } = this;
    return noResume || recordId === '' ? null : { client, recordId };
  }

  /** At once: what it is and where it belongs was said when it was begun. */
  #goOn(file: File, type: string): void {
    this.#note = '';
    const upload = this.#admit(file);
    if (upload.stage !== 'failed') {
      upload.begin(type);
      this.#start(upload);
    }
    void this.#focus('.rows .row:last-child .row-actions button');
  }

  async #load(): Promise<void> {
    const client = this.strongroom;
    this.#loadError = null;
    this.requestUpdate();
    try {
      const types = await typesOf(client);
      const caller = await callerOf(client).catch(() => null);
      if (client !== this.strongroom) return;
      this.#types = types;
      this.#maxFiles = caller?.maxFiles ?? null;
      const early = this.#early.splice(0);
      if (early.length > 0) this.add(early);
    } catch (error) {
      if (client !== this.strongroom) return;
      this.#loadError = error;
      this.emit('strongroom-failed', { action: 'upload', error: error as Error });
    }
    this.requestUpdate();
  }

  /** Buttons of a row go with its stage, and rows go: who stood there stands on what takes the place. */
  #keepFocus(): void {
    const index = this.#focusedRow;
    if (index === null || this.shadowRoot?.activeElement) return;
    const rows = this.renderRoot.querySelectorAll('.rows > .row');
    const row = rows[Math.min(index, rows.length - 1)];
    const place = row?.querySelector<HTMLElement>('.row-actions button');
    (place ?? this.renderRoot.querySelector<HTMLElement>('.browse'))?.focus();
  }

  async #focus(selector: string): Promise<void> {
    this.requestUpdate();
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
  }
}

/** After these the caller may do less than was known. */
const rightsLost = new Set(['not_allowed', 'grant_used_up', 'grant_expired', 'unauthenticated']);

define('strongroom-uploader', StrongroomUploader);

declare global {
  interface HTMLElementTagNameMap {
    'strongroom-uploader': StrongroomUploader;
  }
}
