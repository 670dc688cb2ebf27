import type { Backend, LoadCase } from './cases.ts';
import type { Round, Rounds } from './measure.ts';
import { type Interval, median, medianInterval, percentile } from './statistics.ts';

/** One figure beside its bar, as it is written to the JSON file. */
export interface Row {
  readonly case: string;
  readonly backend: Backend;
  readonly figure: number;
  readonly unit: string;
  readonly floor: number | null;
  readonly ratio: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly bar: number | null;
  readonly holds: boolean | null;
}

export interface CpuRow extends Row {
  readonly interval: Interval;
}

export interface Result {
  readonly case: LoadCase;
  readonly backend: Backend;
  /** Of whom the case measures, by name. */
  readonly measured: Rounds & { readonly name: string };
  /** Of what that is held against. */
  readonly floor: (Rounds & { readonly name: string }) | null;
}

const GiB = 1024 ** 3;

/** CPU beside the floor, or alone where there is none. `holds` is false only when the whole interval lies above the bar. */
export function cpuRow({ case: the, backend, measured, floor }: Result): CpuRow {
  const cost = (round: Round) =>
    the.unit === 'CPU s/GiB'
      ? round.cpu / ((round.requests * the.size) / GiB)
      : (round.cpu / round.requests) * 1000;
  const figures = measured.rounds.map(cost);
  const floors = floor?.rounds.map(cost) ?? null;
  const ratios = floors && figures.map((figure, pair) => figure / (floors[pair] ?? Number.NaN));
  const interval = medianInterval(ratios ?? figures, 0.9);
  return {
    case: the.name,
    backend,
    figure: median(figures),
    unit: the.unit,
    floor: floors && median(floors),
    ratio: ratios && median(ratios),
    low: ratios && interval.low,
    high: ratios && interval.high,
    bar: the.cpuBar,
    holds: the.cpuBar === null ? null : interval.low <= the.cpuBar,
    interval,
  };
}

/** The peak of resident memory, MiB. `bar` is what the case may take, MiB. */
export function memoryRow(result: Result, bar: number | null): Row {
  const figure = result.measured.peak;
  return {
    case: result.case.name,
    backend: result.backend,
    figure,
    unit: 'MiB',
    floor: null,
    ratio: null,
    low: null,
    high: null,
    bar,
    holds: bar === null ? null : figure <= bar,
  };
}

/** Calls of the store for each document; null where they are not counted. */
export function callsRow({ case: the, backend, measured }: Result): Row | null {
  const counted = measured.rounds.flatMap(({ calls, requests }) => (calls === null ? [] : calls / requests));
  if (the.callsBar === undefined || counted.length === 0) return null;
  const figure = median(counted);
  const alone = { floor: null, ratio: null, low: null, high: null };
  const bar = the.callsBar;
  // A sweep or a look at the store's health may fall into a round of thousands.
  const holds = figure < bar + 0.01;
  return { case: the.name, backend, figure, unit: 'store calls/document', ...alone, bar, holds };
}

/** A case for people: the subjects side by side, then what was found. */
export function table(
  { case: the, backend, measured, floor }: Result,
  cpu: CpuRow,
  memory: Row | null,
  calls: Row | null,
): string {
  const pairs = measured.rounds.length;
  const fewer = floor && each(floor) < each(measured) ? ` (the ${floor.name} ${each(floor)})` : '';
  const lines = [
    `${the.name} on ${backend}: ${count(pairs, floor ? 'pair' : 'round')}${floor ? ' of rounds' : ''}, ${count(each(measured), 'request')} each${fewer}, ${the.concurrency} at a time`,
    [''.padEnd(12), ...columns.map(({ title }) => title.padStart(14))].join(''),
    line(measured.name, measured, the),
    ...(floor ? [line(floor.name, floor, the)] : []),
    floor
      ? `  CPU ratio ${range(cpu, cpu.ratio)} (${worth(cpu.interval, pairs)})${verdict(cpu)}`
      : `  ${the.unit} ${range(cpu, cpu.figure)} (${worth(cpu.interval, pairs)})${verdict(cpu)}`,
    ...(calls ? [`  ${calls.figure.toFixed(3)} ${calls.unit}${verdict(calls)}`] : []),
    ...(memory ? [`  peak memory ${memory.figure.toFixed(0)} MiB${verdict(memory)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The rows of the cases without requests, for people. */
export function lineOf(row: Row, how: string): string {
  const floor = row.floor === null ? '' : `, a bare node ${row.floor.toFixed(0)} ${row.unit}`;
  const ratio =
    row.ratio === null ? '' : `, ratio ${fixed(row.ratio)} [${fixed(row.low)}, ${fixed(row.high)}]`;
  return `${row.case} on ${row.backend}: ${how}\n  ${row.figure.toFixed(0)} ${row.unit}${floor}${ratio}${verdict(row)}\n`;
}

const columns: readonly {
  title: string;
  figure: (rounds: Rounds, the: LoadCase) => number;
  digits: number;
}[] = [
  {
    title: 'CPU ms/request',
    figure: ({ rounds }) => median(rounds.map((r) => (r.cpu / r.requests) * 1000)),
    digits: 3,
  },
  {
    title: 'CPU s/GiB',
    figure: ({ rounds }, { size }) => median(rounds.map((r) => r.cpu / ((r.requests * size) / GiB))),
    digits: 2,
  },
  {
    title: 'requests/s',
    figure: ({ rounds }) => median(rounds.map((r) => r.requests / r.seconds)),
    digits: 1,
  },
  { title: 'p50 ms', figure: latency(0.5), digits: 1 },
  { title: 'p95 ms', figure: latency(0.95), digits: 1 },
  { title: 'p99 ms', figure: latency(0.99), digits: 1 },
  { title: 'peak RSS MiB', figure: ({ peak }) => peak, digits: 0 },
];

function latency(share: number): (rounds: Rounds) => number {
  return ({ rounds }) =>
    percentile(
      rounds.flatMap((round) => round.latencies),
      share,
    );
}

function line(name: string, rounds: Rounds, the: LoadCase): string {
  const cells = columns.map(({ figure, digits }) => figure(rounds, the).toFixed(digits).padStart(14));
  return `  ${name.padEnd(10)}${cells.join('')}`;
}

function worth(interval: Interval, pairs: number): string {
  if (pairs < 5) return 'the range: too few pairs for an interval';
  return `an interval of ${(interval.coverage * 100).toFixed(0)} %`;
}

function verdict({ bar, holds, unit }: Row): string {
  if (bar === null) return '';
  return `, bar ${unit === 'MiB' ? `${bar.toFixed(0)} MiB` : bar}: ${holds ? 'holds' : 'MISSED'}`;
}

function each({ rounds }: Rounds): number {
  return rounds[0]?.requests ?? 0;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

function range({ interval }: CpuRow, middle: number | null): string {
  return `${fixed(middle)} [${fixed(interval.low)}, ${fixed(interval.high)}]`;
}

function fixed(value: number | null): string {
  return value === null ? '–' : value.toFixed(value < 0.1 ? 4 : 2);
}
