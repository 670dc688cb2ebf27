import { StrongroomError } from '../errors.ts';
import type { Part } from './resumable-objects.ts';
import type { S3Client } from './s3-client.ts';
import { type Answer, hasStatus, S3Error } from './s3-error.ts';
import { maxParts } from './s3-parts.ts';
import { payload, type Streamed } from './s3-payload.ts';
import { elements, encoded, text } from './s3-xml.ts';
import { sha256 } from './sigv4.ts';

/** S3 may put an object of many parts together for minutes before it answers. Milliseconds. */
const completeWithin = 300_000;
/** An abort is a courtesy: whoever removes the key later takes what is left. Milliseconds. */
const abortWithin = 5_000;

/** One multipart upload: its parts are sent one after another. */
export class MultipartUpload {
  readonly #client: S3Client;
  readonly #key: string;
  readonly #id: string;
  readonly #signal: AbortSignal | undefined;
  /** What was known when it began: all parts carry a checksum, or none, also where more is learned meanwhile. */
  readonly #checks: boolean;
  readonly #parts: Part[] = [];
  #sent = 0;
  #completed = false;

  private constructor(
    client: S3Client,
    key: string,
    id: string,
    { checks, signal }: { checks: boolean; signal: AbortSignal | undefined },
  ) {
    this.#client = client;
    this.#key = key;
    this.#id = id;
    this.#signal = signal;
    this.#checks = checks;
  }

  /** `headers` are those of the object. */
  static async begin(
    client: S3Client,
    key: string,
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<MultipartUpload> {
    const checks = client.profile.checksums;
    const id = await beginUpload(client, key, headers, { checks, signal });
    return new MultipartUpload(client, key, id, { checks, signal });
  }

  /** Bytes in the parts sent so far. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends the next part. A buffer is sent again when that can help; a stream can be sent only once. */
  async part(body: Buffer | Streamed): Promise<void> {
    if (this.#parts.length === maxParts) {
      throw new StrongroomError('too_large', { limit: this.#sent, received: this.#sent + body.length });
    }
    const upload = { key: this.#key, id: this.#id, checks: this.#checks };
    this.#parts.push(await sendPart(this.#client, upload, this.#parts.length + 1, body, this.#signal));
    this.#sent += body.length;
  }

  /**
   * Makes the object of its parts. `conditions` are headers of the request.
   * Gives the ETag, empty where the engine does not tell it (Ceph).
   */
  async complete(conditions: Readonly<Record<string, string>>): Promise<{ etag: string; headers: Answer }> {
    const upload = { key: this.#key, id: this.#id };
    const answer = await completeUpload(this.#client, upload, this.#parts, conditions, this.#signal);
    this.#completed = true;
    return answer;
  }

  /** Lets S3 forget the parts, unless they have become an object. What fails here is settled when the key is removed. */
  async end(): Promise<void> {
    if (this.#completed) return;
    await abortUpload(this.#client, this.#key, this.#id, AbortSignal.timeout(abortWithin)).catch(() => {});
  }
}

/** Begins an upload, and gives its id. `headers` are those of the object; `checks`: each part will carry its SHA-256. */
export async function beginUpload(
  client: S3Client,
  key: string,
  headers: Readonly<Record<string, string>>,
  { checks, signal }: { checks: boolean; signal?: AbortSignal | undefined },
): Promise<string> {
  const operation = 'CreateMultipartUpload';
  const { xml } = await client.xml({
    operation,
    method: 'POST',
    key,
    query: { uploads: '' },
    headers: checks ? { ...headers, 'x-amz-checksum-algorithm': 'SHA256' } : headers,
    signal,
  });
  const id = text(xml, 'UploadId');
  if (!id) throw new S3Error({ operation, key, code: 'NoUploadId', status: 200 });
  return id;
}

/** Sends one part; one with the same number takes the place of an earlier one. */
export async function sendPart(
  client: S3Client,
  { key, id, checks }: { readonly key: string; readonly id: string; readonly checks: boolean },
  number: number,
  body: Buffer | Streamed,
  signal?: AbortSignal,
): Promise<Part> {
  const ready = payload(body, checks);
  const answer = await client.headers({
    operation: 'UploadPart',
    method: 'PUT',
    key,
    query: { partNumber: String(number), uploadId: id },
    headers: ready.headers,
    hash: ready.hash,
    body: ready.body,
    signal,
  });
  return { number, size: body.length, etag: String(answer.etag ?? ''), checksum: ready.checksum() ?? null };
}

/**
 * Makes the object of these parts, which are in the order of their numbers. `conditions` are headers of the request. Gives the
 * ETag, empty where the engine does not tell it (Ceph).
 */
export async function completeUpload(
  client: S3Client,
  { key, id }: { readonly key: string; readonly id: string },
  parts: readonly Part[],
  conditions: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<{ etag: string; headers: Answer }> {
  const body = Buffer.from(completion(parts));
  const { xml, headers } = await client.xml({
    operation: 'CompleteMultipartUpload',
    method: 'POST',
    key,
    query: { uploadId: id },
    headers: { 'content-type': 'application/xml', ...conditions },
    hash: sha256(body),
    body,
    signal,
    answerWithin: completeWithin,
  });
  return { etag: text(xml, 'ETag') ?? '', headers };
}

function completion(parts: readonly Part[]): string {
  const listed = parts.map(({ number, etag, checksum }) => {
    const proof = checksum === null ? '' : `<ChecksumSHA256>${checksum}</ChecksumSHA256>`;
    return `<Part><PartNumber>${number}</PartNumber><ETag>${encoded(etag)}</ETag>${proof}</Part>`;
  });
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${listed.join('')}</CompleteMultipartUpload>`;
}

/** The parts that an upload has, by number, over as many pages as they take; null: there is no such upload (any more). */
export async function partsOf(
  client: S3Client,
  { key, id }: { readonly key: string; readonly id: string },
  signal?: AbortSignal,
): Promise<Part[] | null> {
  const parts: Part[] = [];
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const query: Record<string, string> = { uploadId: id, 'part-number-marker': after };
    const page = await client
      .xml({ operation: 'ListParts', method: 'GET', key, query, signal })
      .catch((error: unknown) => {
        if (isLost(error)) return null;
        throw error;
      });
    if (page === null) return null;
    parts.push(...elements(page.xml, 'Part').map(partIn));
    after = text(page.xml, 'IsTruncated') === 'true' ? text(page.xml, 'NextPartNumberMarker') : undefined;
  }
  return parts;
}

/** Whether there is no such upload (any more). Ceph says NoSuchKey of it when its parts are listed; a missing bucket is another fault. */
export function isLost(error: unknown): error is S3Error {
  return hasStatus(error, 404) && error.code !== 'NoSuchBucket';
}

function partIn(xml: string): Part {
  return {
    number: Number(text(xml, 'PartNumber')),
    size: Number(text(xml, 'Size')),
    etag: text(xml, 'ETag') ?? '',
    checksum: text(xml, 'ChecksumSHA256') ?? null,
  };
}

/** Aborts an upload; one that is gone already is success. */
export async function abortUpload(
  client: S3Client,
  key: string,
  uploadId: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await client.headers({
      operation: 'AbortMultipartUpload',
      method: 'DELETE',
      key,
      query: { uploadId },
      signal,
    });
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
  }
}
