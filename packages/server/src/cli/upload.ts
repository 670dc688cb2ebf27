import { stat } from 'node:fs/promises';
import { StartError } from '../errors.ts';
import {
  type Document,
  type DocumentType,
  fileOf,
  type Progress,
  type RunningUpload,
  type Strongroom,
  StrongroomError,
  type Uploadable,
} from './client.ts';
import { type CommandLine, commandLine, someWords } from './command-line.ts';
import { connect, sentence, told } from './connect.ts';
import { interruptible } from './interrupt.ts';
import { Meter } from './meter.ts';
import { bytes, note, painted, plain, print, printJson } from './output.ts';
import { statePlaces } from './state-places.ts';
import { UsageError } from './usage.ts';

interface Wanted {
  readonly recordId: string;
  readonly type: string;
  readonly filename: string | undefined;
  readonly metadata: Record<string, unknown> | undefined;
  readonly replaces: string | undefined;
}

interface Failed {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}

/**
 * `strongroom upload FILE… --record ID --type TYPE`: one after the other, on after one that fails. The id of each document goes to
 * standard output, words to standard error; with --json `{items, failed}`. Exit code 1 when one has failed.
 */
export async function upload(given: readonly string[]): Promise<void> {
  const line = commandLine('upload', given);
  const files = someWords('upload', 'FILE', line);
  const wanted = wantedIn(line, files);
  // A line that is lost is worth more patience than a question.
  const strongroom = connect(line, { retries: 6, places: statePlaces(process.env) });
  const type = await typeOf(connect(line), wanted.type);
  const items: Document[] = [];
  const failed: Failed[] = [];
  await interruptible(async (signal) => {
    for (const file of files) {
      try {
        items.push(await send(strongroom, file, { ...wanted, limit: type.maxSize, signal }));
        // On a terminal the line about it has it already.
        if (!line.flag('json') && !process.stdout.isTTY) print(items.at(-1)?.id ?? '');
      } catch (error) {
        if (signal.aborted) break;
        failed.push(failure(file, error));
      }
    }
  });
  const left = files.length - items.length - failed.length;
  if (left > 0) note(`${left} not uploaded`);
  if (line.flag('json')) printJson({ items, failed });
  if (failed.length > 0) process.exitCode ??= 1;
}

function wantedIn(line: CommandLine, files: readonly string[]): Wanted {
  const [recordId, type] = [line.text('record'), line.text('type')];
  if (recordId === undefined) throw new UsageError('upload takes --record ID: what the documents belong to');
  if (type === undefined) throw new UsageError('upload takes --type TYPE: their document type');
  const filename = line.text('name');
  const replaces = line.text('replaces');
  for (const [name, value] of Object.entries({ name: filename, replaces }))
    if (value !== undefined && files.length > 1) throw new UsageError(`--${name} goes with one FILE`);
  if (files.filter((file) => file === '-').length > 1) throw new UsageError('"-" is read once');
  return { recordId, type, filename, metadata: metadataIn(line.text('metadata')), replaces };
}

function metadataIn(text: string | undefined): Wanted['metadata'] {
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {}
  throw new UsageError('--metadata takes one JSON object, such as \'{"case":"42"}\'');
}

/** Asked before anything is sent: also whether the service is there, and takes the key. */
async function typeOf(strongroom: Strongroom, id: string): Promise<DocumentType> {
  const types = await strongroom.documentTypes().catch((error) => {
    throw told(error);
  });
  const type = types.find((each) => each.id === id);
  if (type === undefined)
    throw new StartError(
      `There is no document type "${plain(id)}" here; there are ${types.map((each) => each.id).join(', ')}.`,
    );
  return type;
}

async function send(
  strongroom: Strongroom,
  file: string,
  { limit, signal, ...options }: Wanted & { limit: number; signal: AbortSignal },
): Promise<Document> {
  const source = await sourceOf(file, limit);
  const name = plain(options.filename ?? source.name ?? 'standard input');
  const meter = new Meter(name);
  let last: Progress = { sent: 0, total: null };
  const running = strongroom.startUpload(source.body, {
    ...options,
    onProgress: (progress) => {
      last = progress;
      meter.show(progress);
    },
    onContinued: (from) => note(`${name} continues at ${percent({ ...last, sent: from })}`),
  });
  try {
    const document = await endedBy(signal, running);
    meter.end();
    note(
      `${painted('green', '✓')} ${document.id}  ${plain(document.filename)}  ${bytes(document.size ?? 0)}`,
    );
    return document;
  } catch (error) {
    meter.end();
    if (running.state === 'paused')
      note(`${name} stopped at ${percent(last)}; the same command continues it`);
    throw error;
  } finally {
    meter.end();
  }
}

/** Ctrl-C leaves what can go on where it is, and ends the rest for good. */
async function endedBy(signal: AbortSignal, running: RunningUpload): Promise<Document> {
  const { promise: interrupted, reject } = Promise.withResolvers<never>();
  const end = () => {
    if (!running.pausable) return running.cancel();
    running.pause();
    reject(signal.reason);
  };
  signal.addEventListener('abort', end, { once: true });
  try {
    return await Promise.race([running.done, interrupted]);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function percent({ sent, total }: Progress): string {
  return total ? `${Math.floor((100 * sent) / total)} %` : bytes(sent);
}

async function sourceOf(
  file: string,
  limit: number,
): Promise<{ body: Uploadable; name?: string | undefined }> {
  if (file === '-') return { body: process.stdin };
  const facts = await stat(file);
  if (facts.isDirectory()) throw new StartError('it is a folder; name the files in it');
  if (!facts.isFile()) throw new StartError('it is no file; - reads standard input');
  if (facts.size === 0) throw new StartError('it is empty');
  if (facts.size > limit)
    throw new StartError(`it has ${bytes(facts.size)}, and this type takes ${bytes(limit)}`);
  const body = await fileOf(file);
  return { body, name: body.name };
}

function failure(file: string, error: unknown): Failed {
  const [code, message] =
    error instanceof StrongroomError
      ? [error.code, sentence(error)]
      : [(error as NodeJS.ErrnoException).code ?? 'not_sent', reason(error as NodeJS.ErrnoException)];
  note(`${painted('red', '✗')} ${plain(file)}  ${plain(message)}`);
  return { file, code, message };
}

function reason({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'it can’t be read: permission denied';
  return message;
}
