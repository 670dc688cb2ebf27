import { setTimeout as wait } from 'node:timers/promises';
import type { IdleCase } from './cases.ts';
import { residentMemory } from './cpu.ts';
import type { Row } from './report.ts';
import { prepareSettledService } from './service.ts';
import type { Place } from './subjects.ts';

/** The memory of a service that has been ready for `after` milliseconds, on a data folder that is there already. */
export async function measureIdle(
  the: IdleCase,
  after: number,
  place: Place,
  signal: AbortSignal,
): Promise<Row> {
  await using stack = new AsyncDisposableStack();
  const service = await prepareSettledService(place, stack);
  const child = stack.use(service.start());
  await service.ready(child);
  await wait(after, undefined, { signal });
  const figure = residentMemory(child.pid);
  return {
    case: the.name,
    backend: place.backend,
    figure,
    unit: 'MiB',
    floor: null,
    ratio: null,
    low: null,
    high: null,
    bar: the.bar,
    holds: figure <= the.bar,
  };
}
