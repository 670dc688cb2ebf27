import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Backend, backends, type Case, cases, type LoadCase } from './cases.ts';
import { assertMeasurable } from './cpu.ts';
import { type Databases, startDatabases } from './databases.ts';
import { measureIdle } from './idle.ts';
import { measure } from './measure.ts';
import { profileCase } from './profile-case.ts';
import { measureReady } from './ready.ts';
import { callsRow, cpuRow, lineOf, memoryRow, type Result, type Row, table } from './report.ts';
import { startSubjects } from './subjects.ts';

const withLoad = cases.filter((the) => the.kind === 'load');

const help = `npm run bench -- [options]
  --quick            every case on fewer pairs, under 10 minutes
  --only CASE        only this case (repeatable, or a comma list)
  --backend BACKEND  only this backend: ${backends.join(' or ')}
  --json FILE        write the rows there
  --profile CASE     instead: the service's CPU by owner in this case
  --keep FOLDER      keep the profiles there
Cases: ${cases.map(({ name }) => name).join(' ')}
`;

/** What the command line asks for. Raises an Error that names what is wrong. */
function readArguments() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      backend: { type: 'string', multiple: true, default: [] },
      json: { type: 'string' },
      profile: { type: 'string', multiple: true, default: [] },
      keep: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const names = cases.map(({ name }) => name);
  return {
    ...values,
    only: chosen('--only', values.only, names),
    backend: chosen('--backend', values.backend, backends),
    profile: chosen(
      '--profile',
      values.profile,
      withLoad.filter(({ who }) => who === 'service').map(({ name }) => name),
      [],
    ),
  };
}

/** The names that were asked for; `all` when none was. */
function chosen<T extends string>(
  option: string,
  given: string[],
  all: readonly T[],
  none = all,
): readonly T[] {
  const names = given.flatMap((list) => list.split(','));
  const wrong = names.find((name) => !all.some((known) => known === name));
  if (wrong !== undefined) throw new Error(`${option} got "${wrong}" and takes ${all.join(', ')}`);
  return names.length > 0 ? all.filter((name) => names.includes(name)) : none;
}

const say = (text: string) => process.stdout.write(text);

