import { randomUUID } from 'node:crypto';
import { StrongroomError } from '../../errors.ts';
import type { S3Settings } from '../../settings.ts';
import type { Finding, Uses } from '../doctor.ts';
import { S3Bucket } from '../s3-bucket.ts';
import { S3Client, type Timeouts } from '../s3-client.ts';
import { credentialSource } from '../s3-credentials.ts';
import { type Endpoint, locate } from '../s3-endpoint.ts';
import { type Answer, hasStatus, S3Error } from '../s3-error.ts';
import { objectHeaders } from '../s3-headers.ts';
import type { S3Profile } from '../s3-profile.ts';
import { sha256 } from '../sigv4.ts';

/** Somebody waits for the answer, and a store that is slow is named as such. Milliseconds. */
const timeouts: Timeouts = { connect: 5_000, question: 5_000, answer: 10_000, idle: 5_000, retry: 1_000 };

/** Milliseconds for all of it. */
const within = 60_000;

/** One question to the bucket. */
export interface Probe {
  readonly name: string;
  /** What must be allowed for it, as IAM names it. */
  readonly rights: string;
  /** A start can afford it. */
  readonly cheap?: boolean;
  /** It writes to the bucket, so it waits until what is written can be removed again. */
  readonly writes?: boolean;
  /** It looks at the object that was put. */
  readonly reads?: boolean;
  /** It only asks how the bucket is configured, which the service itself never has to: no answer is no fault. */
  readonly curious?: boolean;
  /** Whether the service can't work without it under these settings. */
  needed(trial: Trial): boolean;
  /** What the service does where it does not work. */
  readonly otherwise: string;
  /** Raises what S3 said where that is the answer. */
  ask(trial: Trial): Promise<Finding>;
}

/** One examination of one bucket: how it is asked, and what its answers have taught so far. */
export class Trial {
  readonly settings: S3Settings;
  readonly uses: Uses;
  readonly client: S3Client;
  readonly bucket: S3Bucket;
  readonly signal: AbortSignal;
  readonly prefix: string;
  /** Everything is written under this one key, so at most one object can be left where nothing may be deleted. */
  readonly key: string;
  readonly content: Buffer;
  /** The headers that the service gives its objects. */
  readonly headers: Readonly<Record<string, string>>;
  readonly publicEndpoint: Endpoint;
  /** Whether anything may lie at the key, so that it has to be removed. */
  written = false;
  /** Whether an object lies at the key. */
  exists = false;
  /** The answer to a put with every header of the settings; null where there is none. */
  stored: Answer | null = null;
  /** Seconds that this machine's clock is ahead of the store's; null where the store does not tell its time. */
  ahead: number | null = null;
  /** Why nothing can be written that could be removed again; null when it can. */
  locked: string | null = null;

  readonly #caller: AbortSignal | undefined;
  #learned: Partial<S3Profile> = {};

  constructor(settings: S3Settings, uses: Uses, caller: AbortSignal | undefined) {
    this.settings = settings;
    this.uses = uses;
    this.#caller = caller;
    this.signal = AbortSignal.any([AbortSignal.timeout(within), ...(caller ? [caller] : [])]);
    const endpoint = locate(settings, settings.endpoint);
    this.publicEndpoint =
      settings.publicEndpoint === null ? endpoint : locate(settings, settings.publicEndpoint);
    this.client = new S3Client(endpoint, settings.region, credentialSource(settings), timeouts);
    this.bucket = new S3Bucket(this.client);
    const id = randomUUID();
    this.prefix = settings.prefix === null ? '' : `${settings.prefix}/`;
    this.key = `${this.prefix}${scratch}${id}`;
    this.content = Buffer.from(`strongroom storage check ${id}\n`);
    this.headers = objectHeaders(settings, { contentType: 'text/plain', description: describing(id) });
  }

  /** What the answers have shown, and nothing that is only assumed. */
  get learned(): Partial<S3Profile> {
    return this.#learned;
  }

  /** Takes a fact on: what is asked from now on goes by it, too. */
  learn(fact: Partial<S3Profile>): void {
    this.#learned = { ...this.#learned, ...fact };
    this.client.profile = { ...this.client.profile, ...fact };
  }

  /** Only those of the service's own headers that every object needs, and what the bucket's rules may insist on. */
  get plainHeaders(): Record<string, string> {
    const optional = ['x-amz-acl', 'x-amz-storage-class'];
    return Object.fromEntries(Object.entries(this.headers).filter(([name]) => !optional.includes(name)));
  }

  /** Puts `body` at the scratch key. `hash` is what the signature says of it. */
  async put(
    headers: Readonly<Record<string, string>>,
    {
      hash,
      body = this.content,
      query = {},
    }: { hash?: string; body?: Buffer; query?: Record<string, string> } = {},
  ): Promise<Answer> {
    this.written = true;
    const answer = await this.client.headers({
      operation: query.uploadId === undefined ? 'PutObject' : 'UploadPart',
      method: 'PUT',
      key: this.key,
      query,
      headers,
      hash: hash ?? sha256(body),
      body,
      signal: this.signal,
    });
    this.exists ||= query.uploadId === undefined;
    return answer;
  }

  head(): Promise<Answer> {
    return this.client.headers({
      operation: 'HeadObject',
      method: 'HEAD',
      key: this.key,
      signal: this.signal,
    });
  }

  /** Asks for what S3 tells as XML: of the scratch object, or of the bucket. */
  async asked(
    operation: string,
    query: Readonly<Record<string, string>>,
    of: 'object' | 'bucket',
  ): Promise<string> {
    const key = of === 'object' ? { key: this.key } : {};
    const { xml } = await this.client.xml({ operation, method: 'GET', query, signal: this.signal, ...key });
    return xml;
  }

  /** As `asked` of the bucket; null where S3 says by one of `codes` that nothing of the kind is configured. */
  async configured(operation: string, query: string, ...codes: string[]): Promise<string | null> {
    try {
      return await this.asked(operation, { [query]: '' }, 'bucket');
    } catch (error) {
      if (hasStatus(error, 404) && codes.includes(error.code)) return null;
      throw error;
    }
  }

  /** Raises `aborted` when whoever asked has gone. */
  assertWanted(): void {
    if (this.#caller?.aborted)
      throw new StrongroomError(
        'aborted',
        { reason: 'The check was ended.' },
        { cause: this.#caller.reason },
      );
  }
}

/** Where the doctor writes, under the prefix. */
export const scratch = '.strongroom/check/';

function describing(id: string) {
  const none = { recordId: '', type: '', filename: 'check.txt' };
  return { version: 1, deployment: 'doctor', id, createdAt: new Date().toISOString(), ...none } as const;
}

/** Whether the store refused for want of a right. */
export function isDenied(error: unknown): error is S3Error {
  return (
    error instanceof S3Error &&
    (['AccessDenied', 'AllAccessDisabled'].includes(error.code) ||
      error.status === 401 ||
      error.status === 403)
  );
}

/** Whether the request was answered at all, by a store in order. */
export function isAnswer(error: unknown): error is S3Error {
  return error instanceof S3Error && error.status !== null && (error.status < 500 || error.status === 501);
}

/** Whether no answer came at all. */
export function isUnanswered(error: unknown): error is S3Error {
  return error instanceof S3Error && error.status === null;
}

/** Remedies of the start are the end of a line; here they stand for themselves. */
export function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

/** What S3 said, without the key and the request's id. */
export function said({ operation, code, status }: S3Error): string {
  return status === null ? `${operation}: ${code}` : `${operation} is answered ${code} (HTTP ${status})`;
}
