import type { FileSource, Uploadable } from './file-source.ts';
import type { Sendable } from './platform/send.ts';

/** A body, with what it says of itself. */
export interface NamedBody extends Sendable {
  readonly name: string | null;
  readonly type: string | null;
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
  const { name } = blob as Partial<File>;
  return {
    name: name || null,
    type: blob.type || null,
    size: blob.size,
    ...again,
    whole: blob,
    chunks: () => piecesOf(blob.stream()),
  };
}

function ofSource(file: FileSource): NamedBody {
  const { name = null, type = null, size } = file;
  return { name, type, size, ...again, whole: null, chunks: () => file.chunks() };
}

function ofStream(stream: AsyncIterable<Uint8Array>): NamedBody {
  let begun = false;
  return {
    name: null,
    type: null,
    size: null,
    repeatable: false,
    spent: () => begun,
    whole: null,
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
