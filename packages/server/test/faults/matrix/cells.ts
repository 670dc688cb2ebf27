/** The nouns of the fault matrix. What happens in each cell stands in ceph.ts, postgres.ts, disk.ts and sqlite.ts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ending } from '../../harness.ts';
import type { Orders } from '../orders.ts';
import type { TcpProxy } from '../tcp-proxy.ts';

/**
 * What is under way when the fault strikes. `tus`: the last bytes of an upload that goes on, of which some are stored. `delete`
 * goes to the trash; `purge` is a delete of a type without one.
 */
export const calls = [
  'raw',
  'form',
  'chunked',
  'tus',
  'download',
  'list',
  'delete',
  'purge',
  'start',
] as const;
export type Call = (typeof calls)[number];
export const uploads = ['raw', 'form', 'chunked'] as const;
export type Upload = (typeof uploads)[number];

export function isUpload(call: Call): call is Upload {
  return (uploads as readonly Call[]).includes(call);
}

/** Whether a document comes of the call. */
export function brings(call: Call): boolean {
  return isUpload(call) || call === 'tus';
}

/**
 * What the client sees: a status, with its code where it is a problem; `cut`, a connection that breaks before the last
 * byte; of a start: `ready`, `waits` (it listens, `/readyz` is 503, and it is ready by itself once the fault is over) or
 * `stops` (one line, exit code 1).
 */
export type Sees =
  | '200'
  | '201'
  | '202'
  | '204'
  | '500 internal'
  | '503 store_unavailable'
  | '503 records_unavailable'
  | 'cut'
  | 'ready'
  | 'waits'
  | 'stops';

/**
 * What is left when the call has been answered, before any chore has run. `whole`: the document, with the digest of what
 * was sent. `nothing`. `abandoned`, `receiving`, `purging`: a record in that state, which a chore settles
 * (`receiving` at most: whether a change got through that was never answered is chance; by tus it goes on from there). `altered`: a
 * document that can't be read any more, which is told at every try. `untouched`: all is as it was. `trash`: in the trash.
 */
export type Leaves =
  | 'whole'
  | 'nothing'
  | 'abandoned'
  | 'receiving'
  | 'purging'
  | 'altered'
  | 'untouched'
  | 'trash';

/** What the client sees, the code in the log (null: no line but the request's own), what is left. */
export type Cell = readonly [sees: Sees, logs: LogCode, leaves: Leaves];
export type LogCode = 'store_unavailable' | 'records_unavailable' | 'internal' | null;

/** One fault, and the cells of all calls that it could strike. */
export interface Row {
  /** As the page says it, after "when …". */
  readonly fault: string;
  /** Causes that the log tells, where it tells one; more than one where chance decides. */
  readonly causes: readonly string[];
  /** Gives the order for one call, or for all of them when they are made `together`. */
  readonly order: (at: Ground, call: Call) => Promise<void>;
  /** All calls at once under one order: for faults that take their time. */
  readonly together?: boolean;
  /** Bytes of each upload. Default 300,000. */
  readonly size?: { readonly [Way in Upload]: number };
  readonly cells: { readonly [C in Call]?: Cell };
  /** What the page adds. */
  readonly note?: string;
}

/** Where a service stands with its peers, all of them reached past the faults. */
export interface Ground {
  /** The settings of the service under test. */
  readonly settings: Readonly<Record<string, string>>;
  /** The same with chores that run all the time. */
  readonly restless: Readonly<Record<string, string>>;
  /** Settings of one more start on the same peers. */
  readonly settingsForStart: () => Promise<Readonly<Record<string, string>>>;
  /** What stands before the peer, where it is reached by TCP. */
  readonly proxy: TcpProxy | null;
  /** Gives orders to the faults inside the service. */
  readonly inside: (orders: Omit<Orders, 'number'>) => void;
  /** Whether such orders hold: a start that is to feel them needs a process of its own. */
  readonly ordered: () => boolean;
  /** The process of the service under test. */
  pid: number;
  readonly records: () => Promise<{ recordId: string; state: string }[]>;
  /** Lets the time pass that a chore leaves alone what it could not settle. */
  readonly hurry: () => Promise<void>;
  /** Keys of objects, and what half-done uploads left. */
  readonly objects: () => Promise<string[]>;
  /** DATA_DIR. */
  readonly folder: string;
  /** A statement for PostgreSQL. */
  readonly query: (sql: string) => Promise<void>;
  readonly lift: () => Promise<void>;
}

export interface Peer {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly missing: () => false | string;
  readonly prepare: (t: Ending) => Promise<Ground>;
}

/** Nobody notices. */
export const fine = {
  raw: ['201', null, 'whole'],
  form: ['201', null, 'whole'],
  chunked: ['201', null, 'whole'],
  tus: ['204', null, 'whole'],
  download: ['200', null, 'untouched'],
  list: ['200', null, 'untouched'],
  delete: ['202', null, 'trash'],
  purge: ['204', null, 'nothing'],
  start: ['ready', null, 'untouched'],
} as const satisfies Row['cells'];

/** On every peer; what comes of it is the peer's own. */
export const anHourAhead = {
  fault: 'the clock of the service is an hour ahead',
  order: async (at) => {
    at.inside({ clock: 3_600_000 });
    await sleep(100);
  },
  together: true,
} as const satisfies Omit<Row, 'causes' | 'cells'>;
