/** The command `strongroom` as a user runs it: its own process, in a folder of its own. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Ending } from '../harness.ts';
import { watchOutput } from '../secrecy/watch.ts';

export const bin = fileURLToPath(new URL('../../bin/strongroom', import.meta.url));
export const commandEnv = {
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  HOME: tmpdir(),
  NO_COLOR: '1',
};

export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What stands on its standard input; it has none otherwise. */
  readonly input?: string;
}

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<Ended>;
}

export function begin(t: Ending, words: readonly string[], { cwd, env = {} }: CommandOptions): Running {
  const child = spawn(process.execPath, [bin, ...words], { cwd, env: { ...commandEnv, ...env } });
  watchOutput(child, env, ['stderr']);
  t.after(() => child.kill('SIGKILL'));
  // One that needs none does not wait for it.
  child.stdin.on('error', () => {});
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  return { child, output, ended: once(child, 'close').then(([code]) => ({ code, ...output })) };
}

export function run(t: Ending, words: readonly string[], options: CommandOptions): Promise<Ended> {
  const { child, ended } = begin(t, words, options);
  child.stdin.end(options.input ?? '');
  return ended;
}
