import { type ErrorCode, StrongroomError } from '../errors.ts';
import type { Family, Histogram } from './instruments.ts';

/**
 * How a call of a port ended. `refused`: an answer that the rules foresee, such as a document that is missing or a sender
 * that is too slow. `failed`: the store or the database did not do what it should. `aborted`: nobody waited any more.
 */
export type Outcome = 'ok' | 'refused' | 'failed' | 'aborted';

const outcomes: { readonly [C in ErrorCode]?: Outcome } = {
  aborted: 'aborted',
  busy: 'refused',
  internal: 'failed',
  records_unavailable: 'failed',
  store_unavailable: 'failed',
};

function outcomeOf(error: unknown): Outcome {
  return error instanceof StrongroomError ? (outcomes[error.code as ErrorCode] ?? 'refused') : 'failed';
}

/** What is told of one call that runs. */
export interface CallSpan {
  end(outcome: Outcome, error?: unknown): void;
}

/** Begins a span for each call of a port; null where nothing is traced. */
export type BeginSpan = (operation: string) => CallSpan | null;

/** Measures the calls of one port. */
export class Calls {
  readonly #durations: Family<Histogram>;
  readonly #begin: BeginSpan | null;

  constructor(durations: Family<Histogram>, begin: BeginSpan | null) {
    this.#durations = durations;
    this.#begin = begin;
  }

  /** `call`, measured under the name of its operation. It answers and raises what `call` does. */
  measured<Given extends unknown[], Answer>(
    operation: string,
    call: (...given: Given) => Promise<Answer>,
  ): (...given: Given) => Promise<Answer> {
    const durations = this.#durations;
    const begin = this.#begin;
    const ok = durations.of(operation, 'ok');
    // There from the start: a rate sees a first failure only where a zero went before it.
    durations.of(operation, 'failed');
    return async (...given) => {
      const span = begin?.(operation);
      const began = performance.now();
      try {
        const answer = await call(...given);
        ok.observe((performance.now() - began) / 1000);
        span?.end('ok');
        return answer;
      } catch (error) {
        const outcome = outcomeOf(error);
        durations.of(operation, outcome).observe((performance.now() - began) / 1000);
        span?.end(outcome, error);
        throw error;
      }
    };
  }
}
