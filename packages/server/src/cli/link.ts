import { duration } from '../settings/values.ts';
import { commandLine, oneWord } from './command-line.ts';
import { connect, told } from './connect.ts';
import { note, print, printJson } from './output.ts';
import { UsageError } from './usage.ts';

/** `strongroom link ID`: prints a URL that opens the document without credentials. */
export async function link(given: readonly string[]): Promise<void> {
  const line = commandLine('link', given);
  const id = oneWord('link', 'ID', line);
  const expiresIn = secondsIn(line.text('expires') ?? '5m');
  const disposition = line.flag('inline') ? 'inline' : 'attachment';
  try {
    const made = await connect(line).link(id, { expiresIn, disposition });
    if (line.flag('json')) return printJson(made);
    print(made.url);
    note(`Opens the document until ${made.expiresAt}, for whoever has it.`);
  } catch (error) {
    throw told(error);
  }
}

function secondsIn(text: string): number {
  const milliseconds = duration(text);
  if (milliseconds === undefined || milliseconds < 1000 || milliseconds > 7 * 86_400_000)
    throw new UsageError('--expires takes a time from 1s to 7d, such as 30s, 10m, 2h');
  return Math.round(milliseconds / 1000);
}
