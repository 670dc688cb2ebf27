import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import type { Way } from '../acceptance/client.ts';

/** What can be true of a document. `absent`: it never was; `gone`: its bytes are, or are about to be, removed. */
export type Condition = 'absent' | 'available' | 'archived' | 'deleted' | 'gone';

/** Document types by what a DELETE does: gone at once, gone after a while in the trash, kept in the trash. */
export const trash = { fleeting: '0', binned: '2s', kept: '3650d' } as const;
export type Type = keyof typeof trash;

/** What was sent. Each upload has a recordId of its own, so a document that is there twice shows. */
export interface Upload {
  readonly recordId: string;
  readonly site: string;
  /** The client that alone changes it. */
  readonly owner: string;
  readonly type: Type;
  readonly way: Way | 'tus' | 'direct';
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly idempotencyKey: string | null;
}

/** What is known of an upload and of what became of it. */
export interface Entry extends Upload {
  /** Null until the service has said it. */
  readonly id: string | null;
  /** What may be true: one thing after an answer, several while an answer is out or lost. */
  readonly may: readonly Condition[];
  /** Where a restore leads. */
  readonly before: 'available' | 'archived';
  /** The service has said 201, or that all bytes are there. */
  readonly acknowledged: boolean;
  /** Of one that goes on over several requests: what it is called since it was begun. */
  readonly upload: string | null;
}

type Change = Partial<Pick<Entry, 'id' | 'may' | 'before' | 'acknowledged' | 'upload'>>;

/**
 * Everything the service was asked and has acknowledged: a file that only grows. A line is written before the request
 * it is about leaves, and before an answer counts; so whatever ends the run, the next one knows what it may find.
 */
export class Ledger {
  readonly #file: string;
  readonly #entries = new Map<string, Entry>();
  readonly #owned = new Map<string, string[]>();
  #touched: string[] = [];

  /** Goes on with what `file` holds. A last line without its end was never counted on. */
  constructor(file: string) {
    this.#file = file;
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole !== text) truncateSync(file, Buffer.byteLength(whole));
    for (const line of whole.split('\n').slice(0, -1)) this.#take(JSON.parse(line));
    this.#touched = [...this.#entries.values()]
      .filter(({ may }) => may.length > 1)
      .map((entry) => entry.recordId);
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  get(recordId: string): Entry | undefined {
    return this.#entries.get(recordId);
  }

  /** The recordIds of a client's uploads, oldest first. */
  of(owner: string): readonly string[] {
    return this.#owned.get(owner) ?? [];
  }

  /** What was asked for since the last call; at first, what an earlier run left open. Each recordId once. */
  takeTouched(): Entry[] {
    const touched = new Set(this.#touched);
    this.#touched = [];
    return [...touched].flatMap((recordId) => this.#entries.get(recordId) ?? []);
  }

  /** An upload that is about to be sent. */
  begin(upload: Upload): Entry {
    return this.#write({
      ...upload,
      id: null,
      may: ['absent', 'available'],
      before: 'available',
      acknowledged: false,
      upload: null,
    });
  }

  /** What became known of an upload. */
  note({ recordId }: Pick<Entry, 'recordId'>, change: Change): Entry {
    return this.#write({ recordId, ...change });
  }

  #write(line: Change & Pick<Entry, 'recordId'>): Entry {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
    this.#touched.push(line.recordId);
    return this.#take(line);
  }

  #take(line: Change & Pick<Entry, 'recordId'>): Entry {
    const known = this.#entries.get(line.recordId);
    const entry = { ...known, ...line } as Entry;
    this.#entries.set(entry.recordId, entry);
    if (!known) {
      const owned = this.#owned.get(entry.owner) ?? [];
      owned.push(entry.recordId);
      this.#owned.set(entry.owner, owned);
    }
    return entry;
  }
}
