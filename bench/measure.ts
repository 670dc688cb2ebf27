import { setTimeout as wait } from 'node:timers/promises';
import { Body } from './body.ts';
import {
  type Count,
  type LoadCase,
  type ReadShape,
  type Shape,
  type UploadShape,
  uploadShapes,
} from './cases.ts';
import { peakMemory } from './cpu.ts';
import {
  type Answer,
  assertContent,
  assertLink,
  assertPage,
  assertRecord,
  Driver,
  type Load,
  type Send,
  type Sent,
  type Timing,
} from './driver.ts';
import { afterwork, Meter } from './meter.ts';
import type { Subject } from './subjects.ts';

/** One load on one subject. */
export interface Round extends Timing {
  /** Requests sent. */
  readonly requests: number;
  /** Seconds of the subject's CPU. */
  readonly cpu: number;
  /** Calls of the store; null where they were not counted. */
  readonly calls: number | null;
}

/** A subject's rounds, in the order in which they ran, and the most memory it ever held, MiB. */
export interface Rounds {
  readonly rounds: readonly Round[];
  readonly peak: number;
}

const MiB = 1024 ** 2;
/** Documents that the reading cases read in turn; as many of one record, for its list. */
const toRead = 64;

/** A subject and what it is asked. */
export interface Side {
  readonly subject: Subject;
  readonly shape: Shape;
  /** In one round. */
  readonly requests: number;
}

/**
 * Runs the pairs: service and floor by turns, each pair the other way round than the one before, so that a machine
 * that grows slower or faster takes from neither. Raises an Error when an answer is wrong or bytes did not arrive.
 */
export async function measure(
  the: LoadCase,
  { pairs }: Count,
  sides: readonly Side[],
  signal: AbortSignal,
): Promise<Rounds[]> {
  await using stack = new AsyncDisposableStack();
  const runs = [];
  for (const side of sides) {
    const driver = stack.use(new Driver(side.subject.origin));
    const run = await telling(side.subject, prepare(the, side, driver, signal));
    runs.push({ ...side, run, rounds: [] as Round[] });
  }
  for (let pair = 0; pair < pairs; pair += 1) {
    for (const { subject, run, rounds } of pair % 2 === 0 ? runs : runs.toReversed()) {
      rounds.push(await telling(subject, run()));
    }
  }
  return runs.map(({ subject, rounds }) => ({ rounds, peak: peakMemory(subject.child.pid) }));
}

/** Warms the subject up and answers the function that runs one measured round on it. */
export async function prepare(
  the: Pick<LoadCase, 'size' | 'concurrency'>,
  { subject, shape, requests }: Side,
  driver: Driver,
  signal: AbortSignal,
): Promise<() => Promise<Round>> {
  const body = bodyOf(the.size);
  if (!isUpload(shape)) {
    const ids = await preload(body, subject, driver, signal);
    const load: Load = {
      requests,
      concurrency: the.concurrency,
      act: async (index, send) => {
        const answer = await send(subject.read(shape, ids[index % ids.length] ?? '', index));
        assertRead(shape, answer, body, index);
      },
    };
    await driver.run(load, signal);
    return () => timed(subject, () => load, driver, signal);
  }
  const ids: string[] = [];
  const upload = (meter: Meter, of: Body, count: number, concurrency: number): Load => ({
    requests: count,
    concurrency,
    act: async (index, send) => void ids.push(await subject.upload(shape, of, index, { send, meter })),
  });
  const meter = new Meter(subject.child.pid);
  const warm = body.small
    ? upload(meter, body, requests, the.concurrency)
    : upload(meter, bodyOf(64 * MiB), 2, 1);
  await driver.run(warm, signal);
  await subject.store.drain();
  return async () => {
    ids.length = 0;
    const load = (meter: Meter) => upload(meter, body, requests, the.concurrency);
    const round = await timed(subject, load, driver, signal);
    const { bytes, calls } = await subject.store.drain();
    if (bytes < requests * the.size) {
      throw new Error(`${requests} documents of ${the.size} bytes were acknowledged, ${bytes} bytes stored`);
    }
    const send: Send = (sent) => driver.send(sent, signal);
    for (const id of ids) await subject.assertKept(shape, id, body, send);
    return { ...round, calls };
  };
}

function isUpload(shape: Shape): shape is UploadShape {
  return uploadShapes.some((one) => one === shape);
}

function assertRead(shape: ReadShape, answer: Answer, body: Body, index: number): void {
  if (shape === 'get') assertContent(answer, body, index);
  else if (shape === 'record') assertRecord(answer);
  else if (shape === 'link') assertLink(answer);
  else assertPage(answer);
}

/** Adds to an Error which subject it came from and what that printed last. */
async function telling<T>({ name, child }: Subject, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}\n${child.lastLines()}`);
  }
}

async function timed(
  subject: Subject,
  loadOf: (meter: Meter) => Load,
  driver: Driver,
  signal: AbortSignal,
): Promise<Round> {
  const meter = new Meter(subject.child.pid);
  const load = loadOf(meter);
  const timing = await driver.run(load, signal);
  await wait(afterwork);
  return { ...timing, requests: load.requests, cpu: meter.seconds(), calls: null };
}

/** Uploads what is to be read, and some more of the same record. */
async function preload(body: Body, subject: Subject, driver: Driver, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  const way = { send: (sent: Sent) => driver.send(sent, signal), meter: new Meter(subject.child.pid) };
  for (let index = 0; index < 2 * toRead; index += 1) {
    ids.push(await subject.upload('raw', body, index < toRead ? index : 0, way));
  }
  return ids.slice(0, toRead);
}

const bodies = new Map<number, Body>();

/** Bodies are made once: hashing 4 GiB takes seconds. */
function bodyOf(size: number): Body {
  const made = bodies.get(size) ?? new Body(size);
  bodies.set(size, made);
  return made;
}
