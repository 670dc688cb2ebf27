import { createCipheriv, createHash } from 'node:crypto';
import { Readable } from 'node:stream';

const blockSize = 1024 ** 2;
/** Looks random, and is the same in every process: the sink gives back what it has dropped. */
const block = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
  Buffer.alloc(blockSize),
);
const head = Buffer.from('%PDF-1.7\n');
const firstBlock = Buffer.concat([head, block.subarray(head.length)]);
/** As much as a client writes at once. */
const writeSize = 256 * 1024;

/** The bytes of one document: a PDF's header and padding, never held in memory as a whole. */
export class Body {
  /** Bytes. */
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** The whole, for up to 1 MiB; null for more. */
  readonly small: Buffer | null;

  constructor(size: number) {
    this.size = size;
    this.small = size <= blockSize ? Buffer.concat([...piecesOf(0, size)]) : null;
    const hash = createHash('sha256');
    for (const piece of piecesOf(0, size)) hash.update(piece);
    this.sha256 = hash.digest('hex');
  }

  /** The bytes between `before` and `after`. */
  stream(before: Buffer, after: Buffer): Readable {
    const { size } = this;
    function* all() {
      if (before.length > 0) yield before;
      yield* piecesOf(0, size);
      if (after.length > 0) yield after;
    }
    return Readable.from(all(), { objectMode: false, highWaterMark: writeSize });
  }
}

/** The bytes from `from` to before `to` of a document that has as many or more. */
export function slice(from: number, to: number): Readable {
  return Readable.from(piecesOf(from, to), { objectMode: false, highWaterMark: writeSize });
}

function* piecesOf(from: number, to: number): Generator<Buffer> {
  for (let at = from; at < to; ) {
    const start = at % blockSize;
    const end = Math.min(start + writeSize, blockSize, start + to - at);
    yield (at < blockSize ? firstBlock : block).subarray(start, end);
    at += end - start;
  }
}

const boundary = 'strongroom-bench-0f6e2c';

/** A form as a browser sends it: the fields first, the file as the last part (RFC 7578). */
export function form(fields: Record<string, string>): { before: Buffer; after: Buffer; contentType: string } {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="scan.pdf"\r\nContent-Type: application/pdf\r\n\r\n`;
  return {
    before: Buffer.from(parts.join('') + file),
    after: Buffer.from(`\r\n--${boundary}--\r\n`),
    contentType: `multipart/form-data; boundary=${boundary}`,
  };
}
