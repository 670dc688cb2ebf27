import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';
import type { Log } from '../log.ts';

type Heard = Parameters<SpanExporter['export']>[1];

/** Tells the operator when spans can't be sent, and when they can again: the SDK alone drops them without a word. */
export class ToldExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #log: Log;
  #failing = false;

  constructor(exporter: SpanExporter, log: Log) {
    this.#exporter = exporter;
    this.#log = log;
  }

  export(spans: ReadableSpan[], heard: Heard): void {
    this.#exporter.export(spans, (result) => {
      this.#tell(result);
      heard(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  /** The message only: what the receiver answered may be long, and is not ours. */
  #tell({ error }: Parameters<Heard>[0]): void {
    const failing = error !== undefined;
    if (failing && !this.#failing)
      this.#log.warn({ reason: error.message.slice(0, 200) }, 'traces can’t be sent; they are dropped');
    if (!failing && this.#failing) this.#log.info({}, 'traces are sent again');
    this.#failing = failing;
  }
}
