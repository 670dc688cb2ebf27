import type { ListedObject } from './object-store.ts';
import type { S3Client } from './s3-client.ts';
import { type Answer, hasStatus } from './s3-error.ts';
import { abortUpload } from './s3-multipart.ts';
import { elements, text } from './s3-xml.ts';

interface Page {
  readonly objects: ListedObject[];
  /** The continuation token; undefined on the last page. */
  readonly next: string | undefined;
}

interface PageOptions {
  readonly startAfter: string | undefined;
  readonly token: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** One of S3's lists of several entries for each key. */
interface Listing {
  readonly operation: string;
  readonly parameter: string;
  readonly entries: readonly string[];
  readonly marker: { readonly parameter: string; readonly element: string };
}

const versions: Listing = {
  operation: 'ListObjectVersions',
  parameter: 'versions',
  entries: ['Version', 'DeleteMarker'],
  marker: { parameter: 'version-id-marker', element: 'VersionIdMarker' },
};

const uploads: Listing = {
  operation: 'ListMultipartUploads',
  parameter: 'uploads',
  entries: ['Upload'],
  marker: { parameter: 'upload-id-marker', element: 'UploadIdMarker' },
};

/** What is asked of a bucket as a whole, and what takes more than one call to remove. Keys are whole keys. */
export class S3Bucket {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /** Asks once for one key. */
  async probe(prefix: string): Promise<void> {
    await this.#list('ListObjectsV2', { 'list-type': '2', 'max-keys': '1', prefix }, undefined, 1);
  }

  /** Up to 1,000 objects in byte order. */
  async page(prefix: string, { startAfter, token, signal }: PageOptions): Promise<Page> {
    const query = {
      'list-type': '2',
      prefix,
      ...(startAfter === undefined ? {} : { 'start-after': startAfter }),
      ...(token === undefined ? {} : { 'continuation-token': token }),
    };
    const { xml, decode } = await this.#list('ListObjectsV2', query, signal);
    const objects = elements(xml, 'Contents').map((found) => ({
      key: decode(text(found, 'Key')),
      size: Number(text(found, 'Size')),
      modifiedAt: new Date(text(found, 'LastModified') ?? Number.NaN),
    }));
    return { objects, next: isTruncated(xml) ? text(xml, 'NextContinuationToken') : undefined };
  }

  /** Every object under the prefix, in byte order. */
  async *list(prefix: string, signal: AbortSignal | undefined): AsyncGenerator<ListedObject> {
    let token: string | undefined;
    do {
      const page: Page = await this.page(prefix, { startAfter: undefined, token, signal });
      yield* page.objects;
      token = page.next;
    } while (token !== undefined);
  }

  /** Removes the object, every version and marker where versions are kept, and every unfinished upload of the key. */
  async remove(key: string, signal: AbortSignal | undefined): Promise<void> {
    await this.removeObject(key, signal);
    await this.abortUploads(key, signal);
  }

  /** Removes the object, every version and marker where versions are kept. */
  async removeObject(key: string, signal: AbortSignal | undefined): Promise<void> {
    const answer = await this.#delete(key, {}, signal);
    const says = answer['x-amz-version-id'] !== undefined || answer['x-amz-delete-marker'] !== undefined;
    if (says || this.#client.profile.versioned) await this.#removeVersions(key, signal);
  }

  /** Ends every unfinished upload of the key. */
  async abortUploads(key: string, signal: AbortSignal | undefined): Promise<void> {
    for await (const upload of this.#exactly(key, uploads, signal)) {
      await abortUpload(this.#client, key, text(upload, 'UploadId') ?? '', signal);
    }
  }

  async #removeVersions(key: string, signal: AbortSignal | undefined): Promise<void> {
    for await (const version of this.#exactly(key, versions, signal)) {
      await this.#delete(key, { versionId: text(version, 'VersionId') ?? 'null' }, signal);
    }
  }

  async #delete(
    key: string,
    query: Record<string, string>,
    signal: AbortSignal | undefined,
  ): Promise<Answer> {
    try {
      return await this.#client.headers({ operation: 'DeleteObject', method: 'DELETE', key, query, signal });
    } catch (error) {
      // AWS answers 204 for what is not there; not every engine does.
      if (hasStatus(error, 404) && ['NoSuchKey', 'NoSuchVersion'].includes(error.code)) return {};
      throw error;
    }
  }

  /**
   * The entries of exactly this key, as XML. A prefix is the only filter that S3 has; keys that merely begin with this
   * one come after it, so the first page that shows one of them is the last to look at.
   */
  async *#exactly(
    key: string,
    { operation, parameter, entries, marker }: Listing,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<string> {
    let after: Record<string, string> | null = {};
    while (after) {
      const { xml } = await this.#list(operation, { [parameter]: '', prefix: key, ...after }, signal);
      const found = entries.flatMap((name) => elements(xml, name));
      const ours = found.filter((entry) => isKey(text(entry, 'Key') ?? '', key));
      yield* ours;
      const last = text(xml, `Next${marker.element}`);
      const more = isTruncated(xml) && ours.length === found.length && last !== undefined;
      after = more ? { 'key-marker': key, [marker.parameter]: last } : null;
    }
  }

  /** Keys can hold characters that XML can't, so they are asked for in URL encoding; some engines don't know it. */
  async #list(
    operation: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
    tries?: number,
  ) {
    const { xml } = await this.#client.xml({
      operation,
      method: 'GET',
      query: { ...query, 'encoding-type': 'url' },
      signal,
      ...(tries === undefined ? {} : { tries }),
    });
    const encoded = text(xml, 'EncodingType') === 'url';
    return { xml, decode: (key = '') => (encoded ? decoded(key) : key) };
  }
}

/**
 * Whether an entry of a list of keys that begin with `key` is of that very key. Ceph encodes the keys of unfinished uploads and
 * does not say so; no other key that begins with this one looks like it, encoded or not.
 */
function isKey(listed: string, key: string): boolean {
  return listed === key || decoded(listed) === key;
}

/** What is not encoded as it says stays as it is: it is no key of ours. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function isTruncated(xml: string): boolean {
  return text(xml, 'IsTruncated') === 'true';
}
