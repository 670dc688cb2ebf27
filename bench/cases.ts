/** What is measured. The names are stable: the README, the issues and the JSON rows use them. */
export type Case = LoadCase | ReadyCase | IdleCase;

interface Named {
  readonly name: string;
  /** Where it runs. Default: on every backend. */
  readonly on?: readonly Backend[];
}

/** Requests, and what they cost. */
export interface LoadCase extends Named {
  readonly kind: 'load';
  readonly shape: Shape;
  /** Who is measured: the service, or another program that does the same work, for comparison. */
  readonly who: 'service' | Peer;
  /** What it is held against: its floor, another of its own routes, or nothing. */
  readonly against: 'floor' | { readonly shape: Shape } | null;
  /** The store is asked over TLS. */
  readonly tls?: boolean;
  /** Bytes of one document. */
  readonly size: number;
  /** Requests in flight. */
  readonly concurrency: number;
  readonly full: Count;
  readonly quick: Count;
  /** The unit in which CPU is told. */
  readonly unit: 'CPU ms/request' | 'CPU s/GiB';
  /** The most CPU that it may take, as a multiple of what it is held against; where that is nothing, in the unit. */
  readonly cpuBar: number | null;
  /** The most calls of the store that a document may take; absent: it is no row of the result. */
  readonly callsBar?: number;
  /** Settings of the service beside its defaults. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The most memory that may be resident at once, MiB; or no more than another case showed. */
  readonly memoryBar: number | { readonly as: string; readonly slack: number } | null;
  /** Whether the peak of resident memory is a row of the result. */
  readonly memory: boolean;
}

/** How soon the service answers, as a multiple of how soon a Node process with nothing to do has ended. */
export interface ReadyCase extends Named {
  readonly kind: 'ready';
  readonly full: { readonly pairs: number };
  readonly quick: { readonly pairs: number };
  /** The most it may be. */
  readonly bar: number;
}

/** The memory of a service that nobody asks for anything. */
export interface IdleCase extends Named {
  readonly kind: 'idle';
  /** From ready to the look, milliseconds. */
  readonly full: { readonly after: number };
  readonly quick: { readonly after: number };
  /** MiB. */
  readonly bar: number;
}

/** Uploads by their body; reads by what is read. */
export type Shape = UploadShape | ReadShape;
export type UploadShape = (typeof uploadShapes)[number];
export type ReadShape = 'get' | 'record' | 'link' | 'list';

/**
 * `tus`: an upload made and filled by one request; `tus-patch`: by one and then one for all bytes, as its clients do by
 * default; `tus-8m`: in requests of 8 MiB. `direct`: the bytes go past the service to the store, and what its verification
 * takes is left out; `verify`: that alone.
 */
export const uploadShapes = [
  ...(['raw', 'form', 'chunked'] as const),
  ...(['tus', 'tus-patch', 'tus-8m', 'direct', 'verify'] as const),
] as const;

/** Other programs that bring a document into a bucket. */
export type Peer = 'sdk-upload' | 'tus-server';

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
const s3 = ['s3+postgres'] as const;

const load = {
  kind: 'load',
  who: 'service',
  against: 'floor',
  cpuBar: null,
  memoryBar: null,
  memory: false,
} as const;

/** 13 pairs are the fewest whose 90 % interval leaves out three values at either end. */
const smallCase = {
  ...load,
  size: 64 * KiB,
  concurrency: 16,
  full: { requests: 2000, pairs: 13 },
  quick: { requests: 1000, pairs: 5 },
  unit: 'CPU ms/request',
} as const;

/** What takes a fraction of an upload wants more requests in a round, to be many clock ticks. */
const readCase = {
  ...smallCase,
  full: { requests: 8000, pairs: 13 },
  quick: { requests: 4000, pairs: 5 },
} as const;

const largeCase = {
  ...load,
  size: GiB,
  concurrency: 1,
  full: { requests: 1, pairs: 7 },
  quick: { requests: 1, pairs: 2 },
  unit: 'CPU s/GiB',
} as const;

