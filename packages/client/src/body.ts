import type { FileSource, Uploadable } from './file-source.ts';
import type { Sendable } from './platform/send.ts';

/** A body, with what it says of itself. */
export interface NamedBody extends Sendable {
  readonly name: string | null;
  readonly type: string | null;
  /** Milliseconds since 1970. */
  readonly lastModified: number | null;
  /** Bytes `from` until `to` of it; null where it can't be read from anywhere but its beginning. */
  readonly part: ((from: number, to: number) => Sendable) | null;
}

/** Raises TypeError for what can't be sent. */
export function bodyOf(file: Uploadable): NamedBody {
  if (file instanceof Blob) return ofBlob(file);
  if (typeof file === 'string') return { ...ofBlob(new Blob([file])), type: 'text/plain' };
  if (file instanceof ArrayBuffer || ArrayBuffer.isView(file))
    return ofBlob(new Blob([file as Uint8Array<ArrayBuffer>]));
  if (typeof (file as FileSource | null)?.chunks === 'function') return ofSource(file as FileSource);
  if (typeof (file as AsyncIterable<Uint8Array> | null)?.[Symbol.asyncIterator] === 'function')
    return ofStream(file as AsyncIterable<Uint8Array>);
  throw new TypeError('a file is a Blob, bytes, a text, a stream or what fileOf gives');
}

const again = { repeatable: true, spent: () => false };

function ofBlob(blob: Blob): NamedBody {
  const { name, lastModified } = blob as Partial<File>;
  return {
    name: name || null,
    type: blob.type || null,
    lastModified: lastModified ?? null,
    ...sendable(blob),
    part: (from, to) => sendable(blob.slice(from, to)),
  };
}

function sendable(blob: Blob): Sendable {
  return { size: blob.size, ...again, whole: blob, chunks: () => piecesOf(blob.stream()) };
}

function ofSource(file: FileSource): NamedBody {
  const { name = null, type = null, size, lastModified = null } = file;
  const part = (from: number, to: number): Sendable => ({
    size: to - from,
    ...again,
    whole: null,
    chunks: () => (file.range as NonNullable<FileSource['range']>)(from, to),
  });
  const whole = { size, ...again, whole: null, chunks: () => file.chunks() };
  return { name, type, lastModified, ...whole, part: file.range ? part : null };
}

function ofStream(stream: AsyncIterable<Uint8Array>): NamedBody {
  let begun = false;
  return {
    name: null,
    type: null,
    lastModified: null,
    size: null,
    repeatable: false,
    spent: () => begun,
    whole: null,
    part: null,
    chunks() {
      // What is left of it would be taken for the whole.
      if (begun) throw new TypeError('a stream is read once');
      begun = true;
      return stream;
    },
  };
}

/** Safari's streams are no iterables yet. */
async function* piecesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) yield piece.value;
  } finally {
    await reader.cancel();
  }
}
