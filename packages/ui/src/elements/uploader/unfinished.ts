import type { Strongroom, UnfinishedUpload } from '@strongroom/client';
import { nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { Formats } from '../../words/formats.ts';
import type { Say } from '../../words/words.ts';
import type { UnfinishedList } from './unfinished-list.ts';

/** What the host has to do with uploads that were left. */
export interface UnfinishedOwner {
  /** Of which record, by which client; null: of none. */
  source(): { readonly client: Strongroom; readonly recordId: string } | null;
  words(): { readonly say: Say; readonly formats: Formats };
  /** Whether it shows among the files already. */
  isShown(left: UnfinishedUpload): boolean;
  /** Its file was chosen again. */
  goOn(file: File, left: UnfinishedUpload): void;
  /** Tells those who listen. */
  announce(text: string): void;
  /** Tells everybody. */
  note(text: string): void;
  /** Something that had the focus goes. */
  focus(selector: string): void;
}

/**
 * The uploads of this record that an earlier page of this browser has left, and that can go on once their file is chosen again.
 * What shows them is loaded when there are some.
 */
export class Unfinished implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #owner: UnfinishedOwner;
  #all: readonly UnfinishedUpload[] = [];
  #list: UnfinishedList | null = null;
  /** Held, since Safari forgets one that is in no page while its user chooses. */
  #chooser: HTMLInputElement | null = null;
  /** Grows with every look: what an earlier one finds is of no use. */
  #look = 0;

  constructor(host: ReactiveControllerHost, owner: UnfinishedOwner) {
    this.#host = host;
    this.#owner = owner;
    host.addController(this);
  }

  hostConnected(): void {}

  /** Looks anew. A browser that keeps nothing has none. */
  async look(): Promise<void> {
    const look = ++this.#look;
    const found = await this.#found();
    const list = found.length === 0 ? null : await loaded();
    if (look !== this.#look) return;
    const known = this.#left;
    this.#all = list === null ? [] : found;
    this.#list = list;
    this.#host.requestUpdate();
    this.#tellOf(this.#left.filter((left) => !known.some((before) => isSame(left, before))));
  }

  /** The type under which `file` was sent before, when it is one that was left. */
  typeOf(file: File): string | undefined {
    return this.#left.find((left) => isOf(file, left))?.type;
  }

  render(): TemplateResult | typeof nothing {
    const left = this.#left;
    if (this.#list === null || left.length === 0) return nothing;
    return this.#list({
      left,
      ...this.#owner.words(),
      choose: (each) => this.#choose(each),
      forget: (each) => void this.#forget(each),
    });
  }

  /** Those that are not among the files. */
  get #left(): readonly UnfinishedUpload[] {
    return this.#all.filter((left) => !this.#owner.isShown(left));
  }

  async #found(): Promise<readonly UnfinishedUpload[]> {
    const source = this.#owner.source();
    const all = source ? await source.client.unfinishedUploads().catch(() => []) : [];
    return all.filter(({ recordId }) => recordId === source?.recordId);
  }

  #tellOf(left: readonly UnfinishedUpload[]): void {
    const { say } = this.#owner.words();
    const { filename = '' } = left[0] ?? {};
    const count = left.length;
    if (count > 0) this.#owner.announce(say('uploader.said_unfinished', { count, filename }));
  }

  /** Opens the system's chooser for the file of one that was left. */
  #choose(left: UnfinishedUpload): void {
    const input = document.createElement('input');
    input.type = 'file';
    this.#chooser = input;
    input.addEventListener('change', () => {
      const [file] = this.#chooser?.files ?? [];
      this.#chooser = null;
      // The page may be at another record by now: what was left there is not gone on with here.
      if (file && this.#owner.source()?.recordId === left.recordId) this.#chosen(file, left);
    });
    input.click();
  }

  #chosen(file: File, left: UnfinishedUpload): void {
    const { say } = this.#owner.words();
    const { filename } = left;
    if (!isOf(file, left)) this.#owner.note(say('uploader.other_file', { chosen: file.name, filename }));
    else this.#owner.goOn(file, left);
  }

  /** Gives one up for good, here and at the service. */
  async #forget(left: UnfinishedUpload): Promise<void> {
    const { say } = this.#owner.words();
    this.#all = this.#all.filter((each) => each !== left);
    this.#owner.announce(say('uploader.said_forgotten', { filename: left.filename }));
    this.#owner.focus('.unfinished button, .browse');
    await left.forget().catch(() => {});
  }
}

/** Whether `file` may be the one that was left: what lies in it is compared when it is sent. */
export function isOf({ name, size }: File, left: UnfinishedUpload): boolean {
  return name === left.filename && size === left.size;
}

function isSame(one: UnfinishedUpload, other: UnfinishedUpload): boolean {
  return one.filename === other.filename && one.size === other.size && one.createdAt === other.createdAt;
}

/** Null where it can't be had: a page that is older than its server. */
async function loaded(): Promise<UnfinishedList | null> {
  return import('./unfinished-list.ts').then(
    ({ unfinishedList }) => unfinishedList,
    () => null,
  );
}
