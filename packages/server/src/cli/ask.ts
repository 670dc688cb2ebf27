import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';

/** Ctrl-C, Ctrl-D or the end of the input in place of an answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

export interface Asking {
  /** Its answer is not shown. */
  readonly hidden?: boolean;
}

/** Asks on the terminal, and gives the line that was typed, trimmed. Rejects with NoAnswer. */
export function ask(question: string, { hidden = false }: Asking = {}): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({
    input: process.stdin,
    output: hidden ? nowhere : process.stderr,
    terminal: process.stdin.isTTY === true,
    // What it draws on a change it draws whole, the question included.
    prompt: hidden ? '' : question,
    historySize: 0,
  });
  // After the terminal was told to hand on each key: one that is pressed at once is no signal to the process.
  process.stderr.write(question);
  return new Promise<string>((resolve, reject) => {
    lines.once('line', (line) => resolve(line.trim()));
    lines.once('SIGINT', () => reject(new NoAnswer()));
    lines.once('close', () => reject(new NoAnswer()));
  }).finally(() => {
    lines.close();
    if (hidden) process.stderr.write('\n');
  });
}

/** Whether the answer to `question` is yes; anything else, and no answer, is no. */
export async function agreed(question: string): Promise<boolean> {
  try {
    return /^y(es)?$/i.test(await ask(`${question} [y/N] `));
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    process.stderr.write('\n');
    return false;
  }
}
