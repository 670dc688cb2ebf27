import { sender } from '#platform';
import type { Document } from '../answers.ts';
import { StrongroomError, tooLargeOnTheWay } from '../error.ts';
import type { Keeper } from '../places/keeper.ts';
import { collections, mustEnd, ofAnotherFile, tusHeaders, uploadPath } from './ending.ts';
import type { ResumableJob, Wanted } from './job.ts';
import { PieceSize } from './piece-size.ts';
import type { Way } from './resumable.ts';
import { settled } from './settled.ts';

/** Milliseconds. Phones change their networks without a word; what came is kept, so to try on a new line costs little. */
const stalls = 30_000;

/** Resumable uploads by tus 1.0 (https://tus.io/protocols/resumable-upload): made, sent on from its offset, asked where it stands. */
export const byTus: Way = (job) => {
  const pieces = new PieceSize(job.chunkSize);
  return async (keeper, signal) => {
    const { id, offset } = await (keeper.place.id === null
      ? create(job, keeper, signal)
      : stand(job, keeper, signal));
    for (let sent = offset; sent < job.size; ) {
      await keeper.leaves(Math.min(sent + pieces.bytes, job.size));
      sent = await sendPiece(job, pieces, { id, offset: sent }, signal);
      await keeper.note({ sent });
    }
    return settled(() => document(job, id, signal), job.course, signal);
  };
};

/** How many bytes are stored after it: as many as before where a proxy takes smaller ones only. */
async function sendPiece(
  job: ResumableJob,
  pieces: PieceSize,
  { id, offset }: Standing,
  signal: AbortSignal,
): Promise<number> {
  const begun = performance.now();
  const to = Math.min(offset + pieces.bytes, job.size);
  try {
    const sent = await append(job, id, { from: offset, to }, signal);
    pieces.arrived(performance.now() - begun);
    return sent;
  } catch (error) {
    // Some take 1 MiB when nobody has told them otherwise.
    if (tooLargeOnTheWay(error) && pieces.refused()) return offset;
    pieces.failed();
    throw error;
  }
}

/** What has become of it, also for who may upload and not read. */
function document({ connection }: ResumableJob, id: string, signal: AbortSignal): Promise<Document> {
  return connection.json({ method: 'GET', path: uploadPath('tus', id), signal, repeatable: false });
}

interface Standing {
  readonly id: string;
  /** Bytes that are stored. */
  readonly offset: number;
}

/** The key makes it one upload, also when an answer is lost, and when that is heard of after a reload. */
async function create(job: ResumableJob, keeper: Keeper, signal: AbortSignal): Promise<Standing> {
  await keeper.note({});
  const headers = {
    ...tusHeaders,
    'upload-length': String(job.size),
    'upload-metadata': metadataOf(job.wanted),
    'idempotency-key': keeper.place.idempotencyKey,
  };
  const path = collections.tus;
  const made = await job.connection.headers({ method: 'POST', path, headers, signal });
  const id = /[^/]+(?=\/?$)/.exec(made.get('location') ?? '')?.[0];
  if (id === undefined) throw new StrongroomError('unexpected_answer', 'The answer names no upload.');
  await keeper.note({ id, expiresAt: expiry(made) });
  return made.has('idempotency-replayed') ? stand(job, keeper, signal) : { id, offset: 0 };
}

/** Takes the upload over from whoever was at it: from an earlier request of ours, mostly, that the service waits for still. */
async function stand(job: ResumableJob, keeper: Keeper, signal: AbortSignal): Promise<Standing> {
  const id = keeper.place.id as string;
  const call = { method: 'HEAD', path: uploadPath('tus', id), headers: tusHeaders, signal } as const;
  const told = await job.connection.headers({ ...call, repeatable: false }).catch(async (error) => {
    // An answer to HEAD has no body (RFC 9110 §9.3.2), so none says why it is a refusal.
    if ((error as StrongroomError).code === 'unexpected_answer') await document(job, id, signal);
    throw error;
  });
  const offset = offsetIn(told);
  if (offset < job.size && !(await keeper.vouchesFor(offset))) {
    await mustEnd(job.connection, { transport: 'tus', id }, signal);
    throw ofAnotherFile();
  }
  const first = keeper.continues();
  await keeper.note({ sent: offset, expiresAt: expiry(told) });
  job.progress.at(offset);
  if (first) job.course.continued(offset);
  return { id, offset };
}

/** Sends the next bytes; how many are stored then. */
async function append(
  job: ResumableJob,
  id: string,
  { from, to }: { readonly from: number; readonly to: number },
  signal: AbortSignal,
): Promise<number> {
  const headers = {
    ...tusHeaders,
    'upload-offset': String(from),
    'content-type': 'application/offset+octet-stream',
  };
  const send = sender(job.part(from, to), (sent) => job.progress.at(from + sent), stalls);
  const path = uploadPath('tus', id);
  return offsetIn(
    await job.connection.headers({ method: 'PATCH', path, headers, signal, send, repeatable: false }),
  );
}

function offsetIn(headers: Headers): number {
  const offset = Number(headers.get('upload-offset') ?? Number.NaN);
  if (Number.isSafeInteger(offset)) return offset;
  // Also what a page of another origin sees when the service does not show it the field.
  throw new StrongroomError('unexpected_answer', 'The answer does not say how much of the file is stored.');
}

/** Upload-Expires (tus 1.0): an HTTP date; null where it is none. */
function expiry(headers: Headers): string | null {
  const at = Date.parse(headers.get('upload-expires') ?? '');
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** Upload-Metadata (tus 1.0): names and values in Base64. */
function metadataOf({ recordId, type, filename, contentType, metadata, replaces }: Wanted): string {
  const pairs = {
    ...{ recordId, type, filename, replaces },
    filetype: contentType,
    metadata: metadata && JSON.stringify(metadata),
  };
  return Object.entries(pairs)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${base64(value)}`]))
    .join(',');
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
