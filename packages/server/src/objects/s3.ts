import type { Readable } from 'node:stream';
import { create as contentDisposition } from 'content-disposition';
import { StrongroomError } from '../errors.ts';
import type { S3Settings } from '../settings.ts';
import type { BufferBudget } from './buffer-budget.ts';
import type {
  LinkOptions,
  ListedObject,
  ObjectFacts,
  ObjectStore,
  Opened,
  OpenOptions,
  PutOptions,
  ReadOptions,
  StoreDescription,
  Stored,
} from './object-store.ts';
import { S3Bucket } from './s3-bucket.ts';
import { defaultTimeouts, S3Client, type S3Request, type Timeouts } from './s3-client.ts';
import { credentialSource } from './s3-credentials.ts';
import { S3Direct } from './s3-direct.ts';
import { type Endpoint, locate } from './s3-endpoint.ts';
import { type Answer, hasStatus, inDomain, S3Error, versionOf } from './s3-error.ts';
import { descriptionHeader, objectHeaders } from './s3-headers.ts';
import { defaultLimits, type Limits } from './s3-parts.ts';
import type { S3Profile } from './s3-profile.ts';
import { S3Resumable } from './s3-resumable.ts';
import { startError } from './s3-start.ts';
import { S3Writer } from './s3-writer.ts';
import { text } from './s3-xml.ts';
import { decodeDescription } from './self-description.ts';

export interface S3StoreOptions {
  readonly settings: S3Settings;
  /** Shared by all stores of the process. */
  readonly budget: BufferBudget;
  readonly limits?: Partial<Limits>;
  readonly timeouts?: Partial<Timeouts>;
  readonly profile?: Partial<S3Profile>;
}

/** The bytes in an S3 bucket. Keys lie under the prefix of the settings, which nobody else sees. */
export class S3Store implements ObjectStore {
  readonly kind = 's3';
  readonly bucket: string;
  readonly resumable: S3Resumable;
  readonly direct: S3Direct;
  readonly #settings: S3Settings;
  readonly #prefix: string;
  readonly #client: S3Client;
  readonly #writer: S3Writer;
  readonly #contents: S3Bucket;
  readonly #public: Endpoint;

