import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DiskStore } from './disk.ts';
import { failedWith, throwIfAborted } from './disk-errors.ts';
import { asked, freeSpace, inWords, objectProbes, privacy, remedyOfWriting } from './disk-probes.ts';
import {
  type ExamineOptions,
  type Finding,
  judged,
  type Report,
  reported,
  type StoreDoctor,
} from './doctor.ts';

/** Asks a folder whether documents can be kept in it. */
export class DiskDoctor implements StoreDoctor {
  readonly #folder: string;
  readonly #mostBytes: number;

  /** `mostBytes`: the largest document that the settings allow. */
  constructor({ folder, mostBytes }: { folder: string; mostBytes: number }) {
    this.#folder = resolve(folder);
    this.#mostBytes = mostBytes;
  }

  async examine({ cheap = false, signal }: ExamineOptions = {}): Promise<Report> {
    // A start has tried to write, link and sync already.
    if (cheap) return reported([]);
    const store = new DiskStore({ folder: this.#folder });
    const folder = await this.#lookAtFolder(store);
    const checks = [judged('folder', true, folder.finding)];
    if (!folder.usable) return reported(checks);
    const key = `.strongroom/check/${randomUUID()}`;
    try {
      for (const probe of [
        ...objectProbes(store, key, signal),
        freeSpace(this.#folder, this.#mostBytes),
        privacy(this.#folder),
      ]) {
        throwIfAborted(signal);
        checks.push(await asked(probe));
      }
    } finally {
      await store.remove(key).catch(() => {});
    }
    return reported(checks);
  }

  policy(): null {
    return null;
  }

  async fixCors(): Promise<null> {
    return null;
  }

  /** A folder that is not there yet is made by the first start, not by being asked about. */
  async #lookAtFolder(store: DiskStore): Promise<{ finding: Finding; usable: boolean }> {
    const missing = await isMissing(this.#folder);
    try {
      if (!missing) {
        await store.connect();
        return {
          usable: true,
          finding: { result: 'works', detail: `${this.#folder}: writes, hard links and fsync work` },
        };
      }
      const parent = await nearestParent(this.#folder);
      await access(parent, constants.W_OK | constants.X_OK);
      return {
        usable: false,
        finding: { result: 'works', detail: `${this.#folder} is not there yet; the first start makes it` },
      };
    } catch (error) {
      const detail = inWords(error);
      return {
        usable: false,
        finding: { result: 'fails', detail, effect: 'the service does not start', remedy: remedyOfWriting },
      };
    }
  }
}

async function isMissing(path: string): Promise<boolean> {
  return stat(path).then(
    () => false,
    (error) => failedWith(error, 'ENOENT'),
  );
}

async function nearestParent(path: string): Promise<string> {
  const parent = dirname(path);
  return parent === path || !(await isMissing(parent)) ? parent : nearestParent(parent);
}
