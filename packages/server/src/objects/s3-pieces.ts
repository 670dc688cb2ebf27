import type { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';
import { reservedPrefix } from './keys.ts';
import type { S3Bucket } from './s3-bucket.ts';
import type { S3Client } from './s3-client.ts';
import { hasStatus, type S3Error } from './s3-error.ts';
import { payload, type Streamed, signedUpTo } from './s3-payload.ts';

/** Where the pieces of all uploads lie, under the store's prefix. */
const uploadsPrefix = `${reservedPrefix}uploads/`;

/** Bytes of an unfinished upload that make no part yet: one object in the scratch. */
export interface Piece {
  /** Where its first byte belongs. */
  readonly at: number;
  readonly size: number;
  /** The fence of who wrote it: two writers never write under one name. */
  readonly fence: number;
}

export interface PieceStore {
  readonly client: S3Client;
  readonly contents: S3Bucket;
  /** Of the store, with its slash. */
  readonly prefix: string;
  /** The headers of each piece. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The pieces of one upload. */
export class Pieces {
  readonly #store: PieceStore;
  readonly #id: string;
  readonly #folder: string;

  /** Raises RangeError for an id that no document has: its pieces would lie elsewhere. */
  constructor(store: PieceStore, id: string) {
    if (!/^[\w-]{1,100}$/.test(id)) throw new RangeError(`${JSON.stringify(id)} can't be an upload's id`);
    this.#store = store;
    this.#id = id;
    this.#folder = `${store.prefix}${uploadsPrefix}${id}/`;
  }

  async write(piece: Piece, body: Buffer | Streamed, signal: AbortSignal): Promise<void> {
    const { client, headers } = this.#store;
    const ready = payload(body, client.profile.checksums);
    await client.headers({
      operation: 'PutObject',
      method: 'PUT',
      key: this.#key(piece),
      headers: { ...headers, ...ready.headers },
      hash: ready.hash,
      body: ready.body,
      signal,
    });
  }

  /** What the pieces and then the chunks hold, as a body; in memory where it is small. Raises `upload_lost`. */
  async joined(
    pieces: readonly Piece[],
    chunks: readonly Buffer[],
    signal: AbortSignal,
  ): Promise<Buffer | Streamed> {
    const length = [...pieces.map(({ size }) => size), ...chunks.map((chunk) => chunk.length)].reduce(
      (sum, size) => sum + size,
      0,
    );
    if (length <= signedUpTo)
      return Buffer.concat([...(await this.#whole(pieces, signal)), ...chunks], length);
    if (pieces.length === 0) return { length, chunks, repeatable: true };
    const read = (piece: Piece) => this.#read(piece, signal);
    async function* all() {
      for (const piece of pieces) yield* await read(piece);
      yield* chunks;
    }
    return { length, chunks: { [Symbol.asyncIterator]: all }, repeatable: true };
  }

  /** The first bytes of all pieces, no more than `atMost`. Raises `upload_lost`. */
  async head(pieces: readonly Piece[], atMost: number, signal: AbortSignal): Promise<Buffer> {
    const found: Buffer[] = [];
    let left = atMost;
    for (const piece of pieces) {
      if (left === 0) break;
      const bytes = await this.#part(piece, Math.min(left, piece.size), signal);
      found.push(bytes);
      left -= bytes.length;
    }
    return Buffer.concat(found);
  }

  async remove(pieces: readonly Piece[], signal?: AbortSignal): Promise<void> {
    const { contents } = this.#store;
    for (const piece of pieces) await contents.removeObject(this.#key(piece), signal);
  }

  /** Removes all that lies there, whoever wrote it. */
  async clear(signal?: AbortSignal): Promise<void> {
    const { contents } = this.#store;
    for await (const { key } of contents.list(this.#folder, signal)) await contents.removeObject(key, signal);
  }

  #key({ at, size, fence }: Piece): string {
    return `${this.#folder}${at}-${size}-${fence}`;
  }

  #whole(pieces: readonly Piece[], signal: AbortSignal): Promise<Buffer[]> {
    return Promise.all(pieces.map((piece) => this.#part(piece, piece.size, signal)));
  }

  async #part(piece: Piece, bytes: number, signal: AbortSignal): Promise<Buffer> {
    const headers = { range: `bytes=0-${bytes - 1}` };
    const asked = this.#store.client.whole({ ...this.#get(piece, signal), headers }, bytes);
    const { body } = await asked.catch((error) => this.#missing(error));
    if (body.length !== bytes) throw this.#lost();
    return body;
  }

  async #read(piece: Piece, signal: AbortSignal): Promise<Readable> {
    const asked = this.#store.client.open(this.#get(piece, signal));
    const { headers, body } = await asked.catch((error) => this.#missing(error));
    if (headers['content-length'] === String(piece.size)) return body;
    body.destroy();
    throw this.#lost();
  }

  #get(piece: Piece, signal: AbortSignal) {
    return { operation: 'GetObject', method: 'GET', key: this.#key(piece), signal } as const;
  }

  #missing(error: unknown): never {
    throw hasStatus(error, 404) && error.code !== 'NoSuchBucket' ? this.#lost(error) : error;
  }

  #lost(cause?: S3Error): StrongroomError {
    return new StrongroomError('upload_lost', { id: this.#id }, { cause });
  }
}

/** The ids of uploads of which all pieces were written before `before`. */
export async function* untouchedSince(
  before: Date,
  { contents, prefix }: PieceStore,
  signal?: AbortSignal,
): AsyncGenerator<string> {
  const all = `${prefix}${uploadsPrefix}`;
  let [last, untouched] = ['', false];
  // In byte order of the keys, so that the pieces of one upload come one after another.
  for await (const { key, modifiedAt } of contents.list(all, signal)) {
    const id = key.slice(all.length, key.indexOf('/', all.length));
    const isSame = id === last;
    if (!isSame && untouched) yield last;
    untouched = modifiedAt < before && (untouched || !isSame);
    last = id;
  }
  if (untouched) yield last;
}
