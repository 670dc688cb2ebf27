import type { IncomingMessage } from 'node:http';
import type { AnsweredRequest, RequestObserver } from '../http/request-observer.ts';
import type { BeginSpan } from './calls.ts';

/** Tells each request, and each call of a port that it leads to, as a span. opentelemetry.ts is the one there is. */
export interface Tracing {
  /** Handles a request inside its span: the calls that it leads to become children. */
  within(request: IncomingMessage, handle: () => void): void;
  /** Ends the request's span. */
  answered(answer: AnsweredRequest, request: IncomingMessage): void;
  /** The id of the request's trace, 32 hex digits; undefined where it has no span. */
  traceOf(request: IncomingMessage): string | undefined;
  /** Spans for the calls of one port, under the request that runs; a chore's calls have none. */
  calls(port: 'store' | 'records'): BeginSpan;
  /** Sends what was not sent yet. Raises nothing. */
  stop(): Promise<void>;
}

/** The observer that also ends spans. */
export function tracedRequests(observer: RequestObserver, tracing: Tracing): RequestObserver {
  return {
    answered(answer, request) {
      observer.answered(answer, request);
      tracing.answered(answer, request);
    },
    refused: (code) => observer.refused(code),
    traceOf: (request) => tracing.traceOf(request),
  };
}
