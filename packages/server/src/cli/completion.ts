import { type Command, commands, type Option } from './commands.ts';
import { print } from './output.ts';
import { UsageError } from './usage.ts';

const shells: Readonly<Record<string, () => string>> = { bash, zsh, fish };

/** `strongroom completion bash|zsh|fish`: prints what a shell is to read. */
export function completion(words: readonly string[]): void {
  const [shell = '', ...more] = words;
  const script = more.length === 0 && Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (script === undefined)
    throw new UsageError(`completion takes bash, zsh or fish, not "${words.join(' ')}"`);
  print(script());
}

const names = commands.map(({ name }) => name);
const dashed = ({ name, short }: Option) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])];

/** What follows an option that takes a value, and what stands elsewhere. */
function bashCase({ name, options, words }: Command): string {
  const values = options
    .filter(({ value }) => value !== undefined)
    .map((option) => `        ${dashed(option).join('|')}) ${bashOffer(option.offers)} ;;`);
  const flags = [...options.flatMap(dashed), '--help'];
  const own = name === 'help' ? names : words;
  const offer =
    own === 'file' ? 'compgen -f -- "$current"' : `compgen -W '${(own ?? []).join(' ')}' -- "$current"`;
  return `    ${name})
      case "$previous" in
${values.length === 0 ? '' : `${values.join('\n')}\n`}        *)
          if [[ "$current" == -* ]]; then COMPREPLY=($(compgen -W '${flags.join(' ')}' -- "$current"))
          else ${own === 'file' ? 'compopt -o filenames 2>/dev/null; ' : ''}mapfile -t COMPREPLY < <(${offer}); fi ;;
      esac ;;`;
}

function bashOffer(offers: Option['offers']): string {
  if (offers === 'file')
    return 'compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$current")';
  return offers === undefined
    ? 'COMPREPLY=()'
    : `COMPREPLY=($(compgen -W '${offers.join(' ')}' -- "$current"))`;
}

function bash(): string {
  return `# strongroom completion for bash: source <(strongroom completion bash)
_strongroom() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W '${[...names, '--help', '--version'].join(' ')}' -- "$current"))
    return
  fi
  case "$command" in
${commands.map(bashCase).join('\n')}
  esac
}
complete -F _strongroom strongroom`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** In zsh's descriptions these have meanings of their own. */
const zshText = (text: string) => text.replaceAll(/[[\]:\\]/g, '\\$&');

function zshOption(option: Option): string[] {
  const { says, value, offers, many } = option;
  const action =
    value === undefined
      ? ''
      : `:${value}:${offers === 'file' ? '_files' : offers === undefined ? '' : `(${offers.join(' ')})`}`;
  const others = many ? '*' : `(${dashed(option).join(' ')})`;
  return dashed(option).map((name) => quoted(`${others}${name}[${zshText(says)}]${action}`));
}

function zshCase({ name, options, words }: Command): string {
  const own = name === 'help' ? names : words;
  const rest =
    own === 'file' ? ["'*:file:_files'"] : own === undefined ? [] : [`'1:word:(${own.join(' ')})'`];
  const all = [...options.flatMap(zshOption), "'--help[Tells what it takes.]'", ...rest];
  return `    ${name}) _arguments ${all.join(' ')} ;;`;
}

function zsh(): string {
  return `#compdef strongroom
# strongroom completion for zsh: source <(strongroom completion zsh)
_strongroom() {
  if (( CURRENT == 2 )); then
    local -a names=(${commands.map(({ name, says }) => quoted(`${name}:${zshText(says)}`)).join(' ')})
    _describe command names
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(zshCase).join('\n')}
  esac
}
compdef _strongroom strongroom`;
}

function fishOption(command: string, { name, short, value, offers, says }: Option): string {
  const parts = [
    `complete -c strongroom -n '__fish_seen_subcommand_from ${command}' -l ${name}`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    ...(value === undefined ? [] : [offers === 'file' ? '-r -F' : '-x']),
    ...(Array.isArray(offers) ? [`-a ${quoted(offers.join(' '))}`] : []),
    `-d ${quoted(says)}`,
  ];
  return parts.join(' ');
}

function fishCommand({ name, says, options, words }: Command): string {
  const own = name === 'help' ? names : words;
  const seen = `-n '__fish_seen_subcommand_from ${name}'`;
  return [
    `complete -c strongroom -n __fish_use_subcommand -a ${name} -d ${quoted(says)}`,
    ...options.map((option) => fishOption(name, option)),
    ...(own === 'file' ? [`complete -c strongroom ${seen} -F`] : []),
    ...(Array.isArray(own) ? [`complete -c strongroom ${seen} -a ${quoted(own.join(' '))}`] : []),
  ].join('\n');
}

function fish(): string {
  return `# strongroom completion for fish: strongroom completion fish | source
complete -c strongroom -f
${commands.map(fishCommand).join('\n')}`;
}
