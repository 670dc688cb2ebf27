import fs from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Steps } from './kill-steps.ts';

type Call = (...parameters: unknown[]) => unknown;
type Callback = (error: unknown, ...values: unknown[]) => void;
/** Which of a call's parameters is the path it changes. */
type PathOf = (parameters: readonly unknown[]) => unknown;

const first: PathOf = ([path]) => path;
const second: PathOf = ([, path]) => path;

/** Makes every system call that changes a document's files a step. */
export async function watchFiles(steps: Steps): Promise<void> {
  /** By descriptor. Every user of descriptors opens by one of the calls below, so none is of a file long closed. */
  const opened = new Map<unknown, string>();
  const handles = new WeakMap<object, string>();
  const ofDescriptor: PathOf = ([fd]) => opened.get(fd);
  const place = (path: unknown) => {
    const recordId = typeof path === 'string' ? steps.ofPath(path) : undefined;
    return { recordId, role: recordId === undefined ? '' : roleOf(String(path)) };
  };
  const step = <T>(name: string, path: unknown, work: () => Promise<T>) => {
    const { recordId, role } = place(path);
    return steps.take(recordId, `${name} ${role}`, work);
  };

  const byPromise = (name: string, pathOf: PathOf) =>
    replace(
      promises,
      name,
      (original) =>
        (...parameters) =>
          step(name, pathOf(parameters), async () => original(...parameters)),
    );
  byPromise('link', second);
  for (const name of ['writeFile', 'unlink', 'mkdir', 'rmdir']) byPromise(name, first);

  const byCallback = (name: string, pathOf: PathOf) =>
    replace(fs, name, (original) => (...parameters) => {
      const done = parameters.pop() as Callback;
      const work = () =>
        new Promise<unknown[]>((resolve, reject) => {
          original(...parameters, (error: unknown, ...values: unknown[]) =>
            error ? reject(error) : resolve(values),
          );
        });
      step(name, pathOf(parameters), work).then((values) => done(null, ...values), done);
    });
  byCallback('writev', ofDescriptor);
  byCallback('fsync', ofDescriptor);

  // Opening a folder to sync it changes nothing; opening a half-written file makes it.
  replace(fs, 'open', (original) => (path, ...parameters) => {
    const done = parameters.pop() as Callback;
    original(path, ...parameters, (error: unknown, fd: number) => {
      opened.set(fd, String(path));
      done(error, fd);
    });
  });
  replace(promises, 'open', (original) => async (path, flags, mode) => {
    const open = async () => (await original(path, flags, mode)) as FileHandle;
    const file = flags === 'wx' ? await step('open', path, open) : await open();
    opened.set(file.fd, String(path));
    handles.set(file, String(path));
    return file;
  });
  const handle = await promises.open(fileURLToPath(import.meta.url));
  const byHandle = (name: string, told: string) =>
    replace(
      Object.getPrototypeOf(handle),
      name,
      (original) =>
        function (this: FileHandle, ...parameters) {
          return step(told, handles.get(this), async () => original.apply(this, parameters));
        },
    );
  byHandle('sync', 'fsync');
  byHandle('truncate', 'truncate');
  await handle.close();
  syncBuiltinESMExports();
}

/** What node keeps beside a function, such as how it is promisified, goes over. */
function replace(holder: object, name: string, by: (original: Call) => Call): void {
  const functions = holder as Record<string, Call>;
  const original = functions[name] as Call;
  functions[name] = Object.defineProperties(by(original), Object.getOwnPropertyDescriptors(original));
}

function roleOf(path: string): string {
  const name = basename(path);
  if (path.includes('/.strongroom/tmp/')) return 'half-written';
  if (path.includes('/.strongroom/uploads/')) return 'unfinished';
  if (name.startsWith('.')) return 'facts';
  return extname(name) === '' ? 'folder' : 'object';
}
