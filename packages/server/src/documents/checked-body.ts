import { createHash } from 'node:crypto';
import { StrongroomError } from '../errors.ts';
import { type Checksum, stretchOf } from '../inspection/stretch.ts';
import type { IncomingBody } from './documents-port.ts';
import type { Piece } from './resuming-port.ts';

/** A body that is a whole document, held to what its sender says that it sums up to: raises `checksum_mismatch` at its end. */
export function checkedBody({ body, checksum }: Piece): IncomingBody {
  if (checksum === null) return body;
  const { whole } = body;
  const unlimited = { hash: null, checksum, atMost: Number.POSITIVE_INFINITY, over: never };
  return {
    ...body,
    open: () => stretchOf(body.open(), unlimited).body,
    whole: whole && (async () => held(await whole(), checksum)),
  };
}

function held(bytes: Buffer, { algorithm, digest }: Checksum): Buffer {
  if (createHash(algorithm).update(bytes).digest().equals(digest)) return bytes;
  throw new StrongroomError('checksum_mismatch', { algorithm });
}

function never(): never {
  throw new Error('there is no limit');
}
