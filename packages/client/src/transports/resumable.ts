import type { Document } from '../answers.ts';
import { untilDone } from '../attempts.ts';
import { aborted, StrongroomError } from '../error.ts';
import { Keeper } from '../places/keeper.ts';
import { endUpload } from './ending.ts';
import type { ResumableJob } from './job.ts';

/** A transport whose uploads go on where they stopped. */
export interface ResumableTransport {
  readonly name: 'tus' | 'direct';
  /** From where the upload stands, or its beginning, to the document; what has been gained is kept when it fails. */
  readonly go: (job: ResumableJob, keeper: Keeper, signal: AbortSignal) => Promise<Document>;
}

/**
 * Brings an upload to its end, over failures, pauses and, where it ended on the service, one new beginning. The place is kept
 * while going on makes sense. Raises `aborted` when it is cancelled, `upload_taken_over` when somebody else goes on with it.
 */
export async function carry(transport: ResumableTransport, job: ResumableJob): Promise<Document> {
  const keeper = await Keeper.of(transport.name, job);
  try {
    const document = await toItsEnd(transport, job, keeper);
    await keeper.forget();
    return document;
  } catch (error) {
    if (job.course.cancelled.aborted) {
      await givenUp(job, keeper);
      throw aborted(job.course.cancelled);
    }
    if (!goesOn(error)) await keeper.forget();
    throw error;
  } finally {
    keeper.release();
  }
}

async function toItsEnd(transport: ResumableTransport, job: ResumableJob, keeper: Keeper): Promise<Document> {
  const { course, connection } = job;
  let takenOver = 0;
  // Once it is taken back, in case that two of our own requests met. Then whoever came last has it.
  const again = ({ retryable, code }: StrongroomError) =>
    retryable || code === 'offset_conflict' || (code === 'upload_taken_over' && takenOver++ === 0);
  for (let begunAnew = false; ; ) {
    const { signal } = course;
    const patience = { retries: connection.retries, signal, again, gained: () => keeper.place.sent };
    try {
      return await untilDone(() => transport.go(job, keeper, signal), { ...patience, offlineWaits: true });
    } catch (error) {
      if (course.cancelled.aborted || !(error instanceof StrongroomError)) throw error;
      if (signal.aborted) {
        await course.resumed();
      } else if (isOver(error) && !begunAnew) {
        begunAnew = true;
        await keeper.beginAnew();
      } else throw error;
    }
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

const notOfTheUpload = new Set([401, 403, 408, 409, 423, 425, 429]);

/** Whether the upload can go on after this, later or by somebody else: what the service refuses for good can't. */
function goesOn(error: unknown): boolean {
  if (!(error instanceof StrongroomError)) return true;
  if (error.code === 'file_unreadable') return false;
  return error.status === null || error.status >= 500 || notOfTheUpload.has(error.status);
}
