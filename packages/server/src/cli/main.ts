import { StartError, StrongroomError } from '../errors.ts';
import { UsageError } from './usage.ts';

/**
 * The command `strongroom`. Sets the exit code: 0 done, 1 failed (one line on standard error says why),
 * 2 the command line is wrong. Each command is loaded when it is asked for, so that `serve` loads none of the others.
 * @param words the command line without node and script
 */
export async function main(words: readonly string[]): Promise<void> {
  // The service goes on when nobody reads its lines any more; a command has nothing else to give.
  if (words[0] !== 'serve') {
    process.stdout.on('error', unheard);
    // Words about it that nobody hears end nothing.
    process.stderr.on('error', () => {});
  }
  try {
    await run(words);
  } catch (error) {
    process.exitCode = error instanceof UsageError ? 2 : 1;
    const { tame } = await import('./output.ts');
    process.stderr.write(`strongroom: ${tame(explain(error))}\n`);
    if (error instanceof UsageError) process.stderr.write(`\n${await usage(words[0])}\n`);
  }
}

/** Whoever reads may go away (`strongroom doctor | head`), or a file's disk may be full. */
function unheard({ message }: Error): void {
  process.exitCode = 1;
  process.stderr.write(`strongroom: what it says can't be written: ${message}\n`);
}

async function run([command, ...words]: readonly string[]): Promise<void> {
  if (command !== undefined && asksForHelp(words)) return help([command]);
  switch (command) {
    case 'serve':
      return serve(words);
    case 'setup':
      return (await import('./setup.ts')).setup(words);
    case 'keys':
      return (await import('./keys.ts')).keys(words);
    case 'doctor':
      return (await import('./doctor.ts')).doctor(words);
    case 'upload':
      return (await import('./upload.ts')).upload(words);
    case 'ls':
      return (await import('./ls.ts')).ls(words);
    case 'info':
      return (await import('./info.ts')).info(words);
    case 'get':
      return (await import('./get.ts')).get(words);
    case 'link':
      return (await import('./link.ts')).link(words);
    case 'rm':
      return (await import('./rm.ts')).rm(words);
    case 'archive':
    case 'unarchive':
    case 'restore':
      return (await import('./moves.ts')).move(command, words);
    case 'completion':
      return (await import('./completion.ts')).completion(words);
    case 'help':
    case '--help':
    case '-h':
      return help(words);
    case '--version':
    case '-v':
      return void process.stdout.write(`${(await import('./version.ts')).version()}\n`);
    case undefined:
      throw new UsageError('a command is missing');
    default:
      throw await unknownCommand(command);
  }
}

/** What follows `--` are names, whatever they look like. */
function asksForHelp(words: readonly string[]): boolean {
  const end = words.indexOf('--');
  const options = end < 0 ? words : words.slice(0, end);
  return options.includes('--help') || options.includes('-h');
}

async function serve(words: readonly string[]): Promise<void> {
  if (words.length > 0) {
    const { commandLine } = await import('./command-line.ts');
    const line = commandLine('serve', words);
    if (line.words.length > 0)
      throw new UsageError(`serve takes nothing more, not "${line.words.join(' ')}"`);
    const file = line.text('settings');
    if (file !== undefined) process.env.STRONGROOM_SETTINGS_FILE = file;
  }
  await import('../main.ts');
}

async function help([name, ...more]: readonly string[]): Promise<void> {
  const { commandOf } = await import('./commands.ts');
  const { helpOf, overview } = await import('./help.ts');
  if (name === undefined) return void process.stdout.write(overview());
  const command = commandOf(name);
  if (more.length > 0) throw new UsageError(`help takes one command, not "${[name, ...more].join(' ')}"`);
  if (command === null) throw await unknownCommand(name);
  process.stdout.write(helpOf(command));
}

/** The usage of the command that was meant; without one, all commands. */
async function usage(name: string | undefined): Promise<string> {
  const { commandOf } = await import('./commands.ts');
  const { overview, usageOf } = await import('./help.ts');
  const command = name === undefined || name === 'help' ? null : commandOf(name);
  return command === null
    ? overview().trimEnd()
    : `${usageOf(command)}\nMore: strongroom help ${command.name}`;
}

async function unknownCommand(name: string): Promise<UsageError> {
  const { commands } = await import('./commands.ts');
  const { nearest } = await import('../settings/values.ts');
  const near = nearest(
    name,
    commands.map((each) => each.name),
  );
  return new UsageError(`there is no command "${name}"; the nearest is ${near}`);
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
