import { StrongroomError } from '../errors.ts';
import type { S3Client } from './s3-client.ts';
import { type Answer, hasStatus, S3Error } from './s3-error.ts';
import { maxParts } from './s3-parts.ts';
import { payload, type Streamed } from './s3-payload.ts';
import { encoded, text } from './s3-xml.ts';
import { sha256 } from './sigv4.ts';

/** S3 may put an object of many parts together for minutes before it answers. Milliseconds. */
const completeWithin = 300_000;
/** An abort is a courtesy: whoever removes the key later takes what is left. Milliseconds. */
const abortWithin = 5_000;

interface Part {
  readonly etag: string;
  readonly checksum: string | undefined;
}

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
    const operation = 'CreateMultipartUpload';
    const checks = client.profile.checksums;
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
    const ready = payload(body, this.#checks);
    const answer = await this.#client.headers({
      operation: 'UploadPart',
      method: 'PUT',
      key: this.#key,
      query: { partNumber: String(this.#parts.length + 1), uploadId: this.#id },
      headers: ready.headers,
      hash: ready.hash,
      body: ready.body,
      signal: this.#signal,
    });
    this.#parts.push({ etag: String(answer.etag ?? ''), checksum: ready.checksum() });
    this.#sent += body.length;
  }

  /**
   * Makes the object of its parts. `conditions` are headers of the request.
   * Gives the ETag, empty where the engine does not tell it (Ceph).
   */
  async complete(conditions: Readonly<Record<string, string>>): Promise<{ etag: string; headers: Answer }> {
    const body = Buffer.from(this.#list());
    const { xml, headers } = await this.#client.xml({
      operation: 'CompleteMultipartUpload',
      method: 'POST',
      key: this.#key,
      query: { uploadId: this.#id },
      headers: { 'content-type': 'application/xml', ...conditions },
      hash: sha256(body),
      body,
      signal: this.#signal,
      answerWithin: completeWithin,
    });
    this.#completed = true;
    return { etag: text(xml, 'ETag') ?? '', headers };
  }

  /** Lets S3 forget the parts, unless they have become an object. What fails here is settled when the key is removed. */
  async end(): Promise<void> {
    if (this.#completed) return;
    await abortUpload(this.#client, this.#key, this.#id, AbortSignal.timeout(abortWithin)).catch(() => {});
  }

  #list(): string {
    const parts = this.#parts.map(({ etag, checksum }, at) => {
      const proof = checksum === undefined ? '' : `<ChecksumSHA256>${checksum}</ChecksumSHA256>`;
      return `<Part><PartNumber>${at + 1}</PartNumber><ETag>${encoded(etag)}</ETag>${proof}</Part>`;
    });
    return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${parts.join('')}</CompleteMultipartUpload>`;
  }
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
