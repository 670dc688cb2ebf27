import { createHash } from 'node:crypto';
import { StartError } from '../errors.ts';
import { type Document, type Strongroom, StrongroomError } from './client.ts';

/** Milliseconds without a byte after which a line counts as lost. */
const silence = 60_000;
/** How often a line may be lost without one byte more having come. */
const mostFailures = 5;

export interface Sink {
  write(chunk: Uint8Array): Promise<void>;
}

/**
 * Hands the bytes of a document to `sink`, in order, each once. A lost line is taken up where it broke off: the bytes of a
 * document never change. Raises StartError where they are not those that the service stored (by size and SHA-256).
 */
export async function download(
  strongroom: Strongroom,
  { id, sha256, size }: Document,
  sink: Sink,
  { signal, progress }: { signal: AbortSignal; progress: (bytes: number) => void },
): Promise<void> {
  const digest = createHash('sha256');
  let at = 0;
  for (let failures = 0; size === null || at < size; ) {
    const before = at;
    try {
      for await (const chunk of bytesFrom(strongroom, id, at, signal)) {
        digest.update(chunk);
        await sink.write(chunk);
        at += chunk.byteLength;
        progress(at);
      }
      if (size === null || at >= size) break;
      throw new LostLine('it ended early');
    } catch (error) {
      if (!(error instanceof LostLine)) throw error;
      failures = at > before ? 1 : failures + 1;
      if (failures >= mostFailures)
        throw new StartError(`The line was lost again and again: ${error.message}.`);
    }
  }
  if (at !== size || digest.digest('hex') !== sha256)
    throw new StartError('What arrived is not what was stored: its SHA-256 is another. Nothing was kept.');
}

class LostLine extends Error {}

/** From the byte `at` on, until the line is lost. */
async function* bytesFrom(
  strongroom: Strongroom,
  id: string,
  at: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const silent = new AbortController();
  const either = AbortSignal.any([signal, silent.signal]);
  const answer = await strongroom.content(id, {
    signal: either,
    ...(at === 0 ? {} : { range: `bytes=${at}-` }),
  });
  if (at > 0 && answer.status !== 206)
    throw new StrongroomError('unexpected_answer', 'What stands before the service does not pass ranges on.');
  const reader = answer.body?.getReader();
  const timer = setTimeout(() => silent.abort(new Error('silence')), silence);
  try {
    for (;;) {
      const piece = await reader?.read().catch((error) => {
        if (signal.aborted) throw error;
        throw new LostLine(reason(error));
      });
      if (piece === undefined || piece.done) return;
      timer.refresh();
      yield piece.value;
    }
  } finally {
    clearTimeout(timer);
    silent.abort();
  }
}

function reason(error: Error): string {
  const { cause = error } = error as { cause?: Error };
  return cause.message || String(error);
}
