import { uploadRetries } from '#platform';
import { type Patience, untilDone } from './attempts.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { aborted, StrongroomError, unreachable } from './error.ts';
import type { Send } from './platform/send.ts';
import { refusal, unexpected } from './refusal.ts';
import { Secret } from './secret.ts';

export interface Call {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  /** Of `/v1`, with what is variable in it escaped. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  readonly json?: object | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether a repeat changes nothing more than the first. Default: GET, HEAD and DELETE. */
  readonly repeatable?: boolean;
  /** Whether the answer's body is the caller's to read, as it comes; else it is short, and part of the answer. */
  readonly streamed?: boolean;
  /** Sends it another way than by fetch: an upload. */
  readonly send?: Send | undefined;
  /** Whether what is to be sent is gone, so that no attempt can follow. */
  readonly spent?: (() => boolean) | undefined;
  /** It sends a document, which is worth waiting for: told of each wait, as Patience is. */
  readonly waits?: ((error: StrongroomError | null) => void) | undefined;
}

const csrfHeader = 'strongroom-csrf';

/** One service, as one caller: makes calls, repeats what may be repeated, renews what is refused. */
export class Connection {
  /** Without a slash at its end. */
  readonly url: string;
  readonly #token: Secret | null;
  #csrf: Secret | null;
  readonly #csrfGiven: boolean;
  /** How often a call that may be repeated is repeated at most. */
  readonly retries: number;
  /** The same for uploads, in a row without a byte gained. */
  readonly uploadRetries: number;
  /** Milliseconds without a sign of life. */
  readonly timeout: number;

  constructor({ url, token, csrfToken, retries, timeout = 120_000 }: ConnectionOptions) {
    this.url = new URL(url).href.replace(/[?#].*$/, '').replace(/\/+$/, '');
    this.#token = token === undefined ? null : new Secret(token);
    this.#csrf = csrfToken === undefined ? null : new Secret(csrfToken);
    this.#csrfGiven = csrfToken !== undefined;
    this.retries = retries ?? 4;
    this.uploadRetries = retries ?? uploadRetries;
    this.timeout = timeout;
  }

  /** Takes on the proof that a session came with, unless the app gave its own; null: there is no session any more. */
  useCsrfToken(token: string | null): void {
    if (!this.#csrfGiven) this.#csrf = token === null ? null : new Secret(token);
  }

  /** The answer's JSON. */
  json<T>(call: Call): Promise<T> {
    return this.#read(call, (answer) => jsonOf<T>(answer));
  }

  /** The answer's JSON, null where it has none (204). */
  jsonOrNull<T>(call: Call): Promise<T | null> {
    return this.#read(call, async (answer) => (answer.status === 204 ? null : jsonOf<T>(answer)));
  }

  /** The answer's header fields. */
  headers(call: Call): Promise<Headers> {
    return this.#read(call, async ({ headers }) => headers);
  }

  /** The answer itself, with its body still to come. */
  answer(call: Call): Promise<Response> {
    return this.#read({ ...call, streamed: true }, async (answer) => answer);
  }

  /** Raises StrongroomError for every answer that is none of success, for none, and for one that breaks off. */
  #read<T>(call: Call, read: (answer: Response) => Promise<T>): Promise<T> {
    const repeatable = call.repeatable ?? call.method !== 'POST';
    const retries = call.waits ? this.uploadRetries : this.retries;
    const patience: Patience = {
      retries: repeatable ? retries : 0,
      signal: call.signal,
      waits: call.waits,
      offlineWaits: repeatable && call.waits !== undefined,
    };
    return untilDone(() => this.#attempt(call, read), patience);
  }

  async #attempt<T>(call: Call, read: (answer: Response) => Promise<T>): Promise<T> {
    try {
      return await read(await this.#renewing(call));
    } catch (cause) {
      if (call.signal?.aborted) throw aborted(call.signal);
      if (cause instanceof StrongroomError) throw cause;
      throw unreachable(this.url, cause);
    }
  }

  /** Once; and once more with a fresh secret where the one it was made with is refused. */
  async #renewing(call: Call): Promise<Response> {
    const first = await this.#once(call);
    if (first.answer.ok) return first.answer;
    const error = await refusal(first.answer);
    if (call.spent?.() || !(await this.#renewed(error, first))) throw error;
    const second = await this.#once(call);
    if (second.answer.ok) return second.answer;
    throw await refusal(second.answer);
  }

  async #renewed({ status, code }: StrongroomError, sent: Sent): Promise<boolean> {
    if (status === 401 && this.#token && sent.token !== null) return this.#token.renew(sent.token);
    if (code === 'csrf_refused' && this.#csrf && sent.csrf !== null) return this.#csrf.renew(sent.csrf);
    return false;
  }

  async #once(call: Call): Promise<Sent> {
    const { method, json, signal, streamed = false } = call;
    const token = (await this.#token?.get()) ?? null;
    const unsafe = method !== 'GET' && method !== 'HEAD';
    const csrf = (unsafe && (await this.#csrf?.get())) || null;
    const headers = new Headers(call.headers);
    if (token !== null) headers.set('authorization', `Bearer ${token}`);
    if (csrf !== null) headers.set(csrfHeader, csrf);
    if (json !== undefined) headers.set('content-type', 'application/json');
    const url = `${this.url}${call.path}${queryOf(call.query)}`;
    if (signal?.aborted) throw aborted(signal);
    const send = call.send ?? byFetch(json, streamed);
    const sending = { method, url, headers, signal, timeout: this.timeout };
    return { answer: await send(sending), token, csrf };
  }
}

/** An answer, and the secrets that it was asked for with. */
interface Sent {
  readonly answer: Response;
  readonly token: string | null;
  readonly csrf: string | null;
}

async function jsonOf<T>(answer: Response): Promise<T> {
  const told = { status: answer.status, requestId: answer.headers.get('x-request-id') };
  if (!/^application\/json\b/.test(answer.headers.get('content-type') ?? '')) throw unexpected(told);
  const text = await answer.text();
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw unexpected(told, cause);
  }
}

function queryOf(query: Call['query'] = {}): string {
  const given = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) given.set(name, String(value));
  const text = String(given);
  return text === '' ? '' : `?${text}`;
}

/**
 * The time limit holds until the answer is there, and of one that is streamed until it begins: what comes after may take as
 * long as it has bytes. No answer is kept by the browser, since another may sit at it next; none sends us elsewhere, since
 * none of the service's does.
 */
function byFetch(json: object | undefined, streamed: boolean): Send {
  return async ({ method, url, headers, signal, timeout }) => {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`silent for ${timeout} ms`)), timeout);
    const either = signal ? AbortSignal.any([signal, late.signal]) : late.signal;
    const body = json === undefined ? null : JSON.stringify(json);
    try {
      const init = { method, headers, body, signal: either, cache: 'no-store', redirect: 'manual' } as const;
      const answer = await fetch(url, init);
      return streamed && answer.ok ? answer : await whole(answer);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** The answer with all of its body. A refusal whose page breaks off is one all the same; a browser shows nothing of a redirect. */
async function whole(answer: Response): Promise<Response> {
  const { status, headers, ok } = answer;
  if (status === 0 || status === 204 || answer.body === null) return answer;
  const body = await answer.blob().catch((error) => (ok ? Promise.reject(error) : null));
  return new Response(body, { status, headers });
}
