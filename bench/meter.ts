import { setTimeout as wait } from 'node:timers/promises';
import { cpuSeconds } from './cpu.ts';

/** Milliseconds that work may go on after the answers (a log's flush, a garbage collection) and still be counted. */
export const afterwork = 100;

/** The CPU of a process, from now on. */
export class Meter {
  readonly #pid: number;
  #begun: number;

  constructor(pid: number) {
    this.#pid = pid;
    this.#begun = cpuSeconds(pid);
  }

  /** Seconds of CPU so far, without what was spent aside. */
  seconds(): number {
    return cpuSeconds(this.#pid) - this.#begun;
  }

  /** Does what must be done and is not measured. Nothing else may be under way meanwhile. */
  async aside<T>(work: () => Promise<T>): Promise<T> {
    const before = cpuSeconds(this.#pid);
    const done = await work();
    await wait(afterwork);
    this.#begun += cpuSeconds(this.#pid) - before;
    return done;
  }
}
