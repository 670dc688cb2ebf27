import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Answer } from './s3-error.ts';

/** What is wanted of an answer's body: nothing, all of it in one piece, or its bytes as they come. */
export type Wanted = 'head' | 'whole' | 'stream';

export interface Answered {
  readonly status: number;
  readonly headers: Answer;
  /** Empty where nothing was wanted. A refusal (300 and above) is always whole. */
  readonly body: Buffer | Readable;
}

interface Question {
  readonly wanted: Wanted;
  /** The most bytes that a whole body may have. */
  readonly most: number;
  readonly signal: AbortSignal | undefined;
  /** Turns what undici or the signal raised into what the reader of a stream is to hear. */
  readonly explain: (error: unknown) => Error;
}

const nothing = Buffer.alloc(0);

/** The most bytes of a refusal that are read, whatever was wanted: its reason is longer than a small document. */
const mostOfRefusal = 64 * 1024;

/**
 * One request and its answer, as undici drives them (its `dispatch`). undici's own `request` makes a stream of every
 * answer, which for the empty answer to a PUT and for a small document costs more than all else that the client does.
 * `answered` is what undici raised, unexplained, when nothing came.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly answered: Promise<Answered>;
  readonly #settle: PromiseWithResolvers<Answered>;
  readonly #question: Question;
  #controller: Dispatcher.DispatchController | null = null;
  #head: Omit<Answered, 'body'> | null = null;
  #chunks: Buffer[] | null = null;
  #length = 0;
  #stream: AnswerStream | null = null;
  #ended = false;

  constructor(question: Question) {
    this.#question = question;
    this.#settle = Promise.withResolvers<Answered>();
    this.answered = this.#settle.promise;
    const { signal } = question;
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener('abort', this.#abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#ended) controller.abort(this.#reason);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Answer): void {
    // Informational ones come before the answer (RFC 9110 §15.2).
    if (status < 200) return;
    const { wanted, explain } = this.#question;
    this.#head = { status, headers };
    if (status >= 300 || wanted === 'whole') this.#chunks = [];
    else if (wanted === 'head') this.#settle.resolve({ status, headers, body: nothing });
    else {
      this.#stream = new AnswerStream(controller, explain);
      this.#settle.resolve({ status, headers, body: this.#stream });
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#stream?.give(chunk);
    if (this.#chunks === null) return;
    const most = this.#isRefused ? mostOfRefusal : this.#question.most;
    this.#length += chunk.length;
    if (this.#length <= most) this.#chunks.push(chunk);
    else controller.abort(Object.assign(new Error('answer too long'), { code: 'AnswerTooLong' }));
  }

  onResponseEnd(): void {
    this.#end();
    this.#stream?.finish();
    if (this.#chunks && this.#head) {
      this.#settle.resolve({ ...this.#head, body: joined(this.#chunks, this.#length) });
    }
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    this.#end();
    if (this.#stream) this.#stream.destroy(error);
    // What S3 refused counts, also where its reason was cut off.
    else if (this.#head && this.#isRefused)
      this.#settle.resolve({ ...this.#head, body: joined(this.#chunks ?? [], this.#length) });
    else this.#settle.reject(error);
  }

  get #isRefused(): boolean {
    return this.#head !== null && this.#head.status >= 300;
  }

  get #reason(): Error {
    const { reason } = this.#question.signal ?? {};
    return reason instanceof Error ? reason : new Error('aborted');
  }

  readonly #abort = (): void => {
    this.#end();
    // Before it has begun nobody else tells.
    if (this.#controller === null) this.#settle.reject(this.#reason);
    else this.#controller.abort(this.#reason);
  };

  #end(): void {
    this.#ended = true;
    this.#question.signal?.removeEventListener('abort', this.#abort);
  }
}

/** The bytes of an answer at their reader's pace. Destroyed before its end it takes the connection along. */
class AnswerStream extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  readonly #explain: (error: unknown) => Error;
  #finished = false;

  constructor(controller: Dispatcher.DispatchController, explain: (error: unknown) => Error) {
    super();
    this.#controller = controller;
    this.#explain = explain;
  }

  give(chunk: Buffer): void {
    if (!this.push(chunk)) this.#controller.pause();
  }

  finish(): void {
    this.#finished = true;
    this.push(null);
  }

  override _read(): void {
    this.#controller.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#finished) this.#controller.abort(error ?? new Error('nobody reads on'));
    done(error ? this.#explain(error) : null);
  }
}

function joined(chunks: readonly Buffer[], length: number): Buffer {
  const [only] = chunks;
  return only && chunks.length === 1 ? only : Buffer.concat(chunks, length);
}
