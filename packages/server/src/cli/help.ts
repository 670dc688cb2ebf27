import { type Command, commands, type Option } from './commands.ts';

/** What `strongroom --help` prints. */
export function overview(): string {
  const list = (remote: boolean) =>
    commands
      .filter((command) => (command.remote ?? false) === remote)
      .map(({ name, says }) => `  ${name.padEnd(11)} ${says}\n`)
      .join('');
  return `Usage: strongroom <command>

Documents, through a running service:
${list(true)}
The service, on this machine:
${list(false)}
  --help, --version

A command with --help tells what it takes. The service is found by STRONGROOM_URL and STRONGROOM_API_KEY; on its own machine
by itself, with its first key. Settings come from the environment, strongroom.env and strongroom.config.{ts,mjs,js,json}.
In a checkout: npm exec -- strongroom <command>
`;
}

export function usageOf({ name, takes }: Command): string {
  return `Usage: strongroom ${name}${takes === '' ? '' : ` ${takes}`}`;
}

/** What `strongroom help COMMAND` prints. */
export function helpOf(command: Command): string {
  const parts = [`${usageOf(command)}\n\n${command.says}\n`];
  if (command.more !== undefined) parts.push(`${command.more}\n`);
  if (command.options.length > 0) {
    const width = Math.max(...command.options.map((option) => written(option).length));
    parts.push(
      command.options.map((option) => `  ${written(option).padEnd(width)}  ${option.says}\n`).join(''),
    );
  }
  parts.push(command.examples.map((example) => `  $ ${example}\n`).join(''));
  return parts.join('\n');
}

function written({ name, short, value, many }: Option): string {
  const begin = short === undefined ? '    ' : `-${short}, `;
  return `${begin}--${name}${value === undefined ? '' : ` ${value}`}${many ? ' …' : ''}`;
}
