import { stat, statfs } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { StartError, StrongroomError } from '../errors.ts';
import { type Check, type Finding, judged } from './doctor.ts';
import type { ObjectStore } from './object-store.ts';

export const remedyOfWriting = 'Give the folder to the user that the service runs as, or look at its disk.';

/** One question to a folder. */
export interface Probe {
  readonly name: string;
  readonly otherwise: string;
  ask(): Promise<Finding>;
}

/** Free space and privacy may be as somebody wants them; documents can be kept all the same. */
const advised = ['free_space', 'private'];

/** The probe's answer; what the system refused is one too. */
export async function asked({ name, otherwise, ask }: Probe): Promise<Check> {
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

/** What the store does all day, on the object `key`. */
export function objectProbes(store: ObjectStore, key: string, signal: AbortSignal | undefined): Probe[] {
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

/** Whether one more document of the largest kind (`mostBytes`) fits. */
export function freeSpace(folder: string, mostBytes: number): Probe {
  return {
    name: 'free_space',
    otherwise: 'uploads that do not fit are answered 503 store_unavailable and leave nothing',
    ask: async () => {
      const { bavail, bsize } = await statfs(folder);
      const free = bavail * bsize;
      const detail = `${inGiB(free)} free; one document may have ${inGiB(mostBytes)}`;
      if (free >= mostBytes) return { result: 'works', detail };
      return { result: 'fails', detail, remedy: 'Make room, or set MAX_UPLOAD_SIZE to what fits.' };
    },
  };
}

/** Documents are for the service's eyes only. */
export function privacy(folder: string): Probe {
  return {
    name: 'private',
    otherwise: 'nothing: the system decides who may read files',
    ask: async () => {
      const mode = (await stat(folder)).mode & 0o777;
      const detail = `mode ${mode.toString(8).padStart(4, '0')}`;
      if ((mode & 0o077) === 0) return { result: 'works', detail: `${detail}: for its owner only` };
      return {
        result: 'fails',
        detail: `${detail}: other users of this machine may enter`,
        remedy: `chmod 700 ${folder}`,
      };
    },
  };
}

function causeOf(error: unknown): NodeJS.ErrnoException {
  return (
    error instanceof StrongroomError && error.cause instanceof Error ? error.cause : error
  ) as NodeJS.ErrnoException;
}

/** What a start would say, or the system call and its code. */
export function inWords(error: unknown): string {
  if (error instanceof StartError) return error.message;
  const { syscall, code, message } = causeOf(error);
  return code === undefined ? message : `${syscall ?? 'the call'}: ${code}`;
}

function inGiB(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
