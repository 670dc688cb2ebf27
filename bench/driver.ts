import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Agent } from 'undici';

/** One request of a load. Paths are relative to the server's origin, unless another one's is named. */
export interface Sent {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH';
  readonly path: string;
  readonly origin?: string;
  readonly headers: Record<string, string>;
  readonly body?: Buffer | Readable;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What a round took, seen from outside. */
export interface Timing {
  /** Seconds from the first request to the last answer. */
  readonly seconds: number;
  /** Milliseconds of every request. */
  readonly latencies: number[];
}

export type Send = (sent: Sent) => Promise<Answer>;

export interface Load {
  readonly requests: number;
  readonly concurrency: number;
  /** Sends what the request number `index` stands for, which may be several, and raises an Error when an answer is wrong. */
  readonly act: (index: number, send: Send) => Promise<void>;
}

/** A client with kept-alive connections. Whatever is wrong with an answer ends the load with an Error. */
export class Driver implements AsyncDisposable {
  readonly #origin: string;
  readonly #agent = new Agent({ connections: 32, headersTimeout: 300_000, bodyTimeout: 300_000 });

  constructor(origin: string) {
    this.#origin = origin;
  }

  async run(load: Load, signal: AbortSignal): Promise<Timing> {
    const latencies: number[] = [];
    const send = (sent: Sent) => this.send(sent, signal);
    let next = 0;
    const client = async () => {
      for (let index = next++; index < load.requests; index = next++) {
        const begun = performance.now();
        await load.act(index, send);
        latencies.push(performance.now() - begun);
      }
    };
    const begun = performance.now();
    await Promise.all(Array.from({ length: load.concurrency }, client));
    return { seconds: (performance.now() - begun) / 1000, latencies };
  }

  async send(sent: Sent, signal: AbortSignal): Promise<Answer> {
    const { statusCode, headers, body } = await this.#agent.request({
      origin: this.#origin,
      ...sent,
      signal,
    });
    return { status: statusCode, headers, body: Buffer.from(await body.arrayBuffer()) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Raises an Error unless the answer is 201 and names the digest and size of what was sent. Answers the document's id. */
export function assertStored(answer: Answer, sent: { sha256: string; size: number }): string {
  const text = answer.body.toString();
  if (answer.status !== 201) throw new Error(`an upload was answered ${answer.status}: ${text}`);
  const document = JSON.parse(text) as { id: string; sha256: string; size: number };
  if (document.sha256 !== sent.sha256 || document.size !== sent.size) {
    throw new Error(`an upload of ${sent.size} bytes with SHA-256 ${sent.sha256} was answered ${text}`);
  }
  return document.id;
}

/** Raises an Error unless the answer is 200 and holds what was sent; the digest is looked at in every fiftieth. */
export function assertContent(answer: Answer, sent: { sha256: string; size: number }, index: number): void {
  if (answer.status !== 200) throw new Error(`a download was answered ${answer.status}: ${answer.body}`);
  if (answer.body.length !== sent.size) throw new Error(`a download gave ${answer.body.length} bytes`);
  if (index % 50 > 0) return;
  const sha256 = createHash('sha256').update(answer.body).digest('hex');
  if (sha256 !== sent.sha256) throw new Error(`a download gave other bytes: SHA-256 ${sha256}`);
}

/** Raises an Error unless the answer is 200 and holds one document. */
export function assertRecord(answer: Answer): void {
  if (answer.status !== 200) throw new Error(`a look was answered ${answer.status}: ${answer.body}`);
  if (!(JSON.parse(answer.body.toString()) as { sha256?: string }).sha256)
    throw new Error(`a look gave ${answer.body}`);
}

/** Raises an Error unless the answer is 201 and holds a link. */
export function assertLink(answer: Answer): void {
  if (answer.status === 201 && /"url":"http[^"]*\/l\/[^"]{20,}"/.test(answer.body.toString())) return;
  throw new Error(`a link was answered ${answer.status}: ${answer.body}`);
}

/** Raises an Error unless the answer is 200 and holds a whole page of 50. */
export function assertPage(answer: Answer): void {
  if (answer.status !== 200) throw new Error(`a list was answered ${answer.status}: ${answer.body}`);
  const { items } = JSON.parse(answer.body.toString()) as { items: unknown[] };
  if (items.length !== 50) throw new Error(`a list gave ${items.length} documents`);
}
