import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { RawClient } from '../doors/raw-client.ts';

/** One answer as it came over the wire; header names in lower case, the body as JSON where it is that. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A connection on which a test says every byte itself, and reads answers instead of text. */
export class RawSocket extends RawClient {
  readonly #key: string;

  constructor({ url, key }: { url: string; key: string }) {
    super(Number(new URL(url).port));
    this.#key = key;
  }

  /** The head of a request with the key; `extra` are whole header lines without their ends. */
  head(method: string, path: string, ...extra: string[]): string {
    const lines = [
      `${method} ${path} HTTP/1.1`,
      'Host: test',
      `Authorization: Bearer ${this.#key}`,
      ...extra,
    ];
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  /** The answers that are here whole, 100 Continue among them. */
  answers(): RawAnswer[] {
    const answers: RawAnswer[] = [];
    let rest = this.received;
    for (;;) {
      const end = rest.indexOf('\r\n\r\n');
      if (end === -1) return answers;
      const [first = '', ...lines] = rest.slice(0, end).split('\r\n');
      const headers = Object.fromEntries(
        lines.map((line) => {
          const colon = line.indexOf(':');
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
        }),
      );
      const status = Number(first.split(' ')[1]);
      const size = status === 100 ? 0 : Number(headers['content-length']);
      const body = rest.slice(end + 4, end + 4 + size);
      if (body.length < size) return answers;
      answers.push({ status, headers, body: jsonOf(body) });
      rest = rest.slice(end + 4 + size);
    }
  }

  /** The answer at `index`; fails when it is not there within `within` milliseconds. */
  async answer(index = 0, within = 10_000): Promise<RawAnswer> {
    for (const until = Date.now() + within; Date.now() < until; await sleep(5)) {
      const found = this.answers()[index];
      if (found) return found;
    }
    throw new Error(`answer ${index} never came; received: ${JSON.stringify(this.received)}`);
  }

  /** Waits until the service has closed the connection; fails when it has not within `within` milliseconds. */
  async assertClosed(within: number): Promise<void> {
    const stillOpen = sleep(within, 'still open', { ref: false });
    assert.notEqual(await Promise.race([this.closed, stillOpen]), 'still open');
  }
}

function jsonOf(received: string): unknown {
  const text = Buffer.from(received, 'latin1').toString();
  return text === '' ? null : JSON.parse(text);
}
