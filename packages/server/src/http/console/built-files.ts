import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

export type Coding = 'br' | 'gzip' | 'identity';

export interface Built {
  readonly contentType: string;
  /** False: compressing would not make it smaller. */
  readonly compressible: boolean;
  /** Its name says what is in it: another content would have another name. */
  readonly hashed: boolean;
  /** The bytes in that content coding (RFC 9110 §8.4.1), and the strong ETag of them, with its quotes. */
  in(coding: Coding): Promise<{ readonly bytes: Buffer; readonly etag: string }>;
}

interface Kept extends Built {
  /** Which state of the file this is: its time and size. */
  readonly state: string;
}

const textual: { readonly [ending: string]: string } = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  json: 'application/json; charset=utf-8',
  svg: 'image/svg+xml',
  txt: 'text/plain; charset=utf-8',
  wasm: 'application/wasm',
};
const packed: { readonly [ending: string]: string } = {
  png: 'image/png',
  webp: 'image/webp',
  ico: 'image/x-icon',
  woff2: 'font/woff2',
};

/** Segments of plain names, none of which begins with a dot: no path out of the folder can be written so. */
const plainPath = /^\w[\w.-]*(?:\/\w[\w.-]*)*$/;

/** Vite names what it puts into these folders after its content; the names of entries stay. pdf.js's own have its version. */
const hashedPath = /(?:^|\/)(?:(?:assets|chunks)\/[^/]*-[\w-]{8,}\.\w+|pdfjs-\d[\d.]*\/.+)$/;

const inGzip = promisify(gzip);
const inBrotli = promisify(brotliCompress);

/**
 * A folder of files that a build made, kept in memory from when each is first asked for. They are few and small: about
 * 3 MiB, of which one reader of the console asks for a twentieth. A file that was built anew is read anew.
 */
export class BuiltFiles {
  readonly #folder: string;
  readonly #kept = new Map<string, Kept>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param path below the folder; null: there is no such file */
  async find(path: string): Promise<Built | null> {
    if (!plainPath.test(path)) return null;
    const state = await this.#stateOf(path);
    const kept = this.#kept.get(path);
    if (kept?.state === state) return kept;
    this.#kept.delete(path);
    if (state === null) return null;
    const file = { state, ...described(path), in: codings(() => readFile(join(this.#folder, path))) };
    this.#kept.set(path, file);
    return file;
  }

  async #stateOf(path: string): Promise<string | null> {
    const facts = await stat(join(this.#folder, path)).catch(() => null);
    return facts?.isFile() ? `${facts.mtimeMs} ${facts.size}` : null;
  }
}

function described(path: string): Pick<Built, 'contentType' | 'compressible' | 'hashed'> {
  const ending = path.slice(path.lastIndexOf('.') + 1);
  const text = textual[ending];
  return {
    contentType: text ?? packed[ending] ?? 'application/octet-stream',
    compressible: text !== undefined,
    hashed: hashedPath.test(path),
  };
}

/** Each coding is made once, when it is first asked for; a failure is not kept. */
function codings(read: () => Promise<Buffer>): Built['in'] {
  const made = new Map<Coding, ReturnType<Built['in']>>();
  return (coding) => {
    const known = made.get(coding);
    if (known !== undefined) return known;
    const making = read()
      .then((bytes) => coded(bytes, coding))
      .then((bytes) => ({ bytes, etag: etagOf(bytes) }));
    made.set(coding, making);
    making.catch(() => made.delete(coding));
    return making;
  };
}

/** Brotli at 9 comes within a tenth of its best, in a twentieth of the time: 30 ms for pdf.js, 1.3 s at its best. */
async function coded(bytes: Buffer, coding: Coding): Promise<Buffer> {
  if (coding === 'gzip') return inGzip(bytes, { level: constants.Z_BEST_COMPRESSION });
  if (coding === 'identity') return bytes;
  return inBrotli(bytes, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
}
