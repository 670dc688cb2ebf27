import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { StartError } from '../errors.ts';

export interface Source {
  /** What settings are read from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Lines for the operator. */
  readonly warnings: readonly string[];
}

/** Read from the folder that a command is started in, when no other is named. */
export const standardFile = 'strongroom.env';

/** Of commands, not of the service, which would warn of them. */
const ofCommands = ['STRONGROOM_SETTINGS_FILE', 'STRONGROOM_URL'];

/**
 * What settings are read from: the environment, and for what it leaves out the settings file, which `strongroom setup`
 * writes: `given`, else the one that STRONGROOM_SETTINGS_FILE names, else strongroom.env in `cwd` where there is one. Its lines are
 * NAME=value, as in files of other programs. The environment of the process stays as it is, so that what it starts
 * inherits no secrets from the file. Raises StartError for a file that can't be read.
 */
export function environment(cwd: string, given?: string | undefined): Source {
  const named = given ?? (process.env.STRONGROOM_SETTINGS_FILE?.trim() || null);
  const path = resolve(cwd, named ?? standardFile);
  const text = textOf(path, named !== null);
  const filled = text === null ? {} : withoutEmpty(parseEnv(text));
  const env: Record<string, string | undefined> = { ...filled, ...withoutEmpty(process.env) };
  for (const name of ofCommands) delete env[name];
  const open = text !== null && (statSync(path).mode & 0o077) !== 0;
  return {
    env,
    warnings: open ? [`${path} can be read by other users of this machine: chmod 600 ${path}`] : [],
  };
}

function textOf(path: string, needed: boolean): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && !needed) return null;
    throw new StartError(`The settings file ${path} can't be read (${code}).`, { cause: error });
  }
}

/** An empty value counts as not set. */
function withoutEmpty(env: NodeJS.Dict<string>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
}
