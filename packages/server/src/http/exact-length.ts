import { createHash, hash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';

/** The document whose bytes, all of them, are given. */
export interface Identified {
  readonly id: string;
  /** Lower-case hex. */
  readonly sha256: string;
}

/**
 * Hands on `source` unchanged, and holds it to `length` bytes: an end before or a byte after raises `store_unavailable`,
 * so that the connection breaks and a short body never looks like a finished one. Node's own Content-Length check does
 * not end the connection. Other errors of the source become the cause of a `store_unavailable`. Destroying the answer
 * destroys the source.
 *
 * Where the bytes are all of a `document`, they are held to its SHA-256 as well: the last of them are given only when the
 * digest is right, else `internal` is raised with the reason as its cause.
 */
export function exactly(source: Readable, length: number, document: Identified | null = null): Readable {
  const digest = document ? createHash('sha256') : null;
  let given = 0;
  const fail = (cause: unknown) =>
    body.destroy(
      cause instanceof StrongroomError ? cause : new StrongroomError('store_unavailable', {}, { cause }),
    );
  const miscounted = () => fail(source.errored ?? new Error(`the store gave ${given} of ${length} bytes`));
  const body = new Readable({
    read() {
      source.resume();
    },
    destroy(error, done) {
      source.destroy();
      done(error);
    },
  });
  source
    .on('data', (chunk: Buffer) => {
      given += chunk.length;
      digest?.update(chunk);
      if (given > length) miscounted();
      else if (given === length && document && digest?.digest('hex') !== document.sha256)
        fail(altered(document));
      else if (!body.push(chunk)) source.pause();
    })
    .on('error', fail)
    .once('end', () => (given === length ? body.push(null) : miscounted()))
    .once('close', () => {
      if (!source.readableEnded) miscounted();
    });
  // It may fail before anybody listens. Whoever reads next finds `errored`.
  body.on('error', () => {});
  if (source.destroyed) miscounted();
  return body;
}

/** `bytes`, if they are `length` and, where they should be, those of the document. Raises as `exactly` does. */
export function whole(bytes: Buffer, length: number, document: Identified | null = null): Buffer {
  if (bytes.length !== length) {
    const cause = new Error(`the store gave ${bytes.length} of ${length} bytes`);
    throw new StrongroomError('store_unavailable', {}, { cause });
  }
  if (document && hash('sha256', bytes, 'hex') !== document.sha256) throw altered(document);
  return bytes;
}

function altered({ id, sha256 }: Identified): StrongroomError {
  const cause = new Error(`the store gave other bytes for document ${id} than those with SHA-256 ${sha256}`);
  return new StrongroomError('internal', {}, { cause });
}

/** Waits until `body` has something to give, or its end. Raises the error that came instead. */
export async function begun(body: Readable): Promise<void> {
  if (body.errored) throw body.errored;
  if (body.readableLength === 0) await once(body, 'readable');
}
