import { setTimeout as wait } from 'node:timers/promises';
import { Body } from './body.ts';
import type { Count, LoadCase, ReadShape, Shape } from './cases.ts';
import { cpuSeconds, peakMemory } from './cpu.ts';
import {
  type Answer,
  assertContent,
  assertLink,
  assertPage,
  assertRecord,
  Driver,
  type Load,
  type Timing,
} from './driver.ts';
import type { Subject } from './subjects.ts';

/** One load on one subject. */
export interface Round extends Timing {
  /** Requests sent. */
  readonly requests: number;
  /** Seconds of the subject's CPU. */
  readonly cpu: number;
}

/** A subject's rounds, in the order in which they ran, and the most memory it ever held, MiB. */
export interface Rounds {
  readonly rounds: readonly Round[];
  readonly peak: number;
}

const MiB = 1024 ** 2;
/** Milliseconds that work may go on after the answers (a log's flush, a garbage collection) and still be counted. */
const afterwork = 100;
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
  if (shape !== 'raw' && shape !== 'form' && shape !== 'chunked') {
    const ids = await preload(body, subject, driver, signal);
    const load: Load = {
      requests,
      concurrency: the.concurrency,
      request: (index) => subject.read(shape, ids[index % ids.length] ?? '', index),
      check: (answer, index) => assertRead(shape, answer, body, index),
    };
    await driver.run(load, signal);
    return () => timed(subject, load, driver, signal);
  }
  const upload = (of: Body, count: number, concurrency: number): Load => ({
    requests: count,
    concurrency,
    request: (index) => subject.upload(shape, of, index),
    check: (answer) => subject.stored(answer, of),
  });
  const warm = body.small ? upload(body, requests, the.concurrency) : upload(bodyOf(64 * MiB), 2, 1);
  await driver.run(warm, signal);
  await subject.store.drain();
  return async () => {
    const round = await timed(subject, upload(body, requests, the.concurrency), driver, signal);
    const arrived = await subject.store.drain();
    if (arrived < requests * the.size) {
      throw new Error(
        `${requests} documents of ${the.size} bytes were acknowledged, ${arrived} bytes stored`,
      );
    }
    return round;
  };
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

async function timed(subject: Subject, load: Load, driver: Driver, signal: AbortSignal): Promise<Round> {
  const before = cpuSeconds(subject.child.pid);
  const timing = await driver.run(load, signal);
  await wait(afterwork);
  return { ...timing, requests: load.requests, cpu: cpuSeconds(subject.child.pid) - before };
}

/** Uploads what is to be read, and some more of the same record. */
async function preload(body: Body, subject: Subject, driver: Driver, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < 2 * toRead; index += 1) {
    const upload = subject.upload('raw', body, index < toRead ? index : 0);
    ids.push(subject.stored(await driver.send(upload, signal), body));
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
