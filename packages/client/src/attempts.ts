import { aborted, StrongroomError } from './error.ts';

/** Milliseconds. Nobody waits longer than this for one more attempt: the error then says how long it would be. */
const longestWait = 60_000;
const firstWait = 400;
/** Milliseconds. Pauses stop growing here: who comes out of a tunnel should not wait for a minute. */
const longestPause = 30_000;
/** Milliseconds that an upload under way with the same key is waited for: a dead one is given up by the service sooner. */
const underWayFor = 10 * 60_000;

export interface Patience {
  /** How often a call that may be repeated is repeated at most. */
  readonly retries: number;
  readonly signal: AbortSignal | undefined;
  /** Whether it may go better next time. Default: as the error says. */
  readonly again?: (error: StrongroomError) => boolean;
  /** What has been gained for good so far: when it has grown, failures are counted anew. */
  readonly gained?: () => number;
  /** Told of each failure that is followed by another attempt, and again, without one, when that attempt begins. */
  readonly waits?: ((error: StrongroomError | null) => void) | undefined;
  /** Whether a browser that says it has no network is waited for, without counting. */
  readonly offlineWaits?: boolean;
}

/**
 * Makes `attempt` until it succeeds, fails for good, or has failed `retries` times more than once. Between attempts it
 * waits as long as Retry-After says, else twice as long each time, less a random part, so that those who failed
 * together do not come back together. An upload that is under way with the same key is waited for without being counted.
 */
export async function untilDone<T>(attempt: () => Promise<T>, patience: Patience): Promise<T> {
  const { retries, signal, again = ({ retryable }) => retryable, gained = () => 0 } = patience;
  const begun = Date.now();
  let [failures, most] = [0, gained()];
  for (;;) {
    if (signal?.aborted) throw aborted(signal);
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof StrongroomError) || !again(error)) throw error;
      if (gained() > most) [failures, most] = [0, gained()];
      const underWay = error.code === 'idempotency_in_progress' && Date.now() - begun < underWayFor;
      const waitsForNetwork = patience.offlineWaits === true && offline();
      if (!underWay && !waitsForNetwork && failures++ >= retries) throw error;
      const wait = waitAfter(error, Math.max(1, failures));
      if (wait > longestWait) throw error;
      patience.waits?.(error);
      // Some browsers are wrong about it, or late: now and then it is tried all the same.
      await pause(waitsForNetwork ? longestWait : wait, signal, waitsForNetwork || error.retryAfter === null);
      patience.waits?.(null);
    }
  }
}

/** What browsers say of a network is worth something when they say that there is none. Node says nothing of it. */
function offline(): boolean {
  return (globalThis as { navigator?: { onLine?: boolean } }).navigator?.onLine === false;
}

/** Milliseconds. */
function waitAfter({ retryAfter }: StrongroomError, failures: number): number {
  if (retryAfter !== null) return retryAfter * 1000 + Math.random() * 250;
  return Math.min(longestPause, firstWait * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
}

/** Resolves after `ms` milliseconds; with `wakes`, as soon as a browser has a network again. Rejects when the signal fires. */
export function pause(ms: number, signal: AbortSignal | undefined, wakes = true): Promise<void> {
  const browser = globalThis as unknown as Partial<EventTarget>;
  return new Promise<void>((resolve, reject) => {
    const tidy = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      browser.removeEventListener?.('online', over);
    };
    const over = () => {
      tidy();
      resolve();
    };
    const end = () => {
      tidy();
      if (signal) reject(aborted(signal));
    };
    const timer = setTimeout(over, ms);
    signal?.addEventListener('abort', end, { once: true });
    if (wakes) browser.addEventListener?.('online', over);
  });
}
