import { once } from 'node:events';
import { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';

/**
 * Hands on `source` unchanged, and holds it to `length` bytes: an end before or a byte after raises `store_unavailable`,
 * so that the connection breaks and a short body never looks like a finished one. Node's own Content-Length check does
 * not end the connection. Other errors of the source become the cause of a `store_unavailable`. Destroying the answer
 * destroys the source.
 */
export function exactly(source: Readable, length: number): Readable {
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
      if (given > length) miscounted();
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

/** `bytes`, if they are `length`. Raises `store_unavailable`. */
export function whole(bytes: Buffer, length: number): Buffer {
  if (bytes.length === length) return bytes;
  throw new StrongroomError(
    'store_unavailable',
    {},
    { cause: new Error(`the store gave ${bytes.length} of ${length} bytes`) },
  );
}

/** Waits until `body` has something to give, or its end. Raises the error that came instead. */
export async function begun(body: Readable): Promise<void> {
  if (body.errored) throw body.errored;
  if (body.readableLength === 0) await once(body, 'readable');
}
