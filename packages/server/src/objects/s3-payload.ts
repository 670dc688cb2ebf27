import { createHash, type Hash } from 'node:crypto';
import { sha256, unsigned } from './sigv4.ts';

/** Bytes that come as they are sent, and how many they are. */
export interface Streamed {
  readonly length: number;
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
  /** Whether `chunks` gives them again when it is asked again; otherwise they can be sent once. */
  readonly repeatable?: boolean;
}

/** A body made ready to be sent, with what proves it. */
export interface Payload {
  /** To be signed with the request. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-content-sha256`. */
  readonly hash: string;
  readonly body: Buffer | Streamed;
  /** `x-amz-checksum-sha256` in base64 where one is sent; of a stream only when all of it has been sent. */
  checksum(): string | undefined;
}

/** Bodies up to this many bytes have their digest in the signature. */
export const signedUpTo = 1024 * 1024;

const trailer = 'x-amz-checksum-sha256';

/**
 * Where the engine is known to check it (`checks`), every body carries its SHA-256: in a header when it is at hand, in
 * a trailer when it passes through. Elsewhere only small bodies are proved, by the signature.
 * `digest` is the body's SHA-256 in lower-case hex, where known.
 */
export function payload(body: Buffer | Streamed, checks: boolean, digest?: string): Payload {
  if (!Buffer.isBuffer(body)) return checks ? trailed(body) : plain(body, unsigned);
  if (!checks && digest === undefined && body.length > signedUpTo) return plain(body, unsigned);
  const hash = digest ?? sha256(body);
  if (!checks) return plain(body, hash);
  const checksum = Buffer.from(hash, 'hex').toString('base64');
  return { headers: { [trailer]: checksum }, hash, body, checksum: () => checksum };
}

function plain(body: Buffer | Streamed, hash: string): Payload {
  return { headers: {}, hash, body, checksum: () => undefined };
}

/**
 * The whole body as one chunk of `aws-chunked`, then the checksum as its trailer (S3 API Reference, "Signature
 * calculations: Transferring payload in multiple chunks with trailing headers").
 */
function trailed({ length, chunks, repeatable = false }: Streamed): Payload {
  const start = Buffer.from(`${length.toString(16)}\r\n`);
  const end = (checksum: string) => Buffer.from(`\r\n0\r\n${trailer}:${checksum}\r\n\r\n`);
  const encoded = start.length + length + end('='.repeat(44)).length;
  let checksum: string | undefined;
  async function* encode() {
    const hash = createHash('sha256');
    yield start;
    yield* hashed(chunks, hash);
    checksum = hash.digest('base64');
    yield end(checksum);
  }
  return {
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-decoded-content-length': String(length),
      'x-amz-trailer': trailer,
    },
    hash: 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    body: { length: encoded, chunks: { [Symbol.asyncIterator]: encode }, repeatable },
    checksum: () => checksum,
  };
}

async function* hashed(chunks: Streamed['chunks'], hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}
