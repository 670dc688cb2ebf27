import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { ReadyCase } from './cases.ts';
import type { Row } from './report.ts';
import { prepareSettledService, type Service } from './service.ts';
import { median, medianInterval } from './statistics.ts';
import type { Place } from './subjects.ts';

/**
 * From the start of the command until /readyz answers 200, on a data folder that is there already, beside a Node that
 * starts and ends. By turns, each pair the other way round than the one before.
 */
export async function measureReady(
  the: ReadyCase,
  pairs: number,
  place: Place,
  signal: AbortSignal,
): Promise<Row> {
  await using stack = new AsyncDisposableStack();
  const service = await prepareSettledService(place, stack);
  // So that its files, too, are in the page cache.
  await bareStart();
  const times: { ready: number; bare: number }[] = [];
  for (let pair = 0; pair < pairs && !signal.aborted; pair += 1) {
    if (pair % 2 === 0) times.push({ bare: await bareStart(), ready: await untilReady(service) });
    else times.push({ ready: await untilReady(service), bare: await bareStart() });
  }
  const interval = medianInterval(
    times.map(({ ready, bare }) => ready / bare),
    0.9,
  );
  return {
    case: the.name,
    backend: place.backend,
    figure: median(times.map(({ ready }) => ready)),
    unit: 'ms',
    floor: median(times.map(({ bare }) => bare)),
    ratio: median(times.map(({ ready, bare }) => ready / bare)),
    low: interval.low,
    high: interval.high,
    bar: the.bar,
    holds: interval.low <= the.bar,
  };
}

/** Milliseconds. */
async function untilReady(service: Service): Promise<number> {
  const begun = performance.now();
  await using child = service.start();
  await service.ready(child, 2);
  return performance.now() - begun;
}

async function bareStart(): Promise<number> {
  const begun = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await once(child, 'exit');
  return performance.now() - begun;
}
