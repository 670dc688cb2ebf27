import { setTimeout as wait } from 'node:timers/promises';
import { Body } from './body.ts';
import type { Case, Count } from './cases.ts';
import { cpuSeconds, peakMemory } from './cpu.ts';
import { assertContent, assertStored, Driver, type Load, type Timing } from './driver.ts';
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
/** Documents that the reading case reads in turn. */
const toRead = 64;

/**
 * Runs the pairs: service and floor by turns, each pair the other way round than the one before, so that a machine
 * that grows slower or faster takes from neither. Raises an Error when an answer is wrong or bytes did not arrive.
 */
export async function measure(
  the: Case,
  count: Count,
  [service, floor]: readonly [Subject, Subject],
  signal: AbortSignal,
): Promise<{ service: Rounds; floor: Rounds }> {
  await using stack = new AsyncDisposableStack();
  const runs = [];
  for (const subject of [service, floor]) {
    const requests = subject === floor ? (count.floorRequests ?? count.requests) : count.requests;
    const driver = stack.use(new Driver(subject.origin));
    const run = await telling(subject, prepare(the, requests, subject, driver, signal));
    runs.push({ subject, run, rounds: [] as Round[] });
  }
  for (let pair = 0; pair < count.pairs; pair += 1) {
    for (const { subject, run, rounds } of pair % 2 === 0 ? runs : runs.toReversed()) {
      rounds.push(await telling(subject, run()));
    }
  }
  const [ofService, ofFloor] = runs.map(({ subject, rounds }) => ({
    rounds,
    peak: peakMemory(subject.child.pid),
  }));
  if (!ofService || !ofFloor) throw new Error('two subjects are compared');
  return { service: ofService, floor: ofFloor };
}

/** Warms the subject up and answers the function that runs one measured round on it. */
export async function prepare(
  the: Case,
  requests: number,
  subject: Subject,
  driver: Driver,
  signal: AbortSignal,
): Promise<() => Promise<Round>> {
  const body = bodyOf(the.size);
  if (the.shape === 'get') {
    const ids = await preload(body, subject, driver, signal);
    const load: Load = {
      requests,
      concurrency: the.concurrency,
      request: (index) => subject.content(ids[index % ids.length] ?? ''),
      check: (answer, index) => assertContent(answer, body, index),
    };
    await driver.run(load, signal);
    return () => timed(subject, load, driver, signal);
  }
  const { shape } = the;
  const upload = (of: Body, count: number, concurrency: number): Load => ({
    requests: count,
    concurrency,
    request: (index) => subject.upload(shape, of, index),
    check: (answer) => assertStored(answer, of),
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

async function preload(body: Body, subject: Subject, driver: Driver, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < toRead; index += 1) {
    ids.push(assertStored(await driver.send(subject.upload('raw', body, index), signal), body));
  }
  return ids;
}

const bodies = new Map<number, Body>();

/** Bodies are made once: hashing 4 GiB takes seconds. */
function bodyOf(size: number): Body {
  const made = bodies.get(size) ?? new Body(size);
  bodies.set(size, made);
  return made;
}
