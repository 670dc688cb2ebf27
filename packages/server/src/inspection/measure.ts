import { createHash, hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';

/** What the server itself found: bytes, and lower-case hex SHA-256. */
export interface Measured {
  readonly size: number;
  readonly sha256: string;
}

/**
 * Hands on `source` unchanged while counting and hashing it. `result` answers once `body` has ended and throws before.
 *
 * `body` raises `too_large` as soon as the byte after `limit` is seen, `aborted` when the source closes without an end,
 * and the source's own errors unchanged. Destroying `body` destroys the source. Nothing is read before `body` is.
 *
 * A Readable that emits the source's chunks again costs less than a Transform and than an async generator, both of
 * which queue every chunk a second time; the hash is then nearly all there is to pay.
 */
export function measure(
  source: Readable,
  { limit }: { limit: number },
): { body: Readable; result: () => Measured } {
  const digest = createHash('sha256');
  let size = 0;
  let started = false;
  let sha256: string | null = null;

  const take = (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) {
      body.destroy(new StrongroomError('too_large', { limit, received: size }));
      return;
    }
    digest.update(chunk);
    if (!body.push(chunk)) source.pause();
  };
  const end = () => {
    sha256 = digest.digest('hex');
    body.push(null);
  };
  const close = () => {
    if (!source.readableEnded) body.destroy(source.errored ?? endedEarly());
  };

  const body = new Readable({
    read() {
      if (!started) {
        started = true;
        source.on('data', take).once('end', end).once('close', close);
        source.on('error', (error) => body.destroy(error));
        if (source.destroyed) close();
      }
      source.resume();
    },
    destroy(error, done) {
      source.off('data', take);
      source.destroy();
      done(error);
    },
  });

  return {
    body,
    result() {
      if (sha256 === null) throw new Error('the body has not ended yet');
      return { size, sha256 };
    },
  };
}

/** Size and SHA-256 of bytes that are all there. */
export function measureBuffer(bytes: Buffer): Measured {
  return { size: bytes.length, sha256: hash('sha256', bytes, 'hex') };
}

function endedEarly(): StrongroomError<'aborted'> {
  return new StrongroomError('aborted', { reason: 'the body closed before its end' });
}
