import { catalogue, type ErrorCode } from '../errors.ts';
import type { AnsweredRequest, RequestObserver } from '../http/request-observer.ts';
import type { Counter, Family, Histogram } from './instruments.ts';
import type { Registry } from './registry.ts';

/** Seconds: a record that is read takes a few milliseconds, an upload as long as its sender needs. */
const durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];

/** Whatever else a client makes up is one of these: its words don't become labels (RFC 9110 §9.1). */
const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

interface RouteSeries {
  readonly duration: Histogram;
  readonly received: Counter;
  readonly sent: Counter;
  readonly statuses: Map<number | null, Counter>;
}

/** Counts requests by the pattern of their route: never by URL, which may hold a token and has no end of values. */
export class RequestMetrics implements RequestObserver {
  readonly #total: Family<Counter>;
  readonly #durations: Family<Histogram>;
  readonly #received: Family<Counter>;
  readonly #sent: Family<Counter>;
  readonly #problems: Family<Counter>;
  readonly #routes = new Map<string | null, Map<string, RouteSeries>>();

  constructor(registry: Registry) {
    const labels = ['method', 'route'];
    this.#total = registry.counter(
      'strongroom_http_requests_total',
      'Requests that ended, by route pattern, method and status; status "aborted": the answer did not come to its end, by the client or by us.',
      [...labels, 'status'],
    );
    this.#durations = registry.histogram(
      'strongroom_http_request_duration_seconds',
      'Time from the head of a request to the end of its answer.',
      labels,
      durations,
    );
    this.#received = registry.counter(
      'strongroom_http_received_bytes_total',
      'Bytes that ended requests brought, heads included: uploads on POST /v1/documents.',
      labels,
    );
    this.#sent = registry.counter(
      'strongroom_http_sent_bytes_total',
      'Bytes that went out with answers, heads included: downloads on the content route and on /l/:token.',
      labels,
    );
    this.#problems = registry.counter(
      'strongroom_http_problems_total',
      'Problems that were answered or broke off an answer, by code (docs/errors.md).',
      ['code'],
    );
    // There from the start: a rate sees a first problem only where a zero went before it.
    for (const code of Object.keys(catalogue)) this.#problems.of(code);
  }

  answered({ method, route, status, ms, in: received, out }: AnsweredRequest): void {
    const series = this.#routes.get(route)?.get(method) ?? this.#routeSeries(method, route);
    series.duration.observe(ms / 1000);
    series.received.add(received);
    series.sent.add(out);
    (series.statuses.get(status) ?? this.#statusSeries(series, method, route, status)).add();
  }

  refused(code: ErrorCode): void {
    this.#problems.of(code).add();
  }

  /** Unknown methods share their series, and take no place of their own in the maps. */
  #routeSeries(method: string, route: string | null): RouteSeries {
    const known = knownMethod(method);
    const ofRoute = this.#routes.get(route) ?? new Map<string, RouteSeries>();
    this.#routes.set(route, ofRoute);
    const labels = [known, route ?? 'none'];
    const series = ofRoute.get(known) ?? {
      duration: this.#durations.of(...labels),
      received: this.#received.of(...labels),
      sent: this.#sent.of(...labels),
      statuses: new Map(),
    };
    ofRoute.set(known, series);
    return series;
  }

  #statusSeries(
    { statuses }: RouteSeries,
    method: string,
    route: string | null,
    status: number | null,
  ): Counter {
    const counter = this.#total.of(knownMethod(method), route ?? 'none', String(status ?? 'aborted'));
    statuses.set(status, counter);
    return counter;
  }
}

function knownMethod(method: string): string {
  return methods.has(method) ? method : 'other';
}
