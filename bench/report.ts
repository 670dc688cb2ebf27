import type { Backend, Case } from './cases.ts';
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
  readonly case: Case;
  readonly backend: Backend;
  readonly service: Rounds;
  readonly floor: Rounds;
}

const GiB = 1024 ** 3;

/** CPU beside the floor. `holds` is false only when the whole interval lies above the bar. */
export function cpuRow(result: Result): CpuRow {
  const cost = (round: Round) =>
    result.case.unit === 'CPU s/GiB'
      ? round.cpu / ((round.requests * result.case.size) / GiB)
      : (round.cpu / round.requests) * 1000;
  const figures = result.service.rounds.map(cost);
  const floors = result.floor.rounds.map(cost);
  const ratios = figures.map((figure, pair) => figure / (floors[pair] ?? Number.NaN));
  const interval = medianInterval(ratios, 0.9);
  const bar = result.case.cpuBar;
  return {
    case: result.case.name,
    backend: result.backend,
    figure: median(figures),
    unit: result.case.unit,
    floor: median(floors),
    ratio: median(ratios),
    low: interval.low,
    high: interval.high,
    bar,
    holds: bar === null ? null : interval.low <= bar,
    interval,
  };
}

/** The peak of resident memory, MiB. `bar` is what the case may take, MiB. */
export function memoryRow(result: Result, bar: number | null): Row {
  const figure = result.service.peak;
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

/** A case for people: both subjects side by side, then what was found. */
export function table(result: Result, cpu: CpuRow, memory: Row | null): string {
  const { name, concurrency } = result.case;
  const pairs = result.service.rounds.length;
  const fewer = each(result.floor) < each(result.service) ? ` (the floor ${each(result.floor)})` : '';
  const lines = [
    `${name} on ${result.backend}: ${count(pairs, 'pair')} of rounds, ${count(each(result.service), 'request')} each${fewer}, ${concurrency} at a time`,
    [''.padEnd(9), ...columns.map(({ title }) => title.padStart(14))].join(''),
    line('service', result.service, result.case),
    line('floor', result.floor, result.case),
    `  CPU ratio ${fixed(cpu.ratio)} [${fixed(cpu.low)}, ${fixed(cpu.high)}] (${worth(cpu.interval, pairs)})${verdict(cpu)}`,
    ...(memory ? [`  peak memory ${memory.figure.toFixed(0)} MiB${verdict(memory)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

const columns: readonly { title: string; figure: (rounds: Rounds, the: Case) => number; digits: number }[] = [
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

function line(name: string, rounds: Rounds, the: Case): string {
  const cells = columns.map(({ figure, digits }) => figure(rounds, the).toFixed(digits).padStart(14));
  return `  ${name.padEnd(7)}${cells.join('')}`;
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

function fixed(value: number | null): string {
  return value === null ? '–' : value.toFixed(2);
}
