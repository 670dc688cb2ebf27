import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { StartError } from '../errors.ts';

/** Values of NAME=value lines, as `strongroom serve` reads them; none when there is no file. Raises StartError. */
export function readSettingsFile(path: string): { text: string; values: NodeJS.Dict<string> } {
  try {
    const text = readFileSync(path, 'utf8');
    return { text, values: parseEnv(text) };
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { text: '', values: {} };
    throw new StartError(`${path} can't be read (${code}).`, { cause: error });
  }
}

const header = '# Read by `strongroom serve` and the other commands, where the environment says nothing.';

/**
 * The text with the settings `managed` as `values` have them, and every other line as it was.
 * Raises StartError for a value that no quoting can carry.
 */
export function withSettings(
  text: string,
  managed: readonly string[],
  values: Readonly<Record<string, string>>,
): string {
  const isManaged = (line: string) =>
    managed.includes(/^\s*(?:export\s+)?([\w.]+)\s*=/.exec(line)?.[1] ?? '');
  const kept = (text === '' ? `${header}\n` : text).split('\n').filter((line) => !isManaged(line));
  while (kept.at(-1)?.trim() === '') kept.pop();
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoted(name, value)}`);
  return `${[...kept, ...lines].join('\n')}\n`;
}

/** In the quotes in which it reads back as it is: between double ones `\n` is a line break. */
function quoted(name: string, value: string): string {
  if (/^[\w@%+=:,./~!?&*()-]+$/.test(value)) return value;
  const quote = ["'", '"', '`'].find((each) => {
    const read = parseEnv(`NAME=${each}${value}${each}\n`);
    return !value.includes(each) && read.NAME === value;
  });
  if (quote === undefined || /\p{Cc}/u.test(value))
    throw new StartError(`${name} can't be written to a settings file; set it in the environment.`);
  return `${quote}${value}${quote}`;
}

/** Readable by its owner alone, whole or not there. Raises StartError. */
export async function writeSettingsFile(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(aside, 'wx', 0o600);
    await file.writeFile(text).finally(() => file.close());
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true });
    throw new StartError(`${path} can't be written (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    });
  }
}
