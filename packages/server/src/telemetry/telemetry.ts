import type { IncomingMessage } from 'node:http';
import type { RequestObserver } from '../http/request-observer.ts';
import type { BufferBudget } from '../objects/buffer-budget.ts';
import type { ObjectStore } from '../objects/object-store.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { Records } from '../records/records.ts';
import { Calls } from './calls.ts';
import { ChoreMetrics, readLags } from './chore-metrics.ts';
import { measuredRecords } from './measured-records.ts';
import { MeasuredStore } from './measured-store.ts';
import { type EventLoopWatch, watchProcess } from './process-metrics.ts';
import { Registry } from './registry.ts';
import { RequestMetrics } from './request-metrics.ts';
import { type Tracing, tracedRequests } from './tracing.ts';

/** Seconds: a read in SQLite takes a tenth of a millisecond, a large body as long as its sender needs. */
const durations = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15, 45];

/** What runs, as `strongroom_build_info` tells. */
export interface Build {
  readonly version: string;
  readonly node: string;
  readonly store: string;
  readonly records: string;
}

interface Readiness {
  readonly ok: boolean;
  readonly checks: { readonly store: boolean; readonly records: boolean };
}

/** What is asked when somebody scrapes. */
export interface Watched {
  readonly uploads: { readonly running: number };
  readonly verifying: { readonly running: number };
  readonly connections: {
    readonly requests: number;
    readonly open: number;
    readonly bytes: { readonly received: number; readonly sent: number };
  };
  /** Null: bodies are not buffered here. */
  readonly budget: Pick<BufferBudget, 'inUse' | 'limit' | 'waiting'> | null;
  readonly readiness: () => Promise<Readiness>;
  readonly chores: Parameters<typeof readLags>[1];
  readonly overdue: DocumentRecords['overdue'];
}

/**
 * The metrics of one service, and its spans where it is traced: what hears of its work, what is read from its parts, and
 * the page that tells all of it.
 */
export class Telemetry {
  readonly registry = new Registry();
  /** Hears of every request. */
  readonly observer: RequestObserver;
  readonly chores: ChoreMetrics;
  readonly #tracing: Tracing | null;
  readonly #eventLoop: EventLoopWatch;
  #store: MeasuredStore | null = null;
  #exposing: Promise<string> | null = null;

  /** @param tracing null: no span is made, and nothing of it costs anything */
  constructor({ version, node, store, records }: Build, tracing: Tracing | null) {
    const labels = ['version', 'node', 'store', 'records'];
    this.registry.read('gauge', 'strongroom_build_info', 'What runs; always 1.', labels, () => [
      [[version, node, store, records], 1],
    ]);
    const requests = new RequestMetrics(this.registry);
    this.observer = tracing ? tracedRequests(requests, tracing) : requests;
    this.chores = new ChoreMetrics(this.registry);
    this.#tracing = tracing;
    this.#eventLoop = watchProcess(this.registry);
  }

  /** Begins to watch the event loop. */
  start(): void {
    this.#eventLoop.start();
  }

  /** Ends the watching, and sends the spans that were not sent yet. Raises nothing. */
  async stop(): Promise<void> {
    this.#eventLoop.stop();
    await this.#tracing?.stop();
  }

  /** Handles a request, inside its span where there is one. */
  within(request: IncomingMessage, handle: () => void): void {
    if (this.#tracing) this.#tracing.within(request, handle);
    else handle();
  }

  /** The same store, measured. */
  store(store: ObjectStore): ObjectStore {
    const stored = this.registry.counter(
      'strongroom_stored_bytes_total',
      'Bytes that the store took, the service’s own small objects among them.',
    );
    this.#store = new MeasuredStore(store, this.#calls('store', 'the store'), stored.of());
    return this.#store;
  }

  /** The same records, measured. */
  records(records: Records): Records {
    const replays = this.registry.counter(
      'strongroom_idempotency_replays_total',
      'Uploads that were answered with the document of an earlier one with their Idempotency-Key.',
    );
    return measuredRecords(records, this.#calls('records', 'the records'), () => replays.of().add());
  }

  /** Reads these parts when somebody scrapes. */
  watch({ uploads, verifying, connections, budget, readiness, chores, overdue }: Watched): void {
    const gauge = (name: string, help: string, read: () => number | undefined) =>
      this.registry.read('gauge', name, help, [], () => {
        const value = read();
        return value === undefined ? [] : [[[], value]];
      });
    gauge(
      'strongroom_http_requests_running',
      'Requests that are being answered.',
      () => connections.requests,
    );
    gauge('strongroom_http_connections_open', 'Open connections.', () => connections.open);
    for (const way of ['received', 'sent'] as const)
      this.registry.read(
        'counter',
        `strongroom_network_${way}_bytes_total`,
        `Bytes ${way} on all connections of the service’s own server, as they go.`,
        [],
        () => [[[], connections.bytes[way]]],
      );
    gauge(
      'strongroom_uploads_running',
      'Uploads whose bytes are on their way into the store.',
      () => uploads.running,
    );
    gauge(
      'strongroom_downloads_running',
      'Bodies that are being read from the store.',
      () => this.#store?.reading,
    );
    gauge(
      'strongroom_verifications_running',
      'Stored documents that are being read back for their digest.',
      () => verifying.running,
    );
    gauge(
      'strongroom_upload_buffer_used_bytes',
      'Reserved of UPLOAD_BUFFER_BYTES (S3 only).',
      () => budget?.inUse,
    );
    gauge('strongroom_upload_buffer_limit_bytes', 'UPLOAD_BUFFER_BYTES (S3 only).', () => budget?.limit);
    gauge(
      'strongroom_upload_buffer_waiting',
      'Uploads that wait for a part buffer (S3 only).',
      () => budget?.waiting,
    );
    this.registry.read(
      'gauge',
      'strongroom_ready',
      'Whether the part answers within 2 s, 1 or 0; part "service": what /readyz says.',
      ['part'],
      async () => {
        const { ok, checks } = await readiness();
        return Object.entries({ service: ok, ...checks }).map(([part, is]) => [[part], Number(is)]);
      },
    );
    this.chores.expect(chores);
    // A database that is silent is not asked again at every scrape.
    readLags(this.registry, chores, async (states) =>
      (await readiness()).checks.records ? overdue(states) : null,
    );
  }

  /** What GET /metrics answers; who asks meanwhile hears the same. */
  expose(): Promise<string> {
    this.#exposing ??= this.registry.expose().finally(() => {
      this.#exposing = null;
    });
    return this.#exposing;
  }

  #calls(port: 'store' | 'records', words: string): Calls {
    const name = `strongroom_${port}_call_duration_seconds`;
    const help = `Calls of ${words}, by operation and outcome: ok, refused (a foreseen no), failed (did not do what it should), aborted (nobody waited any more).`;
    const family = this.registry.histogram(name, help, ['operation', 'outcome'], durations);
    return new Calls(family, this.#tracing?.calls(port) ?? null);
  }
}
