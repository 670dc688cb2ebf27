/** A command on a terminal of its own (a pty, by util-linux' script), answered as a person would. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stripVTControlCharacters } from 'node:util';
import type { Ending } from '../harness.ts';
import { bin, type CommandOptions, commandEnv } from './command.ts';

export interface Terminal {
  /** Waits until `what` stands there since the last answer, with a question at the end, then types `answer` and Enter. */
  answer(what: string, answer: string): Promise<void>;
  /** Types as it is, such as `\x03` for Ctrl-C, when `what` has been asked. */
  press(what: string, keys: string): Promise<void>;
  /** All that stood on the terminal. */
  shown(): string;
  readonly ended: Promise<number | null>;
}

export function onTerminal(t: Ending, words: readonly string[], { cwd, env = {} }: CommandOptions): Terminal {
  const command = [process.execPath, bin, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', `stty cols 120; exec ${command}`, '/dev/null'], {
    cwd,
    env: { ...commandEnv, TERM: 'xterm', ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  let [text, answered] = ['', 0];
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  // What is typed before the question stands whole is echoed by the terminal itself, secret or not.
  const waits = (what: string) => {
    const since = plain(text.slice(answered));
    return since.includes(what) && /[:?\]] $/.test(since);
  };
  const asked = async (what: string) => {
    while (!waits(what)) {
      const over = await Promise.race([once(child.stdout, 'data').then(() => false), ended.then(() => true)]);
      if (over && !waits(what)) throw new Error(`it never asked ${what}:\n${plain(text)}`);
    }
    answered = text.length;
  };
  const press = async (what: string, keys: string) => {
    await asked(what);
    child.stdin.write(keys);
  };
  return {
    answer: (what, answer) => press(what, `${answer}\r`),
    press,
    shown: () => plain(text),
    ended,
  };
}

const plain = (text: string) => stripVTControlCharacters(text).replaceAll('\r', '');
