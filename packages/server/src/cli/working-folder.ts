import { StartError } from '../errors.ts';

/** Where relative paths start, and the config file is looked for. Raises StartError where it was deleted under the shell. */
export function workingFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new StartError(
      `The folder that this was started in is gone, or can't be read (${code}): change to one that is there (cd), and start it again.`,
      { cause: error },
    );
  }
}
