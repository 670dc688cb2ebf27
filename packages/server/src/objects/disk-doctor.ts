import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { StartError, StrongroomError } from '../errors.ts';
import { DiskStore } from './disk.ts';
import { failedWith, throwIfAborted } from './disk-errors.ts';
import {
  type Check,
  type ExamineOptions,
  type Finding,
  judged,
  type Report,
  reported,
  type StoreDoctor,
} from './doctor.ts';

const remedyOfWriting = 'Give the folder to the user that the service runs as, or look at its disk.';

interface Probe {
  readonly name: string;
  readonly otherwise: string;
  ask(): Promise<Finding>;
}

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
      for (const probe of [...objectProbes(store, key, signal), this.#space(), this.#privacy()]) {
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

  #space(): Probe {
    return {
      name: 'free_space',
      otherwise: 'uploads that do not fit are answered 503 store_unavailable and leave nothing',
      ask: async () => {
        const { bavail, bsize } = await statfs(this.#folder);
        const free = bavail * bsize;
        const detail = `${inGiB(free)} free; one document may have ${inGiB(this.#mostBytes)}`;
        if (free >= this.#mostBytes) return { result: 'works', detail };
        return { result: 'fails', detail, remedy: 'Make room, or set MAX_UPLOAD_SIZE to what fits.' };
      },
    };
  }

  #privacy(): Probe {
    return {
      name: 'private',
      otherwise: 'nothing: the system decides who may read files',
      ask: async () => {
        const mode = (await stat(this.#folder)).mode & 0o777;
        const detail = `mode ${mode.toString(8).padStart(4, '0')}`;
        if ((mode & 0o077) === 0) return { result: 'works', detail: `${detail}: for its owner only` };
        return {
          result: 'fails',
          detail: `${detail}: other users of this machine may enter`,
          remedy: `chmod 700 ${this.#folder}`,
        };
      },
    };
  }
}

/** Free space and privacy may be as somebody wants them; documents can be kept all the same. */
const advised = ['free_space', 'private'];

async function asked({ name, otherwise, ask }: Probe): Promise<Check> {
  const needed = !advised.includes(name);
  try {
    const finding = await ask();
    return judged(name, needed, { effect: finding.result === 'works' ? '' : otherwise, ...finding });
  } catch (error) {
    const result = causeOf(error).code === 'EACCES' ? 'not_allowed' : 'fails';
    return judged(name, needed, {
      result,
      detail: inWords(error),
      effect: otherwise,
      remedy: remedyOfWriting,
    });
  }
}

function objectProbes(store: DiskStore, key: string, signal: AbortSignal | undefined): Probe[] {
  const content = Buffer.from(`strongroom storage check ${key}\n`);
  const options = signal ? { signal } : {};
  return [
    {
      name: 'put',
      otherwise: 'uploads are answered 503 store_unavailable',
      ask: async () => {
        const none = { recordId: '', type: '', filename: 'check.txt' };
        const description = {
          version: 1,
          deployment: 'doctor',
          id: key,
          createdAt: new Date().toISOString(),
          ...none,
        } as const;
        const { size } = await store.put(key, content, {
          contentType: 'text/plain',
          description,
          ...options,
        });
        return {
          result: 'works',
          detail: `a file of ${size} bytes was written, synced and linked into place`,
        };
      },
    },
    {
      name: 'read',
      otherwise: 'downloads are answered 503 store_unavailable',
      ask: async () => {
        const { body } = await store.open(key, options);
        return (await buffer(body)).equals(content)
          ? { result: 'works', detail: 'the same bytes came back' }
          : {
              result: 'fails',
              detail: 'other bytes came back than were written',
              remedy: 'Look at the disk.',
            };
      },
    },
    {
      name: 'list',
      otherwise: 'sweeps and rebuilds can’t see what is stored',
      ask: async () => {
        for await (const object of store.list('.strongroom/check/', options))
          if (object.key === key) return { result: 'works', detail: 'the file is in the list' };
        return {
          result: 'fails',
          detail: 'the file just written is not in the list',
          remedy: 'Look at the disk.',
        };
      },
    },
    {
      name: 'delete',
      otherwise: 'purges are tried again from every 5 minutes to every hour; their bytes stay until it works',
      ask: async () => {
        await store.remove(key, signal);
        return (await store.stat(key, signal)) === null
          ? { result: 'works', detail: 'the file is gone' }
          : { result: 'fails', detail: 'deleted, and still there', remedy: 'Look at the disk.' };
      },
    },
  ];
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

function causeOf(error: unknown): NodeJS.ErrnoException {
  return (
    error instanceof StrongroomError && error.cause instanceof Error ? error.cause : error
  ) as NodeJS.ErrnoException;
}

function inWords(error: unknown): string {
  if (error instanceof StartError) return error.message;
  const { syscall, code, message } = causeOf(error);
  return code === undefined ? message : `${syscall ?? 'the call'}: ${code}`;
}

function inGiB(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
