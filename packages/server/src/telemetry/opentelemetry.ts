/** Traces by OpenTelemetry. Loaded only when the settings ask for traces: its packages take 80 ms and 26 MB. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage } from 'node:http';
import {
  type Context,
  defaultTextMapGetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { StrongroomError } from '../errors.ts';
import type { AnsweredRequest } from '../http/request-observer.ts';
import type { Log } from '../log.ts';
import type { DocumentRecords } from '../records/document-records.ts';
import type { TraceSettings } from '../settings.ts';
import type { BeginSpan } from './calls.ts';
import { ToldExporter } from './opentelemetry-exporter.ts';
import type { Tracing } from './tracing.ts';

/** Those that the semantic conventions for HTTP know; any other is `_OTHER`. */
const methods = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'QUERY',
  'TRACE',
]);

/** One timer says for all uploads that they live; it would count as work of the request that happened to begin it. */
const sharedByAll: keyof DocumentRecords = 'heartbeat';

interface Ports {
  readonly store: 's3' | 'disk';
  readonly records: 'sqlite' | 'postgres';
}

/**
 * Begins to trace. Nothing is registered with the OpenTelemetry API: an app that embeds the service may have tracing of
 * its own. What the SDK reads itself of the standard environment: headers, time-outs, compression and certificates of
 * the exporter, and OTEL_RESOURCE_ATTRIBUTES.
 */
export function openTelemetry(
  { url, serviceName, sampler, ratio }: TraceSettings,
  version: string,
  ports: Ports,
  log: Log,
): Tracing {
  const exporter = new ToldExporter(new OTLPTraceExporter({ url }), log);
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(detectResources({ detectors: [resourceAttributesEnvDetector] }))
      .merge(resourceFromAttributes({ 'service.name': serviceName, 'service.version': version })),
    sampler: samplers[sampler](ratio),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  return new OpenTelemetry(provider, provider.getTracer('strongroom', version), ports);
}

const rooted = (root: Sampler) => new ParentBasedSampler({ root });

/** By the names of OTEL_TRACES_SAMPLER. */
const samplers: { readonly [Name in TraceSettings['sampler']]: (ratio: number) => Sampler } = {
  always_on: () => new AlwaysOnSampler(),
  always_off: () => new AlwaysOffSampler(),
  traceidratio: (ratio) => new TraceIdRatioBasedSampler(ratio),
  parentbased_always_on: () => rooted(new AlwaysOnSampler()),
  parentbased_always_off: () => rooted(new AlwaysOffSampler()),
  parentbased_traceidratio: (ratio) => rooted(new TraceIdRatioBasedSampler(ratio)),
};

/**
 * Spans by the semantic conventions for HTTP servers and databases. No path, query, filename, id of a record or a
 * document, or address of a client goes into them: whoever reads traces is not always who may read documents.
 */
class OpenTelemetry implements Tracing {
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;
  readonly #ports: Ports;
  readonly #propagator = new W3CTraceContextPropagator();
  readonly #running = new AsyncLocalStorage<Context>();
  readonly #spans = new WeakMap<IncomingMessage, Span>();

  constructor(provider: TracerProvider, tracer: Tracer, ports: Ports) {
    this.#provider = provider;
    this.#tracer = tracer;
    this.#ports = ports;
  }

  within(request: IncomingMessage, handle: () => void): void {
    const parent = this.#propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    const method = request.method ?? '';
    const attributes = {
      'http.request.method': methods.has(method) ? method : '_OTHER',
      'url.scheme': 'encrypted' in request.socket ? 'https' : 'http',
      'network.protocol.version': request.httpVersion,
    };
    const span = this.#tracer.startSpan(nameOf(method, null), { kind: SpanKind.SERVER, attributes }, parent);
    this.#spans.set(request, span);
    this.#running.run(trace.setSpan(parent, span), handle);
  }

  answered(
    { requestId, method, route, status, brokenOffBy }: AnsweredRequest,
    request: IncomingMessage,
  ): void {
    const span = this.#spans.get(request);
    if (!span?.isRecording()) return;
    span.updateName(nameOf(method, route));
    span.setAttribute('strongroom.request_id', requestId);
    if (route !== null) span.setAttribute('http.route', route);
    if (status === null) span.setAttribute('error.type', brokenOffBy ?? 'aborted');
    else span.setAttribute('http.response.status_code', status);
    const failed = status !== null && status >= 500;
    if (failed) span.setAttribute('error.type', String(status));
    if (failed || brokenOffBy) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  traceOf(request: IncomingMessage): string | undefined {
    return this.#spans.get(request)?.spanContext().traceId;
  }

  calls(port: 'store' | 'records'): BeginSpan {
    const { store, records } = this.#ports;
    const known =
      port === 'store'
        ? { 'strongroom.store': store }
        : { 'db.system.name': records === 'postgres' ? 'postgresql' : 'sqlite' };
    return (operation) => {
      if (operation === sharedByAll) return null;
      const context = this.#running.getStore();
      if (!context) return null;
      const attributes = port === 'store' ? known : { ...known, 'db.operation.name': operation };
      const span = this.#tracer.startSpan(
        `${port}.${operation}`,
        { kind: SpanKind.CLIENT, attributes },
        context,
      );
      return {
        end(outcome, error) {
          if (outcome !== 'ok') span.setAttribute('error.type', typeOf(error));
          if (outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR });
          span.end();
        },
      };
    };
  }

  async stop(): Promise<void> {
    // What can't be sent has been told by the exporter.
    await this.#provider.shutdown().catch(() => {});
  }
}

/** Method and pattern; the method alone where no route fits, HTTP where the method is unheard of. */
function nameOf(method: string, route: string | null): string {
  const known = methods.has(method) ? method : 'HTTP';
  return route === null ? known : `${known} ${route}`;
}

/** The code, or the name of what nobody foresaw: a message may hold anything. */
function typeOf(error: unknown): string {
  if (error instanceof StrongroomError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}
