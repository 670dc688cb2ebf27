import { aborted, StrongroomError } from './error.ts';

/** Milliseconds. Nobody waits longer than this for one more attempt: the error then says how long it would be. */
const longestWait = 60_000;
const firstWait = 400;
/** Milliseconds that an upload under way with the same key is waited for: a dead one is given up by the service sooner. */
const underWayFor = 10 * 60_000;

export interface Patience {
  /** How often a call that may be repeated is repeated at most. */
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Makes `attempt` until it succeeds, fails for good, or has failed `retries` times more than once. Between attempts it
 * waits as long as Retry-After says, else twice as long each time, less a random part, so that those who failed
 * together do not come back together. An upload that is under way with the same key is waited for without being counted.
 */
export async function untilDone<T>(attempt: () => Promise<T>, { retries, signal }: Patience): Promise<T> {
  const begun = Date.now();
  for (let failures = 0; ; ) {
    if (signal?.aborted) throw aborted(signal);
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StrongroomError) || !error.retryable) throw error;
      const underWay = error.code === 'idempotency_in_progress' && Date.now() - begun < underWayFor;
      if (!underWay && failures++ >= retries) throw error;
      const wait = waitAfter(error, Math.max(1, failures));
      if (wait > longestWait) throw error;
      await pause(wait, signal);
    }
  }
}

/** Milliseconds. */
function waitAfter({ retryAfter }: StrongroomError, failures: number): number {
  if (retryAfter !== null) return retryAfter * 1000 + Math.random() * 250;
  return firstWait * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      if (signal) reject(aborted(signal));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, ms);
    signal?.addEventListener('abort', end, { once: true });
  });
}
