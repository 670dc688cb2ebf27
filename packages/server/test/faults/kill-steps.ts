import { appendFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { DiskPaths } from '../../src/objects/disk-paths.ts';
import type { Moment, Passed, Plan } from './kill-plan.ts';

const paths = new DiskPaths('/');

/** The steps of the work on the plan's records, in one thread. */
export class Steps {
  readonly #plan: Plan;
  readonly #counts = new Map<string, number>();
  readonly #ids = new Map<string, string>();
  readonly #keys = new Map<string, string>();
  /** Work that hangs must not be collected, which would close its files. */
  readonly #held: unknown[] = [];

  constructor(plan: Plan) {
    this.#plan = plan;
  }

  isWatched(recordId: unknown): recordId is string {
    return typeof recordId === 'string' && Object.hasOwn(this.#plan.stops, recordId);
  }

  /** Remembers whose a document is. */
  note(document: { id: string; recordId: string; storage?: { key: string } }): void {
    if (!this.isWatched(document.recordId)) return;
    this.#ids.set(document.id, document.recordId);
    if (document.storage) this.#keys.set(document.storage.key, document.recordId);
  }

  /** The watched record whose document has this id. */
  ofId(id: unknown): string | undefined {
    return this.#ids.get(id as string);
  }

  /** The watched record that a key or a file is about. */
  ofPath(path: string): string | undefined {
    const parts = path.split('/');
    const name = parts.at(-1) ?? '';
    const temporary = [...this.#keys].find(([key]) => paths.isTemporaryOf(key, name));
    // What goes on over several requests lies under its id until it has a key.
    return (
      temporary?.[1] ??
      parts.find((part) => this.isWatched(part)) ??
      this.#ids.get(parts.find((part) => this.#ids.has(part)) ?? '')
    );
  }

  /** Takes a step for a record; without one, just does the work. */
  async take<T>(recordId: string | undefined, name: string, work: () => Promise<T>): Promise<T> {
    if (recordId === undefined) return work();
    const step = this.#numbered(recordId, name);
    await this.#pass(recordId, step, 'before');
    const result = work();
    if (this.#endsAt(recordId, step, 'during')) {
      result.catch(() => {});
      // One turn takes a statement to the connection, the next to the socket.
      await setImmediate();
      await setImmediate();
      await this.#pass(recordId, step, 'during');
    }
    const value = await result;
    await this.#pass(recordId, step, 'after');
    return value;
  }

  /** A point within a step. */
  async reach(recordId: string, name: string): Promise<void> {
    await this.#pass(recordId, this.#numbered(recordId, name), 'before');
  }

  /** Takes a step of several records where nothing can wait: in a thread that is busy with it. */
  takeAtOnce<T>(recordIds: Iterable<string>, name: string, work: () => T): T {
    const taken = [...recordIds].map((recordId) => [recordId, this.#numbered(recordId, name)] as const);
    for (const [recordId, step] of taken) void this.#pass(recordId, step, 'before');
    const result = work();
    for (const [recordId, step] of taken) void this.#pass(recordId, step, 'after');
    return result;
  }

  #numbered(recordId: string, name: string): string {
    const count = (this.#counts.get(`${recordId} ${name}`) ?? 0) + 1;
    this.#counts.set(`${recordId} ${name}`, count);
    return `${name}#${count}`;
  }

  #endsAt(recordId: string, step: string, moment: Moment): boolean {
    const stop = this.#plan.stops[recordId];
    return stop?.step === step && stop.moment === moment;
  }

  async #pass(recordId: string, step: string, moment: Moment): Promise<void> {
    const stopped = this.#endsAt(recordId, step, moment);
    const passed: Passed = { recordId, step, moment, stopped };
    appendFileSync(this.#plan.journal, `${JSON.stringify(passed)}\n`);
    if (!stopped) return;
    if (this.#plan.stops[recordId]?.end === 'kill') process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => this.#held.push(resolve));
  }
}
