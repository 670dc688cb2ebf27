import { idOf, makeKey } from '../access/api-keys.ts';
import type { ApiKeyRecord, KeyRecords } from '../access/key-records.ts';
import { isScope, type KeyLimits, prefixProblem, scopes } from '../access/scopes.ts';
import { StartError } from '../errors.ts';
import { readSettings, type Settings } from '../settings.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { environment } from './environment.ts';
import { plain, print, printJson } from './output.ts';
import { makeSignInCode } from './sign-in-code.ts';
import { UsageError } from './usage.ts';
import { workingFolder } from './working-folder.ts';

interface Options {
  readonly name?: string;
  readonly limits: KeyLimits;
  readonly json: boolean;
}

/**
 * `strongroom keys create|list|code|revoke`, straight on the records: no server is needed and a running one is not disturbed.
 * What was asked for goes to standard output, words about it to standard error, so that `$(strongroom keys create)` is a key.
 */
export async function keys(words: readonly string[]): Promise<void> {
  const { command, id, options, settingsFile } = parse(words);
  const cwd = workingFolder();
  const source = environment(cwd, settingsFile);
  const { settings, warnings } = await readSettings(source.env, { cwd });
  for (const warning of [...source.warnings, ...warnings]) process.stderr.write(`strongroom: ${warning}\n`);
  // Loading every part of the service takes a moment, which a mistyped command or setting need not wait for.
  const { openRecords } = await import('../compose.ts');
  const records = await openRecords(settings, { serving: false });
  try {
    await records.connect();
    if (command === 'create') await create(records, options);
    else if (command === 'list') await list(records, options);
    else if (command === 'code') await signInCode(records, settings, id, options);
    else await revoke(records, id, options);
  } finally {
    await records.close();
  }
}

const idsTaken: Readonly<Record<string, 'no ID' | 'one ID' | 'at most one ID'>> = {
  create: 'no ID',
  list: 'no ID',
  code: 'at most one ID',
  revoke: 'one ID',
};

function parse(given: readonly string[]): {
  command: string;
  id: string;
  options: Options;
  settingsFile: string | undefined;
} {
  const line = commandLine('keys', given);
  const [command = '', id = '', ...more] = line.words;
  const ids = idsTaken[command];
  if (ids === undefined) throw new UsageError(`keys takes create, list, code or revoke, not "${command}"`);
  if (more.length > 0 || (id === '' ? ids === 'one ID' : ids === 'no ID'))
    throw new UsageError(`keys ${command} takes ${ids}`);
  for (const name of ['name', 'scope', 'record-prefix'])
    if (line.flag(name) && command !== 'create') throw new UsageError(`--${name} goes with keys create`);
  const name = line.text('name');
  if (name !== undefined && !/^\P{Cc}{1,100}$/u.test(name))
    throw new UsageError('--name takes 1 to 100 characters, no control characters among them');
  const options = {
    json: line.flag('json'),
    limits: limitsOf(line),
    ...(name === undefined ? {} : { name }),
  };
  return { command, id, options, settingsFile: line.text('settings') };
}

/** Several scopes by several options, or with commas between. */
function limitsOf(line: CommandLine): KeyLimits {
  const given = line.flag('scope') ? line.texts('scope').flatMap((each) => each.split(',')) : null;
  const unknown = given?.find((scope) => !isScope(scope));
  if (unknown !== undefined)
    throw new UsageError(`--scope takes ${Object.keys(scopes).join(', ')}, not "${unknown}"`);
  const recordPrefix = line.text('record-prefix') ?? null;
  const problem = recordPrefix === null ? null : prefixProblem(recordPrefix);
  if (problem !== null) throw new UsageError(`--record-prefix ${problem}`);
  return { scopes: given && [...new Set(given)], recordPrefix };
}

async function create(records: KeyRecords, { name = 'unnamed', limits, json }: Options): Promise<void> {
  const { key, record } = makeKey(name, new Date(), limits);
  await records.createKey(record);
  if (json) return printJson({ ...shown(record), key });
  print(key);
  process.stderr.write(`Made key ${record.id} (${name}). It is shown this once: keep it.\n`);
}

async function list(records: KeyRecords, { json }: Options): Promise<void> {
  const found = await records.keys();
  if (json) return printJson({ items: found.map(shown) });
  if (found.length === 0) process.stderr.write('There are no keys. `strongroom keys create` makes one.\n');
  for (const record of found) {
    const revoked = record.revokedAt === null ? '' : `  revoked ${record.revokedAt.toISOString()}`;
    print(
      `${record.id}  ${record.createdAt.toISOString()}  ${plain(record.name)}${limitsIn(record)}${revoked}`,
    );
  }
}

async function signInCode(
  records: Parameters<typeof makeSignInCode>[0],
  settings: Settings,
  id: string,
  { json }: Options,
): Promise<void> {
  const made = await makeSignInCode(records, settings, id === '' ? null : id);
  if (json) return printJson(made);
  print(made.url);
  process.stderr.write(
    'Open it in a browser: it signs in by itself, once, within an hour. On another page to sign in, type the code.\n',
  );
}

/** Takes the key itself in place of its ID: it is what one has in hand when a key has leaked. It is not said again. */
async function revoke(records: KeyRecords, idOrKey: string, { json }: Options): Promise<void> {
  const id = idOf(idOrKey) ?? idOrKey;
  if (!(await records.revokeKey(id, new Date())))
    throw new StartError(`There is no key ${JSON.stringify(id)}; \`strongroom keys list\` shows the ids.`);
  const record = await records.findKey(id);
  if (json && record !== null) return printJson(shown(record));
  process.stderr.write(`Key ${id} is revoked. A running server refuses it within 5 seconds.\n`);
}

function limitsIn({ scopes, recordPrefix }: KeyLimits): string {
  const records = recordPrefix === null ? '' : `  records ${plain(JSON.stringify(recordPrefix))}…`;
  return `${scopes === null ? '' : `  ${scopes.join(',')}`}${records}`;
}

function shown({ id, name, scopes, recordPrefix, createdAt, revokedAt }: ApiKeyRecord) {
  return { id, name, scopes, recordPrefix, createdAt, revokedAt };
}
