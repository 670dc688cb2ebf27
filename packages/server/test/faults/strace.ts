import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One system call of a traced process, in the words of strace(1). */
export interface SystemCall {
  readonly name: string;
  /** The paths among its arguments; for a call on a descriptor, the path that was opened as it. */
  readonly paths: readonly string[];
  /** What it returned; -1 is a failure. */
  readonly result: number;
  /** Lines of the trace. Another thread's call may lie between the two. */
  readonly began: number;
  readonly ended: number;
}

/** Why nothing can be traced here, or null. */
export function cantTrace(): string | null {
  const { error, status, stderr } = spawnSync('strace', ['-o', '/dev/null', 'true'], { encoding: 'utf8' });
  if (error) return 'strace is not installed';
  return status === 0 ? null : `strace does not work here: ${stderr.trim()}`;
}

/** Runs `command` under strace with `options`. `calls` are in the order in which they began. */
export function trace(
  traceFile: string,
  options: readonly string[],
  command: readonly string[],
  env: object = {},
) {
  const { stdout, stderr } = spawnSync('strace', ['-f', '-o', traceFile, ...options, ...command], {
    encoding: 'utf8',
    // strace does not see what io_uring does.
    env: { ...process.env, ...env, UV_USE_IO_URING: '0' },
  });
  return { stdout, stderr, calls: parse(readFileSync(traceFile, 'utf8')) };
}

type Begun = Pick<SystemCall, 'name' | 'paths' | 'began'>;

function parse(text: string): SystemCall[] {
  const calls: SystemCall[] = [];
  const opened = new Map<number, string>();
  const unfinished = new Map<string, Begun>();
  for (const [at, line] of text.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const [, name, parameters = ''] = /^(\w+)\((.*)$/.exec(rest) ?? [];
    const begun = name ? { name, paths: pathsIn(parameters, opened), began: at } : unfinished.get(thread);
    if (!begun) continue;
    if (rest.endsWith('<unfinished ...>')) {
      unfinished.set(thread, begun);
      continue;
    }
    unfinished.delete(thread);
    const result = Number(/\) += (-?\d+)[^=]*$/.exec(rest)?.[1] ?? Number.NaN);
    calls.push({ ...begun, result, ended: at });
    if (begun.name === 'openat' && result >= 0) opened.set(result, begun.paths[0] ?? '');
  }
  return calls.sort((a, b) => a.began - b.began);
}

function pathsIn(parameters: string, opened: ReadonlyMap<number, string>): string[] {
  const descriptor = /^\d+/.exec(parameters)?.[0];
  if (descriptor !== undefined) return [opened.get(Number(descriptor)) ?? `descriptor ${descriptor}`];
  return [...parameters.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((match) => match[1] ?? '');
}
