import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** A program under measurement: node itself, with no npm or shell between. */
export class Child implements AsyncDisposable {
  readonly pid: number;
  readonly process: ChildProcess;
  readonly #name: string;
  readonly #log: string;

  private constructor(name: string, log: string, child: ChildProcess) {
    this.#name = name;
    this.#log = log;
    this.process = child;
    this.pid = child.pid ?? raise(`${name} could not be started`);
    // However the bench ends, nothing of it goes on running. Before what others do at the end, such as removing folders.
    const end = () => child.kill('SIGKILL');
    process.prependOnceListener('exit', end);
    child.once('exit', () => process.off('exit', end));
  }

  /** Starts `node ARGS`. What it prints goes to the file `log`, so that reading it costs nobody CPU. */
  static start(
    name: string,
    args: readonly string[],
    options: { log: string; env: NodeJS.ProcessEnv; ipc: boolean },
  ): Child {
    const out = openSync(options.log, 'w');
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', out, out, ...(options.ipc ? (['ipc'] as const) : [])],
      env: options.env,
    });
    closeSync(out);
    return new Child(name, options.log, child);
  }

  /** Resolves when `ready` does. Raises what the program last printed when it ends or `within` milliseconds pass first. */
  async until<T>(ready: (signal: AbortSignal) => Promise<T>, within = 30_000): Promise<T> {
    const over = new AbortController();
    const ended = this.#end(over.signal).then(() => raise(`${this.#name} ended:\n${this.lastLines()}`));
    const late = wait(within, undefined, { signal: over.signal }).then(() =>
      raise(`${this.#name} was not ready within ${within} ms:\n${this.lastLines()}`),
    );
    const races = [ready(over.signal), ended, late];
    try {
      return (await Promise.race(races)) as T;
    } finally {
      over.abort();
      await Promise.allSettled(races);
    }
  }

  get running(): boolean {
    return this.process.exitCode === null && this.process.signalCode === null;
  }

  /** What it printed last, without the lines that the service logs for every request. */
  lastLines(): string {
    const lines = readFileSync(this.#log, 'utf8').trimEnd().split('\n');
    return lines
      .filter((line) => !line.startsWith('{"level":"info"'))
      .slice(-15)
      .join('\n');
  }

  /** Asks it to stop, and ends it when it has not after 30 seconds. */
  async stop(): Promise<void> {
    if (!this.running) return;
    const ended = this.#end();
    this.process.kill('SIGTERM');
    const killing = setTimeout(() => this.process.kill('SIGKILL'), 30_000);
    await ended;
    clearTimeout(killing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #end(signal?: AbortSignal): Promise<void> {
    if (this.running) await once(this.process, 'exit', signal ? { signal } : {});
  }
}

/** Starts one of the bench's own servers and answers it with the port that it says it listens on. */
export async function startServer(
  script: string,
  args: readonly string[],
  log: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ child: Child; origin: string }> {
  const child = Child.start(script, [new URL(script, import.meta.url).pathname, ...args], {
    log,
    env: { ...process.env, ...environment },
    ipc: true,
  });
  const [port] = await child.until((signal) => once(child.process, 'message', { signal }));
  return { child, origin: `http://127.0.0.1:${port}` };
}

function raise(message: string): never {
  throw new Error(message);
}
