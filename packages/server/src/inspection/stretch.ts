import { createHash, type Hash } from 'node:crypto';
import { Readable } from 'node:stream';
import { StrongroomError } from '../errors.ts';

/** What a sender says its bytes sum up to. */
export interface Checksum {
  readonly algorithm: 'sha1' | 'sha256' | 'md5';
  readonly digest: Buffer;
}

export interface StretchOptions {
  /** Counts on with every byte that is given on; null: nobody wants to know. */
  readonly hash: Hash | null;
  /** Null: none was said. */
  readonly checksum: Checksum | null;
  /** Bytes that it may have. */
  readonly atMost: number;
  /** What it raises with the byte after them. `received`: so many came. */
  readonly over: (received: number) => StrongroomError;
}

/** A part of a document's bytes, on its way. */
export interface Stretch {
  readonly body: Readable;
  /** Bytes that were given on so far. */
  readonly length: number;
  /** Why it ended before its sender had said all; null: it did not. */
  readonly failure: unknown;
  /** Ends it here, as a sender that breaks off would. */
  cut(failure: StrongroomError): void;
}

/**
 * Hands on `source` unchanged while counting and hashing it. Where the sender breaks off, `body` comes to a good end with what
 * there is and `failure` says why: an end by error would throw away what streams hold, and every byte that has come is to be
 * kept. With a checksum it is all or nothing: `body` raises what the source raises, and `checksum_mismatch` at its end.
 *
 * `body` raises `over` as soon as a byte too many is seen. Nothing is read before `body` is; destroying it destroys the source.
 */
export function stretchOf(source: Readable, options: StretchOptions): Stretch {
  const { hash, checksum, atMost, over } = options;
  const summed = checksum ? createHash(checksum.algorithm) : null;
  let length = 0;
  let failure: unknown = null;
  let isOver = false;
  let started = false;

  const finish = () => {
    if (isOver) return;
    isOver = true;
    if (checksum && !summed?.digest().equals(checksum.digest))
      body.destroy(new StrongroomError('checksum_mismatch', { algorithm: checksum.algorithm }));
    else body.push(null);
  };
  const breakOff = (error: unknown) => {
    if (isOver) return;
    failure = error;
    isOver = true;
    source.off('data', take);
    if (checksum) body.destroy(error as Error);
    else body.push(null);
  };
  const take = (chunk: Buffer) => {
    length += chunk.length;
    if (length > atMost) {
      isOver = true;
      body.destroy(over(length));
      return;
    }
    hash?.update(chunk);
    summed?.update(chunk);
    if (!body.push(chunk)) source.pause();
  };
  const close = () => {
    if (!source.readableEnded) breakOff(source.errored ?? endedEarly());
  };

  const body = new Readable({
    read() {
      if (!started) {
        started = true;
        source.on('data', take).once('end', finish).once('close', close).on('error', breakOff);
        if (source.destroyed) close();
      }
      if (!isOver) source.resume();
    },
    destroy(error, done) {
      isOver = true;
      source.off('data', take);
      source.destroy();
      done(error);
    },
  });
  // It may fail before anybody listens. Whoever reads next finds `errored`.
  body.on('error', () => {});

  return {
    body,
    get length() {
      return length;
    },
    get failure() {
      return failure;
    },
    cut(error) {
      breakOff(error);
      source.destroy();
    },
  };
}

function endedEarly(): StrongroomError<'aborted'> {
  return new StrongroomError('aborted', { reason: 'the body closed before its end' });
}
