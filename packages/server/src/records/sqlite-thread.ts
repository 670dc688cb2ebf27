import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { StartError, StrongroomError } from '../errors.ts';
import type { Answer, Call, Failure, OperationName, WorkerOptions } from './sqlite-calls.ts';

/** Beside this file, and like it .ts in the repository and .js in the package: the compiler does not rename it here. */
const program = new URL(`./sqlite-worker${extname(import.meta.filename)}`, import.meta.url);

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The main thread's end of the worker. Calls of one turn of the event loop go over in one message. When the worker
 * dies, what waits for it fails with `records_unavailable`.
 */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #queue: Call[] = [];
  #number = 0;
  #death: Error | null = null;

  /** Starts a worker and waits until it has opened the records. Raises StartError, `records_unavailable`. */
  static async start(options: WorkerOptions): Promise<SqliteThread> {
    const worker = new Worker(program, { workerData: options });
    const thread = new SqliteThread(worker);
    await new Promise<void>((resolve, reject) => {
      thread.#waiting.set(0, { resolve: resolve as Waiting['resolve'], reject });
      worker.once('message', (failure: Failure | null) => {
        thread.#waiting.delete(0);
        if (failure) reject(toError(failure));
        else resolve();
      });
    });
    worker.on('message', (answers: Answer[]) => thread.#settle(answers));
    return thread;
  }

  private constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('error', (error) => this.#die(error as Error));
    worker.on('exit', (code) => this.#die(new Error(`The records' thread ended with code ${code}.`)));
  }

  get dead(): boolean {
    return this.#death !== null;
  }

  call<T>(operation: OperationName, argument: unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#death) return reject(unavailable(this.#death));
      const number = ++this.#number;
      this.#waiting.set(number, { resolve, reject });
      if (this.#queue.length === 0) setImmediate(() => this.#send());
      this.#queue.push([number, operation, argument]);
    });
  }

  /** Lets the calls before it finish, then ends the worker. */
  async close(): Promise<void> {
    if (this.#death) return;
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve));
    this.#send();
    this.#worker.postMessage(null);
    await ended;
  }

  #send(): void {
    const calls = this.#queue;
    this.#queue = [];
    if (calls.length > 0) this.#worker.postMessage(calls);
  }

  #settle(answers: readonly Answer[]): void {
    for (const [number, failure, value] of answers) {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (failure) waiting?.reject(toError(failure));
      else waiting?.resolve(value as never);
    }
  }

  #die(cause: Error): void {
    this.#death ??= cause;
    for (const { reject } of this.#waiting.values()) reject(unavailable(this.#death));
    this.#waiting.clear();
  }
}

function unavailable(cause: Error): StrongroomError {
  return new StrongroomError('records_unavailable', {}, { cause });
}

function toError(failure: Failure): Error {
  switch (failure.kind) {
    case 'refused':
      return new StrongroomError(failure.code, failure.parameters as never);
    case 'start':
      return new StartError(failure.message);
    case 'unavailable':
      return unavailable(Object.assign(new Error(failure.message), { code: failure.code }));
    case 'internal':
      return new StrongroomError('internal', {}, { cause: new Error(failure.message) });
  }
}
