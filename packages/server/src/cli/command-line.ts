import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { nearest } from '../settings/values.ts';
import { commandOf, type Option } from './commands.ts';
import { UsageError } from './usage.ts';

/** A command line that was read. An option that was not given is undefined. */
export interface CommandLine {
  readonly words: readonly string[];
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  flag(option: string): boolean;
}

/** Reads what follows the command's name, by the table of commands. Raises UsageError, which names what is near. */
export function commandLine(name: string, given: readonly string[]): CommandLine {
  const options = commandOf(name)?.options ?? [];
  const { values, positionals } = parsed(given, options);
  return {
    words: positionals,
    text: (option) => values[option]?.at(-1) as string | undefined,
    texts: (option) => (values[option] ?? []) as string[],
    flag: (option) => values[option] !== undefined,
  };
}

function parsed(given: readonly string[], options: readonly Option[]) {
  const config: ParseArgsOptionsConfig = Object.fromEntries(
    options.map(({ name, short, value }) => [
      name,
      {
        type: value === undefined ? ('boolean' as const) : ('string' as const),
        multiple: true,
        ...(short === undefined ? {} : { short }),
      },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: [...given], options: config, allowPositionals: true });
    return { values: values as Record<string, (string | boolean)[] | undefined>, positionals };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? unknown(message, options) : message);
  }
}

/** Node's message goes on about positional arguments, which nobody means here. */
function unknown(message: string, options: readonly Option[]): string {
  const [, given = ''] = /'(-{1,2}[^' ]+)/.exec(message) ?? [];
  // With another first letter something else was meant.
  const like = options.map(({ name }) => name).filter((name) => given.startsWith(`--${name.charAt(0)}`));
  const near = like.length === 0 ? '' : `; the nearest is --${nearest(given.slice(2), like)}`;
  return `Unknown option '${given}'${near}`;
}

/** The one word that a command takes. Raises UsageError. */
export function oneWord(command: string, what: string, { words }: CommandLine): string {
  const [word, ...more] = words;
  if (word === undefined || more.length > 0) throw new UsageError(`${command} takes one ${what}`);
  return word;
}

/** The words of a command that takes one or several. Raises UsageError. */
export function someWords(command: string, what: string, { words }: CommandLine): readonly string[] {
  if (words.length === 0) throw new UsageError(`${command} takes one ${what} or several`);
  return words;
}
