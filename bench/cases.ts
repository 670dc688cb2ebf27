/** What is measured. The names are stable: the README, the issues and the JSON rows use them. */
export interface Case {
  readonly name: string;
  readonly shape: 'raw' | 'form' | 'chunked' | 'get';
  /** Bytes of one document. */
  readonly size: number;
  /** Requests in flight. */
  readonly concurrency: number;
  readonly full: Count;
  readonly quick: Count;
  /** The unit in which CPU is told. */
  readonly unit: 'CPU ms/request' | 'CPU s/GiB';
  /** The most CPU that the service may take, as a multiple of the floor's. */
  readonly cpuBar: number | null;
  /** The most memory that may be resident at once, MiB; or no more than another case showed. */
  readonly memoryBar: number | { readonly as: string; readonly slack: number } | null;
  /** Whether the peak of resident memory is a row of the result. */
  readonly memory: boolean;
}

export interface Count {
  /** In one round. */
  readonly requests: number;
  /** In one round of the floor, where that is fewer: CPU is compared by the GiB. */
  readonly floorRequests?: number;
  /** Pairs of rounds, service and floor. */
  readonly pairs: number;
}

export type Backend = (typeof backends)[number];
export const backends = ['s3+postgres', 'disk+sqlite'] as const;

const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/** 13 pairs are the fewest whose 90 % interval leaves out three values at either end. */
const smallCase = {
  size: 64 * KiB,
  concurrency: 16,
  full: { requests: 2000, pairs: 13 },
  quick: { requests: 1000, pairs: 5 },
  unit: 'CPU ms/request',
  memoryBar: null,
  memory: false,
} as const;

const largeCase = {
  size: GiB,
  concurrency: 1,
  full: { requests: 1, pairs: 7 },
  quick: { requests: 1, pairs: 2 },
  unit: 'CPU s/GiB',
  memoryBar: null,
  memory: false,
} as const;

const manyAtOnce = {
  size: 256 * MiB,
  concurrency: 32,
  full: { requests: 32, pairs: 2 },
  quick: { requests: 32, floorRequests: 8, pairs: 1 },
  unit: 'CPU s/GiB',
  cpuBar: null,
  memory: true,
} as const;

export const cases: readonly Case[] = [
  { name: 'raw-64k', shape: 'raw', ...smallCase, cpuBar: 2 },
  { name: 'form-64k', shape: 'form', ...smallCase, cpuBar: 2.5 },
  { name: 'get-64k', shape: 'get', ...smallCase, cpuBar: 2 },
  { name: 'raw-1g', shape: 'raw', ...largeCase, cpuBar: 1.3 },
  { name: 'form-1g', shape: 'form', ...largeCase, cpuBar: 1.5 },
  { name: 'chunked-1g', shape: 'chunked', ...largeCase, cpuBar: null },
  { name: 'raw-32x256m', shape: 'raw', ...manyAtOnce, memoryBar: 256 },
  { name: 'form-32x256m', shape: 'form', ...manyAtOnce, memoryBar: 256 },
  { name: 'chunked-32x256m', shape: 'chunked', ...manyAtOnce, memoryBar: 320 },
  {
    // One upload after another, so that the process reaches the size it keeps: the fair bar for raw-4g.
    name: 'raw-64m',
    shape: 'raw',
    ...largeCase,
    size: 64 * MiB,
    full: { requests: 16, pairs: 5 },
    quick: { requests: 16, pairs: 1 },
    cpuBar: null,
    memory: true,
  },
  {
    name: 'raw-4g',
    shape: 'raw',
    ...largeCase,
    size: 4 * GiB,
    full: { requests: 1, pairs: 2 },
    quick: { requests: 1, pairs: 1 },
    cpuBar: null,
    memoryBar: { as: 'raw-64m', slack: 16 },
    memory: true,
  },
];
