import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadCase } from './cases.ts';
import { Driver } from './driver.ts';
import { prepare } from './measure.ts';
import { byOwner, profileClock, profileTable } from './profile.ts';
import { type Place, startSubjects } from './subjects.ts';

/**
 * Runs a case on the service alone, under V8's sampling profiler, and answers a table of who spent the time.
 * With `keep`, the profiles stay in that folder, for a viewer such as the browsers' developer tools.
 * The profile sees the threads that run JavaScript; what libuv's threads do (files, fsync) is in the process's CPU only.
 */
export async function profileCase(
  the: LoadCase,
  place: Omit<Place, 'nodeArguments'>,
  keep: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const profiles = join(place.folder, 'profiles');
  mkdirSync(profiles);
  await using stack = new AsyncDisposableStack();
  const nodeArguments = ['--cpu-prof', `--cpu-prof-dir=${profiles}`, '--cpu-prof-interval=250'];
  const { measured: service } = await startSubjects(
    { ...the, against: null },
    { ...place, nodeArguments },
    stack,
  );
  const driver = stack.use(new Driver(service.origin));
  const side = { subject: service, shape: the.shape, requests: the.full.requests };
  const run = await prepare(the, side, driver, signal);
  const from = profileClock();
  const round = await run();
  const window = { from, to: profileClock() };
  await service.child.stop();
  if (keep) cpSync(profiles, join(keep, `${the.name}-${place.backend}`), { recursive: true });
  const owners = byOwner(profiles, window);
  if (owners.length === 0) throw new Error(`the service left no profile:\n${service.child.lastLines()}`);
  const each = ((round.cpu / round.requests) * 1000).toFixed(3);
  return `${the.name} on ${place.backend}: the process took ${each} CPU ms/request; by owner:\n${profileTable(owners, round.requests)}\n`;
}
