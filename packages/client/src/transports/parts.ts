import { sender } from '#platform';
import { aborted, StrongroomError, unreachable } from '../error.ts';
import type { ResumableJob } from './job.ts';

/** What the service grants of a direct upload. */
export interface Granted {
  readonly id: string;
  /** Bytes of every part but the last. */
  readonly partSize: number;
  readonly partCount: number;
  /** ISO 8601; null: it is over, the document is there. */
  readonly expiresAt: string | null;
  /** ISO 8601; null: there are none. */
  readonly urlsExpireAt: string | null;
  /** Where parts that have not arrived are to be put: some of them. */
  readonly parts: readonly { readonly number: number; readonly url: string }[];
  /** What has arrived. */
  readonly received?: readonly { readonly number: number; readonly size: number }[];
}

interface Service {
  /** Told before bytes up to `to` leave. */
  readonly leaves: (to: number) => Promise<void>;
  /** URLs for these parts. */
  readonly fresh: (numbers: readonly number[], signal: AbortSignal) => Promise<Granted>;
  /** Told how many bytes are stored after each part. */
  readonly stored: (bytes: number) => Promise<void>;
}

/** Milliseconds before its end at which a URL is not begun with any more, and for which it is good whatever our clock says. */
const [margin, atLeast] = [30_000, 60_000];
/** Parts that URLs are asked for at once. */
const batch = 32;

/** The parts of one direct upload, several on their way at a time. */
export class Parts {
  readonly #job: ResumableJob;
  readonly #granted: Granted;
  readonly #service: Service;
  /** Numbers of those that are neither stored nor on their way. */
  readonly #waiting: number[];
  readonly #urls = new Map<number, { readonly url: string; readonly until: number }>();
  /** Bytes that have left of those on their way. */
  readonly #leaving = new Map<number, number>();
  #asking: Promise<void> = Promise.resolve();
  #stored = 0;
  #reached = false;

  constructor(job: ResumableJob, granted: Granted, service: Service) {
    this.#job = job;
    this.#granted = granted;
    this.#service = service;
    const there = new Set(granted.received?.map(({ number }) => number));
    const all = Array.from({ length: granted.partCount }, (_, index) => index + 1);
    this.#waiting = all.filter((number) => !there.has(number));
    for (const number of there) this.#stored += this.#sizeOf(number);
    this.#keep(granted);
    this.#tell();
  }

  /** Bytes. */
  get stored(): number {
    return this.#stored;
  }

  /** Whether anything has left for the bucket. */
  get reached(): boolean {
    return this.#reached;
  }

  /** Sends all that are not there. Raises what the first that failed did, once the others on their way have ended. */
  async send(signal: AbortSignal): Promise<void> {
    const failures: unknown[] = [];
    const lane = async () => {
      for (let number = this.#next(); number !== undefined; number = this.#next()) {
        if (failures.length > 0) return;
        await this.#sendOne(number, signal).catch((error) => failures.push(error));
      }
    };
    await Promise.all(Array.from({ length: Math.min(8, Math.max(1, this.#job.parallel)) }, lane));
    if (signal.aborted) throw aborted(signal);
    if (failures.length > 0) throw failures[0];
  }

  #next(): number | undefined {
    return this.#waiting.shift();
  }

  async #sendOne(number: number, signal: AbortSignal): Promise<void> {
    let answer = await this.#put(number, signal);
    // It has expired, or its signature has with the credentials of the service.
    if (answer.status === 403) {
      this.#urls.delete(number);
      answer = await this.#put(number, signal);
    }
    if (!answer.ok) {
      const message = `The bucket answered ${answer.status} to a part of the file.`;
      throw new StrongroomError('gateway', message, { status: answer.status, retryable: true });
    }
    this.#stored += this.#sizeOf(number);
    this.#leaving.delete(number);
    await this.#service.stored(this.#stored);
  }

  async #put(number: number, signal: AbortSignal): Promise<Response> {
    const url = await this.#urlOf(number, signal);
    const from = (number - 1) * this.#granted.partSize;
    const to = from + this.#sizeOf(number);
    await this.#service.leaves(to);
    const send = sender(this.#job.part(from, to), (sent) => {
      this.#reached ||= sent > 0;
      this.#leaving.set(number, sent);
      this.#tell();
    });
    const { timeout } = this.#job.connection;
    try {
      const answer = await send({ method: 'PUT', url, headers: new Headers(), signal, timeout });
      await answer.body?.cancel();
      return answer;
    } catch (cause) {
      this.#leaving.delete(number);
      if (signal.aborted) throw aborted(signal);
      throw cause instanceof StrongroomError ? cause : unreachable(url, cause);
    }
  }

  async #urlOf(number: number, signal: AbortSignal): Promise<string> {
    // One at a time: what one has asked for serves the next too.
    const asked = this.#asking.then(() => this.#ask(number, signal));
    this.#asking = asked.catch(() => {});
    await asked;
    return (this.#urls.get(number) as { url: string }).url;
  }

  async #ask(number: number, signal: AbortSignal): Promise<void> {
    if ((this.#urls.get(number)?.until ?? 0) > Date.now()) return;
    const numbers = [number, ...this.#waiting.slice(0, batch - 1)];
    this.#keep(await this.#service.fresh(numbers, signal));
    if (!this.#urls.has(number))
      throw new StrongroomError('unexpected_answer', `There is no URL for part ${number}.`);
  }

  #keep({ parts, urlsExpireAt }: Granted): void {
    const until = Math.max(Date.parse(urlsExpireAt ?? '') - margin || 0, Date.now() + atLeast);
    for (const { number, url } of parts) this.#urls.set(number, { url, until });
  }

  #sizeOf(number: number): number {
    const { partSize } = this.#granted;
    return Math.min(partSize, this.#job.size - (number - 1) * partSize);
  }

  #tell(): void {
    const leaving = [...this.#leaving.values()].reduce((sum, bytes) => sum + bytes, 0);
    this.#job.progress.at(this.#stored + leaving);
  }
}
