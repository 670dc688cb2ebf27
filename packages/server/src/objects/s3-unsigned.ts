import type { Readable } from 'node:stream';
import { type Answer, S3Error } from './s3-error.ts';

export interface Unsigned {
  readonly operation: string;
  readonly method: 'GET' | 'OPTIONS' | 'PUT';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | null;
  readonly signal: AbortSignal;
}

/** Milliseconds. */
const answerWithin = 10_000;

/** Bytes of an answer that are read: what is asked for here is shorter. */
const most = 64 * 1024;

/**
 * Asks as a stranger or a browser does: without a signature of ours. `body` is the beginning of the answer's. Raises S3Error
 * only when no answer comes.
 */
export async function unsigned({
  operation,
  method,
  url,
  headers = {},
  body = null,
  signal,
}: Unsigned): Promise<{ status: number; headers: Answer; body: string }> {
  // Few starts ask as a stranger, and the index of undici is large (s3-pool.ts).
  const { request } = await import('undici');
  try {
    const answer = await request(url, {
      method,
      headers,
      body,
      signal,
      headersTimeout: answerWithin,
      bodyTimeout: answerWithin,
    });
    return { status: answer.statusCode, headers: answer.headers, body: await beginning(answer.body) };
  } catch (error) {
    signal.throwIfAborted();
    const code = (error as { code?: unknown }).code;
    throw new S3Error({
      operation,
      key: '',
      code: typeof code === 'string' ? code : 'NoAnswer',
      status: null,
    });
  }
}

/** Whatever answers may have no end: it is not waited for. */
async function beginning(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).toString();
}
