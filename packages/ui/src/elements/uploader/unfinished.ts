import type { Strongroom, UnfinishedUpload } from '@strongroom/client';
import { nothing, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from 'lit';
import type { UnfinishedList } from './unfinished-list.ts';

/** What the host has to do with uploads that were left. */
export interface UnfinishedOwner {
  /** Of which record, by which client; null while neither is known. */
  source(): { readonly client: Strongroom; readonly recordId: string } | null;
  /** Whether it shows among the files already. */
  isShown(left: UnfinishedUpload): boolean;
  /** Some were found that were not known before. */
  found(left: readonly UnfinishedUpload[]): void;
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
  /** Grows with every look: what an earlier one finds is of no use. */
  #look = 0;

  constructor(host: ReactiveControllerHost, owner: UnfinishedOwner) {
    this.#host = host;
    this.#owner = owner;
    host.addController(this);
  }

  hostConnected(): void {}

  /** Those that are not among the files. */
  get left(): readonly UnfinishedUpload[] {
    return this.#all.filter((left) => !this.#owner.isShown(left));
  }

  /** Looks anew. A browser that keeps nothing has none. */
  async look(): Promise<void> {
    const look = ++this.#look;
    const source = this.#owner.source();
    const all = source ? await source.client.unfinishedUploads().catch(() => []) : [];
    const found = all.filter(({ recordId }) => recordId === source?.recordId);
    if (look !== this.#look) return;
    if (found.length > 0) this.#list ??= (await import('./unfinished-list.ts')).unfinishedList;
    if (look !== this.#look) return;
    const known = this.left;
    this.#all = found;
    this.#host.requestUpdate();
    const fresh = this.left.filter((left) => !known.some((before) => isSame(left, before)));
    if (fresh.length > 0) this.#owner.found(fresh);
  }

  /** Gives one up for good, here and at the service. */
  async forget(left: UnfinishedUpload): Promise<void> {
    this.#all = this.#all.filter((each) => each !== left);
    this.#host.requestUpdate();
    await left.forget().catch(() => {});
  }

  render(...[context]: [Omit<Parameters<UnfinishedList>[0], 'left'>]): TemplateResult | typeof nothing {
    const { left } = this;
    return this.#list === null || left.length === 0 ? nothing : this.#list({ ...context, left });
  }
}

function isSame(one: UnfinishedUpload, other: UnfinishedUpload): boolean {
  return one.filename === other.filename && one.size === other.size && one.createdAt === other.createdAt;
}
