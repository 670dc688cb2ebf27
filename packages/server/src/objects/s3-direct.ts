import { StrongroomError } from '../errors.ts';
import type { S3Settings } from '../settings.ts';
import type { DirectUpload, DirectUploads } from './direct-uploads.ts';
import type { Part, ResumableTarget } from './resumable-objects.ts';
import type { S3Bucket } from './s3-bucket.ts';
import type { S3Client } from './s3-client.ts';
import type { Endpoint } from './s3-endpoint.ts';
import { hasStatus, inDomain } from './s3-error.ts';
import { objectHeaders } from './s3-headers.ts';
import { abortUpload, beginUpload, completeUpload, isLost, partsOf } from './s3-multipart.ts';
import { bufferedPart } from './s3-parts.ts';

/** Bytes of a part where 10,000 such are enough: a lost one is soon sent again, and a GiB is 64 of them. */
const leastPart = 16 * 1024 * 1024;

export interface S3DirectParts {
  readonly client: S3Client;
  readonly contents: S3Bucket;
  /** Where whoever has the bytes reaches the bucket. */
  readonly endpoint: Endpoint;
  readonly settings: S3Settings;
  /** With its slash; empty for none. */
  readonly prefix: string;
}

/**
 * Uploads that go to the bucket without us: parts by presigned URLs. The length of each is signed, so that nobody can fill the
 * bucket with more than was granted. No checksum is asked for: what arrived is read back.
 */
export class S3Direct implements DirectUploads {
  readonly #parts: S3DirectParts;

  constructor(parts: S3DirectParts) {
    this.#parts = parts;
  }

  get origin(): string {
    return this.#parts.endpoint.origin;
  }

  async begin(
    target: ResumableTarget,
    size: number,
    signal?: AbortSignal,
  ): Promise<{ uploadId: string; partSize: number }> {
    const { client, settings, prefix } = this.#parts;
    const headers = objectHeaders(settings, target);
    const uploadId = await inDomain(() =>
      beginUpload(client, prefix + target.key, headers, { checks: false, signal }),
    );
    return { uploadId, partSize: bufferedPart(size, { part: leastPart }) };
  }

  urls(
    { key, uploadId }: DirectUpload,
    parts: readonly { readonly number: number; readonly size: number }[],
    expiresIn: number,
  ): Promise<string[]> {
    const { client, endpoint, prefix } = this.#parts;
    const presigned = ({ number, size }: { number: number; size: number }) =>
      client.presign(
        endpoint,
        {
          method: 'PUT',
          key: prefix + key,
          query: { partNumber: String(number), uploadId },
          headers: { 'content-length': String(size) },
        },
        expiresIn,
      );
    return inDomain(() => Promise.all(parts.map(presigned)));
  }

  parts({ key, uploadId }: DirectUpload, signal?: AbortSignal): Promise<Part[] | null> {
    const { client, prefix } = this.#parts;
    return inDomain(() => partsOf(client, { key: prefix + key, id: uploadId }, signal));
  }

  async complete(
    { key, uploadId }: DirectUpload,
    parts: readonly Part[],
    signal?: AbortSignal,
  ): Promise<void> {
    const { client, prefix } = this.#parts;
    const whole = prefix + key;
    const conditions = client.profile.conditionalWrites === false ? {} : { 'if-none-match': '*' };
    await inDomain(async () => {
      // Some engines ignore the condition on a completion, so the key is looked at as well.
      if (await this.#isTaken(whole, signal)) throw new StrongroomError('object_exists', { key });
      try {
        await completeUpload(client, { key: whole, id: uploadId }, parts, conditions, signal);
      } catch (error) {
        if (hasStatus(error, 412)) throw new StrongroomError('object_exists', { key }, { cause: error });
        if (!isLost(error) && (await this.#isThere(whole, uploadId, signal))) throw error;
        throw new StrongroomError('upload_lost', { id: uploadId }, { cause: error });
      }
    });
  }

  end({ key, uploadId }: DirectUpload, signal?: AbortSignal): Promise<void> {
    const { client, prefix } = this.#parts;
    return inDomain(() => abortUpload(client, prefix + key, uploadId, signal));
  }

  endAll(key: string, signal?: AbortSignal): Promise<void> {
    const { contents, prefix } = this.#parts;
    return inDomain(() => contents.abortUploads(prefix + key, signal));
  }

  /** Ceph answers 500 to the completion of an upload that is gone. */
  async #isThere(key: string, id: string, signal: AbortSignal | undefined): Promise<boolean> {
    return (await partsOf(this.#parts.client, { key, id }, signal).catch(() => [])) !== null;
  }

  async #isTaken(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    try {
      await this.#parts.client.headers({ operation: 'HeadObject', method: 'HEAD', key, signal });
      return true;
    } catch (error) {
      if (hasStatus(error, 404)) return false;
      throw error;
    }
  }
}