/** Runs what was asked for; answers the exit code: 0 when every case ran, whatever the bars say. */
async function main(): Promise<number> {
  const asked = readArguments();
  if (asked.help) {
    say(help);
    return 0;
  }
  assertMeasurable();
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => interrupted.abort());
  process.stdout.on('error', () => interrupted.abort());
  const folder = mkdtempSync(join(tmpdir(), 'strongroom-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await using bench = new Bench(folder, asked, interrupted.signal);
  for (const backend of asked.backend) {
    const names = asked.profile.length > 0 ? asked.profile : asked.only;
    for (const the of cases.filter(
      ({ name, on }) => names.includes(name) && (on ?? backends).includes(backend),
    )) {
      if (interrupted.signal.aborted) break;
      await bench.attempt(the, backend, asked.profile.length > 0);
    }
  }
  if (!asked.quick) await bench.profileMisses();
  if (asked.json) writeFileSync(asked.json, `${JSON.stringify(bench.rows, null, 2)}\n`);
  return bench.summarize() && !interrupted.signal.aborted ? 0 : 1;
}

/** One run over any number of cases. */
class Bench implements AsyncDisposable {
  readonly rows: Row[] = [];
  readonly #folder: string;
  readonly #asked: { readonly quick: boolean; readonly keep?: string | undefined };
  readonly #signal: AbortSignal;
  readonly #failed: string[] = [];
  #databases: Promise<Databases> | null = null;

  constructor(folder: string, asked: { quick: boolean; keep?: string | undefined }, signal: AbortSignal) {
    this.#folder = folder;
    this.#asked = asked;
    this.#signal = signal;
  }

  /** Runs one case on fresh processes, stores and records; what keeps it from running is told, and the next one goes on. */
  async attempt(the: Case, backend: Backend, profile: boolean): Promise<void> {
    try {
      if (the.kind !== 'load') await this.#start(the, backend);
      else if (profile) await this.#profile(the, backend);
      else await this.#measure(the, backend);
    } catch (error) {
      this.#failed.push(`${the.name} on ${backend}`);
      const why = this.#signal.aborted ? 'interrupted' : error instanceof Error ? error.message : error;
      say(`${the.name} on ${backend} did not run: ${why}\n\n`);
    }
  }

  /** A bar on CPU that was missed is told with who spent it. */
  async profileMisses(): Promise<void> {
    for (const row of this.rows.filter(({ holds, unit }) => holds === false && unit.startsWith('CPU'))) {
      const the = withLoad.find(({ name }) => name === row.case);
      if (the && !this.#signal.aborted) await this.attempt(the, row.backend, true);
    }
  }

  /** Says what was missed and what did not run; answers whether everything ran. */
  summarize(): boolean {
    for (const row of this.rows.filter(({ holds }) => holds === false)) {
      say(`missed: ${row.case} on ${row.backend} (${row.unit})\n`);
    }
    for (const what of this.#failed) say(`did not run: ${what}\n`);
    return this.#failed.length === 0;
  }

  async #measure(the: LoadCase, backend: Backend): Promise<void> {
    const result = await this.#result(the, backend);
    const cpu = cpuRow(result);
    const memory = the.memory ? memoryRow(result, await this.#memoryBar(the, backend)) : null;
    const calls = callsRow(result);
    const { interval: _, ...row } = cpu;
    this.rows.push(row, ...(calls ? [calls] : []), ...(memory ? [memory] : []));
    say(`${table(result, cpu, memory, calls)}\n`);
  }

  async #result(the: LoadCase, backend: Backend): Promise<Result> {
    await using stack = new AsyncDisposableStack();
    const place = { ...(await this.#place(the, backend, stack)), nodeArguments: [] };
    const { measured, floor } = await startSubjects(the, place, stack);
    const count = this.#asked.quick ? the.quick : the.full;
    const { requests, floorRequests = requests } = count;
    const sides = [{ subject: measured, shape: the.shape, requests }];
    if (floor) sides.push({ subject: floor, shape: the.shape, requests: floorRequests });
    else if (typeof the.against === 'object' && the.against !== null)
      sides.push({ subject: measured, shape: the.against.shape, requests });
    const [its, other] = await measure(the, count, sides, this.#signal);
    if (!its) throw new Error('nothing was measured');
    return {
      case: the,
      backend,
      measured: { name: floor ? measured.name : the.shape, ...its },
      floor: other ? { name: floor?.name ?? sides[1]?.shape ?? '', ...other } : null,
    };
  }

  /** The cases of a start: how soon, how large. */
  async #start(the: Exclude<Case, LoadCase>, backend: Backend): Promise<void> {
    await using stack = new AsyncDisposableStack();
    const place = { ...(await this.#place(the, backend, stack)), nodeArguments: [] };
    const { quick } = this.#asked;
    if (the.kind === 'ready') {
      const { pairs } = quick ? the.quick : the.full;
      const row = await measureReady(the, pairs, place, this.#signal);
      this.rows.push(row);
      say(`${lineOf(row, `${pairs} pairs of starts`)}\n`);
    } else {
      const { after } = quick ? the.quick : the.full;
      const row = await measureIdle(the, after, place, this.#signal);
      this.rows.push(row);
      say(`${lineOf(row, `${after / 1000} s after it was ready`)}\n`);
    }
  }

  async #profile(the: LoadCase, backend: Backend): Promise<void> {
    await using stack = new AsyncDisposableStack();
    const place = await this.#place(the, backend, stack);
    say(await profileCase(the, place, this.#asked.keep, this.#signal));
  }

  /** A case's memory bar in MiB. One that is set by another case is taken from that case's row, or it is run for it. */
  async #memoryBar({ memoryBar }: LoadCase, backend: Backend): Promise<number | null> {
    if (memoryBar === null || typeof memoryBar === 'number') return memoryBar;
    const isIt = (row: Row) => row.case === memoryBar.as && row.backend === backend && row.unit === 'MiB';
    if (!this.rows.some(isIt)) {
      const other = withLoad.find(({ name }) => name === memoryBar.as);
      if (other) await this.#measure(other, backend);
    }
    return (this.rows.find(isIt)?.figure ?? Number.NaN) + memoryBar.slack;
  }

  async #place(the: Case, backend: Backend, stack: AsyncDisposableStack) {
    const folder = join(this.#folder, `${the.name}-${backend}`);
    mkdirSync(folder);
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    if (backend !== 's3+postgres') return { backend, folder, databases: null };
    this.#databases ??= startDatabases();
    return { backend, folder, databases: await this.#databases };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const databases = await this.#databases?.catch(() => null);
    await databases?.[Symbol.asyncDispose]();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
}