const manyAtOnce = {
  ...load,
  size: 256 * MiB,
  concurrency: 32,
  full: { requests: 32, pairs: 2 },
  quick: { requests: 32, floorRequests: 8, pairs: 1 },
  unit: 'CPU s/GiB',
  memory: true,
} as const;

/** Held against the service's own plain upload, in one process by turns. */
const againstRaw = { against: { shape: 'raw' } } as const;

const direct = { ...largeCase, on: s3, settings: { DIRECT_UPLOADS: 'true' } } as const;

/** So far from the floor that few pairs are enough. */
const peerCase = { on: s3, full: { requests: 2000, pairs: 5 }, quick: { requests: 1000, pairs: 2 } } as const;

export const cases: readonly Case[] = [
  { name: 'raw-64k', ...smallCase, shape: 'raw', cpuBar: 1.6 },
  { name: 'form-64k', ...smallCase, shape: 'form', cpuBar: 2 },
  { name: 'raw-64k-tls', ...smallCase, shape: 'raw', tls: true, on: s3 },
  { name: 'sdk-upload-64k', ...smallCase, ...peerCase, shape: 'raw', who: 'sdk-upload' },
  { name: 'tus-server-64k', ...smallCase, ...peerCase, shape: 'raw', who: 'tus-server' },
  { name: 'tus-64k', ...smallCase, ...againstRaw, shape: 'tus', cpuBar: 1.5, callsBar: 1 },
  { name: 'get-64k', ...smallCase, shape: 'get', cpuBar: 1.5 },
  { name: 'record', ...readCase, shape: 'record' },
  { name: 'link', ...readCase, shape: 'link', against: { shape: 'record' }, cpuBar: 1.3 },
  { name: 'list', ...readCase, shape: 'list', against: null, cpuBar: 1 },
  { name: 'ready', kind: 'ready', full: { pairs: 13 }, quick: { pairs: 5 }, bar: 15 },
  { name: 'idle', kind: 'idle', full: { after: 60_000 }, quick: { after: 10_000 }, bar: 120 },
  { name: 'raw-1g', ...largeCase, shape: 'raw', cpuBar: 1.15 },
  { name: 'form-1g', ...largeCase, shape: 'form', cpuBar: 1.25 },
  { name: 'chunked-1g', ...largeCase, shape: 'chunked' },
  { name: 'sdk-upload-1g', ...largeCase, shape: 'raw', who: 'sdk-upload', on: s3 },
  { name: 'tus-1g', ...largeCase, ...againstRaw, shape: 'tus-patch', cpuBar: 1.2 },
  { name: 'tus-1g-8m', ...largeCase, ...againstRaw, shape: 'tus-8m', cpuBar: 1.4 },
  { name: 'direct-1g', ...direct, ...againstRaw, shape: 'direct', cpuBar: 0.02 },
  { name: 'verify-1g', ...direct, shape: 'verify', cpuBar: 1.2 },
  { name: 'raw-32x256m', ...manyAtOnce, shape: 'raw', memoryBar: 256 },
  { name: 'form-32x256m', ...manyAtOnce, shape: 'form', memoryBar: 256 },
  { name: 'chunked-32x256m', ...manyAtOnce, shape: 'chunked', memoryBar: 320 },
  { name: 'tus-32x256m', ...manyAtOnce, against: null, shape: 'tus-patch', memoryBar: 320 },
  { name: 'tus-32x256m-8m', ...manyAtOnce, against: null, shape: 'tus-8m', memoryBar: 320 },
  {
    // One upload after another, so that the process reaches the size it keeps: the fair bar for raw-4g.
    name: 'raw-64m',
    ...largeCase,
    shape: 'raw',
    size: 64 * MiB,
    full: { requests: 16, pairs: 5 },
    quick: { requests: 16, pairs: 1 },
    memory: true,
  },
  {
    name: 'raw-4g',
    ...largeCase,
    shape: 'raw',
    size: 4 * GiB,
    full: { requests: 1, pairs: 2 },
    quick: { requests: 1, pairs: 1 },
    memoryBar: { as: 'raw-64m', slack: 16 },
    memory: true,
  },
];