  constructor({ settings, budget, limits, timeouts, profile = {} }: S3StoreOptions) {
    this.bucket = settings.bucket;
    this.#settings = settings;
    this.#prefix = settings.prefix === null ? '' : `${settings.prefix}/`;
    const endpoint = locate(settings, settings.endpoint);
    this.#client = new S3Client(endpoint, settings.region, credentialSource(settings), {
      ...defaultTimeouts,
      ...timeouts,
    });
    this.learn(profile);
    const cut = { ...defaultLimits, ...limits };
    this.#writer = new S3Writer(this.#client, budget, cut);
    this.#contents = new S3Bucket(this.#client);
    this.resumable = new S3Resumable({
      client: this.#client,
      contents: this.#contents,
      budget,
      limits: cut,
      settings,
      prefix: this.#prefix,
      look: (key, size, options) => this.#look(key, size, options),
    });
    this.#public = settings.publicEndpoint === null ? endpoint : locate(settings, settings.publicEndpoint);
    this.direct = new S3Direct({
      client: this.#client,
      contents: this.#contents,
      endpoint: this.#public,
      settings,
      prefix: this.#prefix,
    });
  }

  /** Takes on what was found out about the store. What was not stays as it is known. */
  learn(found: Partial<S3Profile>): void {
    this.#client.profile = { ...this.#client.profile, ...found };
  }

  path(key: string): string {
    return `s3://${this.bucket}/${this.#prefix}${key}`;
  }

  /** Asks for one key of the bucket: unlike HEAD, a refused GET says why. */
  async connect(use?: () => Promise<void>): Promise<void> {
    try {
      await this.#contents.probe(this.#prefix);
      await use?.();
    } catch (error) {
      throw startError(error, this.#settings);
    }
  }

  async put(key: string, body: Buffer | Readable, options: PutOptions): Promise<Stored> {
    const target = {
      key: this.#prefix + key,
      headers: objectHeaders(this.#settings, options),
      options,
      look: (size: number) => this.#look(key, size, options),
    };
    return inDomain(() =>
      Buffer.isBuffer(body) ? this.#writer.buffer(target, body) : this.#writer.stream(target, body),
    );
  }

  async open(key: string, options: OpenOptions = {}): Promise<Opened> {
    return this.#get(key, options, async (request) => {
      const { headers, body } = await this.#client.open(request);
      // Without an announced length a body cut short would look like a whole one.
      const size = headers['content-length'];
      const asked = options.range === undefined || headers['content-range'] !== undefined;
      if (size !== undefined && asked) return { body, size: Number(size), etag: String(headers.etag ?? '') };
      body.destroy();
      throw unlike(request, asked ? 'NoContentLength' : 'RangeIgnored');
    });
  }

  async read(key: string, options: ReadOptions): Promise<Buffer> {
    return this.#get(key, options, async (request) => {
      const { headers, body } = await this.#client.whole(request, options.atMost);
      if (options.range === undefined || headers['content-range'] !== undefined) return body;
      throw unlike(request, 'RangeIgnored');
    });
  }

  async stat(key: string, signal?: AbortSignal): Promise<ObjectFacts | null> {
    return inDomain(() => this.#head(key, signal));
  }

  async remove(key: string, signal?: AbortSignal): Promise<void> {
    await inDomain(() => this.#contents.remove(this.#prefix + key, signal));
  }

  async *list(
    prefix: string,
    { after, signal }: { after?: string; signal?: AbortSignal } = {},
  ): AsyncGenerator<ListedObject> {
    const startAfter = after === undefined ? undefined : this.#prefix + after;
    let token: string | undefined;
    do {
      const from = token;
      const page = await inDomain(() =>
        this.#contents.page(this.#prefix + prefix, { startAfter, token: from, signal }),
      );
      for (const object of page.objects) yield { ...object, key: object.key.slice(this.#prefix.length) };
      token = page.next;
    } while (token !== undefined);
  }

  async link(key: string, options: LinkOptions): Promise<string> {
    const { filename, disposition, contentType, expiresIn } = options;
    const overrides = {
      // As when the service sends the bytes itself: without it a shared cache may keep them (RFC 9111 §4.2.2).
      'response-cache-control': 'private, no-cache',
      'response-content-disposition': contentDisposition(filename, { type: disposition }),
      'response-content-type': contentType,
    };
    return inDomain(() =>
      this.#client.presign(
        this.#public,
        { method: 'GET', key: this.#prefix + key, query: overrides },
        expiresIn,
      ),
    );
  }

  describe(): StoreDescription {
    const { bucket, prefix, region, endpoint, acl, sse, storageClass, credentials } = this.#settings;
    return {
      store: 's3',
      bucket,
      prefix,
      region,
      endpoint,
      acl,
      encryption: sse,
      storageClass,
      folder: null,
      credentials: credentials ? { set: true, from: 'settings' } : { set: false, from: 'AWS default chain' },
    };
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #get<T>(
    key: string,
    { range, signal }: OpenOptions,
    ask: (request: S3Request & { key: string }) => Promise<T>,
  ): Promise<T> {
    const request = {
      operation: 'GetObject',
      method: 'GET',
      key: this.#prefix + key,
      headers: range ? { range: `bytes=${range.first}-${range.last}` } : {},
      signal,
    } as const;
    return inDomain(async () => {
      try {
        return await ask(request);
      } catch (error) {
        if (hasStatus(error, 404)) throw missing(error, key);
        if (!hasStatus(error, 416)) throw error;
        throw new StrongroomError('range_unsatisfiable', { size: await this.#size(error, key, signal) });
      }
    });
  }

  /** Our own object at the key, or null for none. Raises `object_exists` for anything else. */
  async #look(key: string, size: number, { description, signal }: PutOptions): Promise<Stored | null> {
    const found = await this.#head(key, signal);
    if (found === null) return null;
    const ours =
      found.size === size &&
      found.description?.id === description.id &&
      found.description.deployment === description.deployment;
    if (!ours) throw new StrongroomError('object_exists', { key });
    return { size, etag: found.etag, versionId: found.versionId };
  }

  async #head(key: string, signal: AbortSignal | undefined): Promise<ObjectFacts | null> {
    const request = { operation: 'HeadObject', method: 'HEAD', key: this.#prefix + key, signal } as const;
    try {
      return facts(await this.#client.headers(request));
    } catch (error) {
      if (hasStatus(error, 404)) return null;
      throw error;
    }
  }

  /** The size that a 416 tells (RFC 9110 §15.5.17), or else the object's own. */
  async #size(refusal: S3Error, key: string, signal: AbortSignal | undefined): Promise<number> {
    const told =
      /^bytes \*\/(\d+)$/.exec(refusal.header('content-range') ?? '')?.[1] ??
      text(refusal.body, 'ActualObjectSize');
    if (told !== undefined) return Number(told);
    const found = await this.#head(key, signal);
    if (found === null) throw new StrongroomError('object_missing', { key });
    return found.size;
  }
}

/** A 200 that is not what was asked for. */
function unlike({ operation, key }: { operation: string; key: string }, code: string): S3Error {
  return new S3Error({ operation, key, code, status: 200 });
}

/** A missing bucket is 404 too, but says nothing of the object: the record must not be taken for one without bytes. */
function missing(error: S3Error, key: string): unknown {
  return error.code === 'NoSuchBucket'
    ? error
    : new StrongroomError('object_missing', { key }, { cause: error });
}

function facts(answer: Answer): ObjectFacts {
  const description = answer[descriptionHeader];
  return {
    size: Number(answer['content-length'] ?? 0),
    etag: String(answer.etag ?? ''),
    versionId: versionOf(answer),
    contentType: String(answer['content-type'] ?? ''),
    description: typeof description === 'string' ? decodeDescription(description) : null,
  };
}
