import { createHash } from 'node:crypto';
import type { Payload } from '../acceptance/client.ts';

const piece = 64 * 1024;

/** Plain text of exactly `size` bytes, of which no two pieces are alike: one swapped, repeated or another's shows. */
export function bodyOf(recordId: string, size: number): { payload: () => Payload; sha256: string } {
  const hash = createHash('sha256');
  for (const chunk of chunks(recordId, size)) hash.update(chunk);
  return {
    payload: () => ({
      size,
      body: size <= piece ? Buffer.concat([...chunks(recordId, size)]) : later(recordId, size),
    }),
    sha256: hash.digest('hex'),
  };
}

function* chunks(recordId: string, size: number): Generator<Buffer> {
  for (let at = 0; at < size; at += piece) {
    yield Buffer.alloc(Math.min(piece, size - at), `${recordId} at ${at}\n`);
  }
}

async function* later(recordId: string, size: number): AsyncGenerator<Buffer> {
  yield* chunks(recordId, size);
}
