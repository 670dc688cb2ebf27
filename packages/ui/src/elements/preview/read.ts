import { type Document, type Strongroom, StrongroomError } from '@strongroom/client';

export interface Reading {
  readonly signal: AbortSignal;
  /** Bytes to fetch of the document's beginning. */
  readonly length: number;
  onProgress(received: number): void;
}

/** The first `length` bytes of a document. Raises what the client raises, and `unreachable` when the answer breaks off. */
export async function read(
  client: Strongroom,
  { id, size }: Pick<Document, 'id' | 'size'>,
  { signal, length, onProgress }: Reading,
): Promise<ArrayBuffer> {
  const range = size !== null && length < size ? `bytes=0-${length - 1}` : undefined;
  const answer = await client.content(id, { range, signal });
  const bytes = new Uint8Array(length);
  let received = 0;
  const reader = answer.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    if (received + part.value.length > length) throw cutOff();
    bytes.set(part.value, received);
    received += part.value.length;
    onProgress(received);
  }
  if (received < length) throw cutOff();
  return bytes.buffer;
}

function cutOff(): StrongroomError {
  return new StrongroomError('unreachable', 'The answer broke off.', { retryable: true });
}
