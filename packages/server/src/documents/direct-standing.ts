import { StrongroomError } from '../errors.ts';
import type { DirectUploads } from '../objects/direct-uploads.ts';
import type { Part } from '../objects/resumable-objects.ts';
import type { Begun } from './direct-begun.ts';
import { missing, partAt, partCount } from './direct-parts.ts';
import type { DirectStanding } from './direct-port.ts';
import type { Document } from './document.ts';
import type { Caller } from './permissions.ts';

/** So many URLs are given at once where nobody says which. */
const batch = 32;

/** The longest that a part's URL is good for, in seconds: a slow line needs minutes for a part. */
const urlsLive = 3_600;

/**
 * Where an upload stands that goes on, with URLs for the parts that are named; null: for the next that are not `there`. Raises
 * `invalid_input`, `store_unavailable`.
 */
export async function standingWith(
  { direct, uploadLives }: { readonly direct: DirectUploads; readonly uploadLives: number },
  caller: Caller,
  id: string,
  begun: Begun,
  there: readonly Part[],
  numbers: readonly number[] | null,
): Promise<DirectStanding> {
  const count = partCount(begun);
  for (const number of numbers ?? []) if (number > count) throw noSuchPart(number, count);
  const wanted = numbers ?? missing(begun, there, batch);
  const cut = wanted.map((number) => ({ number, ...partAt(begun, number) }));
  const now = Date.now();
  const live = secondsFor(caller, uploadLives, now);
  const urls = await direct.urls(begun, cut, live);
  return {
    id,
    size: begun.size,
    partSize: begun.partSize,
    partCount: count,
    expiresAt: new Date(now + uploadLives),
    parts: cut.map((part, at) => ({ ...part, url: urls[at] as string })),
    urlsExpireAt: cut.length === 0 ? null : new Date(now + live * 1000),
    received: there.map(({ number, size }) => ({ number, size })),
  };
}

/** Nobody sends for longer than their rights last. */
function secondsFor({ rights }: Caller, uploadLives: number, now: number): number {
  const left = (rights.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY) - now;
  return Math.max(1, Math.floor(Math.min(urlsLive, uploadLives / 1000, left / 1000)));
}

/** Every byte is there: all that is left is to complete it. */
export function standingOfWhole({ id, size }: Pick<Document, 'id' | 'size'>): DirectStanding {
  const bytes = size ?? 0;
  return {
    id,
    size: bytes,
    partSize: bytes,
    partCount: 1,
    expiresAt: null,
    parts: [],
    urlsExpireAt: null,
    received: [{ number: 1, size: bytes }],
  };
}

function noSuchPart(number: number, count: number): StrongroomError {
  const problem = `there is no part ${number}; this upload has ${count}`;
  return new StrongroomError('invalid_input', { field: 'numbers', problem });
}
