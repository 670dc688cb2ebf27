import { randomBytes } from 'node:crypto';
import { link, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StartError } from '../errors.ts';
import type { Document, Strongroom } from './client.ts';
import { commandLine, oneWord } from './command-line.ts';
import { connect, told } from './connect.ts';
import { download } from './download.ts';
import { standardFile } from './environment.ts';
import { interruptible } from './interrupt.ts';
import { Meter } from './meter.ts';
import { bytes, note, painted, plain } from './output.ts';

/** `strongroom get ID [-o FILE|FOLDER|-] [--force]`: into a file that appears when it is whole, or to standard output. */
export async function get(given: readonly string[]): Promise<void> {
  const line = commandLine('get', given);
  const id = oneWord('get', 'ID', line);
  const strongroom = connect(line);
  await interruptible(async (signal) => {
    try {
      const document = await strongroom.get(id, { signal });
      if (line.text('output') === '-') return await toOutput(strongroom, document, signal);
      const path = await placeFor(document, line.text('output'));
      await toFile(strongroom, document, { path, force: line.flag('force'), signal });
      note(`${painted('green', '✓')} ${plain(path)}  ${bytes(document.size ?? 0)}`);
    } catch (error) {
      throw told(error);
    }
  });
}

/** A filename is what a stranger once sent. */
async function placeFor(document: Document, output: string | undefined): Promise<string> {
  const safe = nameFor(document);
  if (output === undefined) return safe;
  const isFolder = await stat(output).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
  return isFolder || output.endsWith('/') ? join(output, safe) : output;
}

/**
 * Of its path, if it has one, nothing is believed; and it becomes no file that a shell, a tool or this program reads by itself, such
 * as `.profile`: as browsers do, a mark takes the place of the dot.
 */
function nameFor({ id, filename }: Pick<Document, 'id' | 'filename'>): string {
  const name = basename(filename.replaceAll('\\', '/'));
  if (['', '.', '..'].includes(name)) return id;
  return name.toLowerCase() === standardFile ? `_${name}` : name.replace(/^\./, '_');
}

interface Place {
  readonly path: string;
  readonly force: boolean;
  readonly signal: AbortSignal;
}

async function toFile(
  strongroom: Strongroom,
  document: Document,
  { path, force, signal }: Place,
): Promise<void> {
  if (
    !force &&
    (await stat(path).then(
      () => true,
      () => false,
    ))
  )
    throw there(path);
  const aside = join(
    dirname(path),
    `.${basename(path).slice(0, 100)}.${randomBytes(4).toString('hex')}.part`,
  );
  const meter = new Meter(plain(basename(path)));
  const file = await open(aside, 'wx').catch((error) => {
    throw cantWrite(path, error);
  });
  try {
    const write = (chunk: Uint8Array) => file.writeFile(chunk);
    const progress = (sent: number) => meter.show({ sent, total: document.size });
    await download(strongroom, document, { write }, { signal, progress });
    await file.sync();
    await file.close();
    if (force) await rename(aside, path);
    else await linkOrRename(aside, path);
  } catch (error) {
    throw isOfTheSystem(error) ? cantWrite(path, error) : error;
  } finally {
    meter.end();
    await file.close().catch(() => {});
    await rm(aside, { force: true });
  }
}

/** Linked to its place, which refuses what is there already, also what has come since we looked; moved where nothing can be linked. */
async function linkOrRename(aside: string, path: string): Promise<void> {
  try {
    await link(aside, path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw there(path);
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) throw error;
    await rename(aside, path);
  }
}

function there(path: string): StartError {
  return new StartError(`${plain(path)} is there already; --force overwrites it, -o FILE writes to another.`);
}

function isOfTheSystem(error: unknown): error is NodeJS.ErrnoException {
  return (error as NodeJS.ErrnoException).syscall !== undefined;
}

function cantWrite(path: string, error: NodeJS.ErrnoException): StartError {
  return new StartError(`${plain(path)} can't be written (${error.code}).`, { cause: error });
}

async function toOutput(strongroom: Strongroom, document: Document, signal: AbortSignal): Promise<void> {
  const write = (chunk: Uint8Array) =>
    new Promise<void>((resolve, reject) =>
      process.stdout.write(chunk, (error) => (error ? reject(error) : resolve())),
    );
  try {
    await download(strongroom, document, { write }, { signal, progress: () => {} });
  } catch (error) {
    // What can't be written any more, main.ts has said.
    if (!isOfTheSystem(error)) throw error;
  }
}
