import type { Document } from '../answers.ts';
import { untilDone } from '../attempts.ts';
import { aborted, StrongroomError } from '../error.ts';
import { Keeper } from '../places/keeper.ts';
import type { UploadPlace } from '../places/upload-places.ts';
import { endUpload } from './ending.ts';
import type { ResumableJob } from './job.ts';

/**
 * One stretch of an upload that can go on: from where it stands, or its beginning, to the document. What has been gained is
 * kept when it fails.
 */
type Stretch = (keeper: Keeper, signal: AbortSignal) => Promise<Document>;
export type Way = (job: ResumableJob) => Stretch;

/**
 * Brings an upload to its end, over failures, pauses and, where it ended on the service, one new beginning. One that stopped
 * earlier goes on the way it went. The place is kept while going on makes sense. Raises `aborted` when it is cancelled,
 * `upload_taken_over` when somebody else goes on with it.
 */
export async function carry(job: ResumableJob, chosen: 'tus' | 'direct'): Promise<Document> {
  const { course } = job;
  const keeper = await Keeper.of(chosen, job);
  try {
    const document = await toItsEnd(job, keeper);
    await keeper.forget();
    return document;
  } catch (error) {
    if (course.cancelled.aborted) {
      await givenUp(job, keeper);
      throw aborted(course.cancelled);
    }
    if (!goesOn(error, keeper.place)) await keeper.forget();
    throw error;
  } finally {
    keeper.release();
  }
}

async function toItsEnd(job: ResumableJob, keeper: Keeper): Promise<Document> {
  const { course } = job;
  for (let begunAnew = false; ; ) {
    const { signal } = course;
    try {
      course.goesBy(keeper.place.transport);
      return await stretch(job, keeper, signal);
    } catch (error) {
      if (course.cancelled.aborted || !(error instanceof StrongroomError)) throw error;
      if (signal.aborted) {
        await course.resumed();
      } else if (error.code === bucketOutOfReach && job.goAround !== null) {
        job.goAround();
        await keeper.goBy('tus');
      } else if (keeper.place.transport === 'direct' && notDirect.has(error.code) && job.goAround !== null) {
        await keeper.goBy('tus');
      } else if (isOver(error) && !begunAnew) {
        begunAnew = true;
        await keeper.beginAnew();
      } else throw error;
    }
  }
}

/**
 * After these a direct upload goes another way: straight to the bucket a file is held to what is claimed of it, where through the
 * service its bytes say what it is; and the service may have been told to offer that way no more.
 */
const notDirect = new Set(['type_refused', 'direct_uploads_unavailable']);

/** As long as something is gained, failures are not counted. */
async function stretch(job: ResumableJob, keeper: Keeper, signal: AbortSignal): Promise<Document> {
  const go = (await loaded(keeper.place.transport))(job);
  let takenOver = 0;
  // Once it is taken back, in case that two of our own requests met. Then whoever came last has it.
  const again = ({ retryable, code }: StrongroomError) =>
    code === 'upload_taken_over' ? takenOver++ === 0 : retryable || code === 'upload_incomplete';
  return untilDone(() => go(keeper, signal), {
    retries: job.connection.uploadRetries,
    signal,
    again,
    gained: () => keeper.place.sent,
    waits: job.course.waits,
    offlineWaits: true,
  });
}

async function loaded(transport: 'tus' | 'direct'): Promise<Way> {
  try {
    if (transport === 'tus') return (await import('./tus.ts')).byTus;
    return (await import('./direct.ts')).direct;
  } catch (cause) {
    throw new StrongroomError('unreachable', 'The code for this upload could not be loaded.', { cause });
  }
}

async function givenUp({ connection }: ResumableJob, keeper: Keeper): Promise<void> {
  const { id, transport } = keeper.place;
  await keeper.forget();
  if (id !== null) await endUpload(connection, { id, transport });
}

/** Expired, given up, or never there. */
function isOver({ status }: StrongroomError): boolean {
  return status === 404 || status === 410;
}

/** What a direct upload raises when the service can be reached from here, and its bucket can't. */
export const bucketOutOfReach = 'bucket_out_of_reach';

const notOfTheUpload = new Set([401, 403, 408, 409, 423, 425, 429]);

/**
 * Whether the upload can go on after this, later or by somebody else: what the service refuses for good can't, nor what it has not
 * begun. A page of something in between (a hotel's sign-in, say) is no refusal.
 */
function goesOn(error: unknown, { id }: UploadPlace): boolean {
  if (!(error instanceof StrongroomError) || error.code === 'unexpected_answer') return true;
  if (error.code === 'file_unreadable' || error.code === bucketOutOfReach) return false;
  return error.status === null || error.status >= 500 || (id !== null && notOfTheUpload.has(error.status));
}
