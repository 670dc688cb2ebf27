import { StartError, StrongroomError } from '../errors.ts';
import { help, UsageError } from './usage.ts';
import { version } from './version.ts';

/**
 * The command `strongroom`. Sets the exit code: 0 done, 1 failed (one line on standard error says why),
 * 2 the command line is wrong.
 * @param words the command line without node and script
 */
export async function main(words: readonly string[]): Promise<void> {
  // The service goes on when nobody reads its lines any more; a command has nothing else to give.
  if (words[0] !== 'serve') process.stdout.on('error', unheard);
  try {
    await run(words);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    process.stderr.write(`strongroom: ${explain(error)}\n`);
    if (error instanceof UsageError) process.stderr.write(`\n${help}`);
  }
}

/** Whoever reads may go away (`strongroom doctor | head`), or a file's disk may be full. */
function unheard({ message }: Error): void {
  process.exitCode = 1;
  process.stderr.write(`strongroom: what it says can't be written: ${message}\n`);
}

async function run([command, ...words]: readonly string[]): Promise<void> {
  switch (command) {
    case 'serve':
      if (words.length > 0) throw new UsageError(`serve takes nothing more, not "${words.join(' ')}"`);
      await import('../main.ts');
      return;
    case 'keys':
      return (await import('./keys.ts')).keys(words);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(words);
    case 'help':
    case '--help':
    case '-h':
      process.stdout.write(help);
      return;
    case '--version':
    case '-v':
      process.stdout.write(`${version()}\n`);
      return;
    case undefined:
      throw new UsageError('a command is missing');
    default:
      throw new UsageError(`there is no command "${command}"`);
  }
}

function explain(error: unknown): string {
  if (error instanceof StartError || error instanceof UsageError) return error.message;
  if (error instanceof StrongroomError) return `${error.title}${because(error.cause)}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** What the store or database said. Trying several addresses in vain makes an error that has a code alone. */
function because(cause: unknown): string {
  if (!(cause instanceof Error)) return '';
  const said = cause.message || (cause as NodeJS.ErrnoException).code;
  return said ? `: ${said}` : '';
}
