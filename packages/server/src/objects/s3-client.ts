import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import { StrongroomError } from '../errors.ts';
import type { CredentialSource } from './s3-credentials.ts';
import type { Endpoint } from './s3-endpoint.ts';
import { type Answer, isPassing, S3Error, toDomain } from './s3-error.ts';
import { type Answered, Exchange, type Wanted } from './s3-exchange.ts';
import type { Streamed } from './s3-payload.ts';
import { Pool } from './s3-pool.ts';
import { assumedOf, type S3Profile } from './s3-profile.ts';
import { text } from './s3-xml.ts';
import { emptyHash, encodePath, encodeQuery, Signer } from './sigv4.ts';

export interface S3Request {
  /** As the S3 API names it; for errors. */
  readonly operation: string;
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** The whole key; without it the call is about the bucket. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | Streamed;
  /** `x-amz-content-sha256` of the body. */
  readonly hash?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer's headers, once the body is sent, and without progress while it is sent. */
  readonly answerWithin?: number;
  /** How often the request may be sent. A streamed body that can't be had again is sent once. */
  readonly tries?: number;
}

export interface S3Response {
  readonly headers: Answer;
  readonly body: Readable;
}

/** Milliseconds. */
export interface Timeouts {
  readonly connect: number;
  /** Until the answer to a GET or HEAD begins: somebody waits for it. */
  readonly question: number;
  /** Until any other answer begins, once all is sent; also without progress while sending. */
  readonly answer: number;
  /** Between two pieces of an answer's body. */
  readonly idle: number;
  /** From the first try; none begins later. Who waits must hear before a load balancer's minute is over. */
  readonly retry: number;
}

export const defaultTimeouts: Timeouts = {
  connect: 5_000,
  question: 10_000,
  answer: 30_000,
  idle: 30_000,
  retry: 5_000,
};

const maxTries = 3;
/** A page of 1,000 keys of 1,024 bytes, each byte written as %HH, has 3 MiB of keys. */
const maxText = 16 * 1024 * 1024;

/** Speaks to one bucket: signs, sends, tries again what passes, and tells what S3 said as an S3Error. */
export class S3Client {
  readonly endpoint: Endpoint;
  /** What is known of the store so far; replaced when more is. */
  profile: S3Profile;
  readonly #pool: Pool;
  readonly #signer: Signer;
  readonly #credentials: CredentialSource;
  readonly #timeouts: Timeouts;

