import type { Document } from '../answers.ts';
import type { Call } from '../connection.ts';
import { StrongroomError } from '../error.ts';
import type { Keeper } from '../places/keeper.ts';
import { collections, mustEnd, ofAnotherFile, uploadPath } from './ending.ts';
import type { ResumableJob } from './job.ts';
import { type Granted, Parts } from './parts.ts';
import { bucketOutOfReach, type Way } from './resumable.ts';
import { settled } from './settled.ts';

/** Parts from here into the bucket by URLs that the service signs; it looks into what was stored before anybody reads it. */
export const direct: Way = (job) => async (keeper, signal) => {
  // Else all had been sent, and only the answer to that was not heard.
  if (keeper.place.id === null || keeper.place.sent < job.size) await sendParts(job, keeper, signal);
  job.progress.at(job.size);
  if (keeper.continues()) job.course.continued(job.size);
  return complete(job, keeper, signal);
};

async function sendParts(job: ResumableJob, keeper: Keeper, signal: AbortSignal): Promise<void> {
  const known = keeper.place.id !== null;
  const granted = await (keeper.place.id === null
    ? begin(job, keeper, signal)
    : asked(job, keeper.place.id, {}, signal));
  const continues = known && keeper.continues();
  const { id, expiresAt } = granted;
  if (expiresAt !== null && !(await keeper.vouchesFor(endOf(granted)))) {
    await mustEnd(job.connection, { transport: 'direct', id }, signal);
    throw ofAnotherFile();
  }
  const parts = new Parts(job, granted, {
    leaves: (to) => keeper.leaves(to),
    fresh: (numbers, ending) => asked(job, id, { numbers }, ending),
    stored: (sent) => keeper.note({ sent }),
  });
  await keeper.note({ id, expiresAt, sent: parts.stored });
  if (continues) job.course.continued(parts.stored);
  try {
    await parts.send(signal);
  } catch (error) {
    const { code, status } = error as StrongroomError;
    // Refused with fresh URLs, too: something on the way changes what was signed.
    const outOfReach = (code === 'unreachable' && !parts.reached) || (code === 'gateway' && status === 403);
    if (!outOfReach || keeper.place.sent > 0) throw error;
    // Raises when the service can't be reached either: then it is the network, and there is something to go on with.
    await mustEnd(job.connection, { transport: 'direct', id }, signal);
    await keeper.beginAnew();
    throw new StrongroomError(bucketOutOfReach, 'The bucket can’t be reached from here.', { cause: error });
  }
}

/** Bytes from the file's beginning within which all lie that are stored. */
function endOf({ received = [], partSize }: Granted): number {
  const [last] = received.toSorted((a, b) => b.number - a.number);
  return last ? (last.number - 1) * partSize + last.size : 0;
}

/** The key makes it one upload, also when an answer is lost, and when that is heard of after a reload. */
async function begin(job: ResumableJob, keeper: Keeper, signal: AbortSignal): Promise<Granted> {
  await keeper.note({});
  return job.connection.json({
    method: 'POST',
    path: collections.direct,
    headers: { 'idempotency-key': keeper.place.idempotencyKey },
    json: { ...job.wanted, size: job.size },
    signal,
  });
}

function asked(
  job: ResumableJob,
  id: string,
  json: { readonly numbers?: readonly number[] },
  signal: AbortSignal,
): Promise<Granted> {
  return job.connection.json(call(id, '/parts', signal, json));
}

async function complete(job: ResumableJob, keeper: Keeper, signal: AbortSignal): Promise<Document> {
  const { id } = keeper.place;
  try {
    return await settled(
      () => job.connection.json(call(id as string, '/complete', signal)),
      job.course,
      signal,
    );
  } catch (error) {
    // Which parts are there is asked again.
    if (error instanceof StrongroomError && error.code === 'upload_incomplete')
      await keeper.note({ sent: 0 });
    throw error;
  }
}

function call(id: string, rest: string, signal: AbortSignal, json: object = {}): Call {
  return { method: 'POST', path: uploadPath('direct', id) + rest, json, signal, repeatable: false };
}