  constructor(
    endpoint: Endpoint,
    region: string,
    credentials: CredentialSource,
    timeouts: Timeouts = defaultTimeouts,
  ) {
    this.endpoint = endpoint;
    this.profile = assumedOf(endpoint);
    this.#credentials = credentials;
    this.#timeouts = timeouts;
    this.#signer = new Signer(region);
    // As many connections as there are calls: a limit would let a few slow senders hold up everything else, and the
    // door already limits who comes in. One request at a time on each, since a failed body takes its connection along.
    this.#pool = new Pool(endpoint.origin, {
      connections: null,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: timeouts.connect },
      bodyTimeout: timeouts.idle,
    });
  }

  /**
   * Sends a request whose answer is in its headers. Like every call here it is sent again while the failure is a
   * passing one. Raises S3Error, `aborted`, or what the streamed body raised.
   */
  async headers(request: S3Request): Promise<Answer> {
    return (await this.#trying(request, () => this.#once(request, 'head'))).headers;
  }

  /** Sends a request whose answer is a stream of bytes. The caller consumes or destroys it; its errors are domain errors. */
  async open(request: S3Request): Promise<S3Response> {
    const { headers, body } = await this.#trying(request, () => this.#once(request, 'stream'));
    return { headers, body: body as Readable };
  }

  /** Sends a request and takes its answer in one piece. Raises S3Error `AnswerTooLong` for more than `most` bytes. */
  async whole(request: S3Request, most: number): Promise<{ headers: Answer; body: Buffer }> {
    const { headers, body } = await this.#trying(request, () => this.#once(request, 'whole', most));
    return { headers, body: body as Buffer };
  }

  /** Sends a request and reads its answer whole. An error inside a 200 is an error (CompleteMultipartUpload). */
  async xml(request: S3Request): Promise<{ xml: string; headers: Answer }> {
    return this.#trying(request, async () => {
      const { headers, body } = await this.#once(request, 'whole');
      const xml = String(body);
      if (isError(xml)) throw refusal(request, 200, headers, xml);
      return { xml, headers };
    });
  }

  /** A presigned URL for one request on the key at `endpoint`, with exactly these headers. `expiresIn` is in seconds. */
  async presign(
    endpoint: Endpoint,
    { method, key, query, headers = {} }: Pick<S3Request, 'method' | 'query' | 'headers'> & { key: string },
    expiresIn: number,
  ): Promise<string> {
    const path = pathOf(endpoint, key);
    const credentials = await this.#credentials();
    const request = { method, path, headers: { ...headers, host: endpoint.host } };
    return `${endpoint.origin}${path}?${this.#signer.presign(request, query ?? {}, expiresIn, credentials)}`;
  }

  /** Ends every connection, also those at work. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #trying<T>(request: S3Request, attempt: () => Promise<T>): Promise<T> {
    const { body } = request;
    const once = body !== undefined && !Buffer.isBuffer(body) && !body.repeatable;
    const tries = once ? 1 : (request.tries ?? maxTries);
    const until = performance.now() + this.#timeouts.retry;
    for (let tried = 1; ; tried += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (tried >= tries || performance.now() >= until || !isPassing(error)) throw error;
        await pause(tried, request.signal);
      }
    }
  }

  async #once(request: S3Request, wanted: Wanted, most = maxText): Promise<Answered> {
    const sent = this.#signed(request, await this.#credentials());
    const explain = (error: unknown) => toDomain(failure(request, error)) as Error;
    const exchange = new Exchange({ wanted, most, signal: request.signal, explain });
    this.#pool.dispatch(sent, exchange);
    let answer: Answered;
    try {
      answer = await exchange.answered;
    } catch (error) {
      throw failure(request, error);
    }
    const { status, headers, body } = answer;
    if (status >= 300) throw refusal(request, status, headers, String(body));
    return answer;
  }

  #signed(
    request: S3Request,
    credentials: Awaited<ReturnType<CredentialSource>>,
  ): Dispatcher.DispatchOptions {
    const { method, body } = request;
    const asks = method === 'GET' || method === 'HEAD';
    const answerWithin = request.answerWithin ?? this.#timeouts[asks ? 'question' : 'answer'];
    const path = pathOf(this.endpoint, request.key ?? '');
    const query = request.query ? encodeQuery(request.query) : '';
    const given = { ...request.headers, host: this.endpoint.host };
    const headers = this.#signer.sign(
      { method, path, query, headers: given },
      request.hash ?? emptyHash,
      credentials,
    );
    const streamed = body !== undefined && !Buffer.isBuffer(body);
    if (streamed) headers['content-length'] = String(body.length);
    return {
      method,
      path: query === '' ? path : `${path}?${query}`,
      headers,
      body: streamed ? (body.chunks as unknown as Readable) : (body ?? null),
      headersTimeout: answerWithin,
    };
  }
}

function pathOf(endpoint: Endpoint, key: string): string {
  return `${endpoint.basePath}/${encodePath(key)}`;
}

/** Waits 100–200 ms, then 200–400 ms, and so on: spread, so that many who failed together don't return together. */
async function pause(tried: number, signal: AbortSignal | undefined): Promise<void> {
  const most = 100 * 2 ** tried;
  try {
    await setTimeout(most / 2 + Math.random() * (most / 2), undefined, signal ? { signal } : {});
  } catch {
    throw gone(signal);
  }
}

/** What went wrong on the way. What has no code of the system or of undici came from elsewhere and is left as it is. */
function failure(request: S3Request, error: unknown): unknown {
  if (error instanceof StrongroomError || error instanceof S3Error) return error;
  if (request.signal?.aborted) return gone(request.signal);
  const { code = unparsable(error) } = error as { code?: unknown };
  if (typeof code !== 'string') return error;
  return new S3Error({ operation: request.operation, key: request.key ?? '', code, status: null });
}

/** undici gives the error of an answer that is no HTTP a code for most faults, not for all. */
function unparsable(error: unknown): string | undefined {
  return error instanceof Error && error.name === 'HTTPParserError' ? 'HPE_INVALID' : undefined;
}

/** What S3 refused. An answer to HEAD has no body, so its status has to name it. */
function refusal(request: S3Request, status: number, headers: Answer, body: string): S3Error {
  const requestId = text(body, 'RequestId') ?? headers['x-amz-request-id'];
  return new S3Error({
    operation: request.operation,
    key: request.key ?? '',
    code: codeIn(body) ?? `HTTP${status}`,
    status,
    requestId: typeof requestId === 'string' ? requestId : undefined,
    headers,
    body,
  });
}

/** Codes of the S3 API are single words; what else an endpoint writes there is nothing to tell anybody. */
function codeIn(body: string): string | undefined {
  const code = text(body, 'Code');
  return code !== undefined && /^[\w.-]{1,100}$/.test(code) ? code : undefined;
}

/** Step by step, since nobody knows how much white space a hostile endpoint sends. */
function isError(xml: string): boolean {
  const document = xml.trimStart().replace(/^<\?xml[^>]*>/, '');
  return /^<Error[\s>]/.test(document.trimStart());
}

function gone(signal: AbortSignal | undefined): StrongroomError {
  return new StrongroomError(
    'aborted',
    { reason: 'The call to the store was ended.' },
    { cause: signal?.reason },
  );
}
