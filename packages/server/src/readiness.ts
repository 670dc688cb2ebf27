import { deploymentKey } from './deployment.ts';
import type { ObjectStore } from './objects/object-store.ts';
import type { RecordsConnection } from './records/document-records.ts';

export interface Readiness {
  readonly ok: boolean;
  readonly checks: { readonly store: boolean; readonly records: boolean };
}

/** How long store and records get to answer, in milliseconds. */
const within = 2_000;

/** Answers are kept this long, in milliseconds, so that a stranger's requests to /readyz don't become requests to the bucket. */
const keptFor = 500;

/** Asks store and records for real, at most once at a time. */
export function readinessOf(
  store: ObjectStore,
  records: RecordsConnection,
  ready: () => boolean,
): () => Promise<Readiness> {
  let last: { at: number; answer: Promise<Readiness> } | null = null;
  let ping: Promise<boolean> | null = null;
  /** A ping can't be called off. The one that hangs is waited for, so that questions don't take up all connections. */
  const pinged = () => {
    ping ??= records
      .ping()
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        ping = null;
      });
    return ping;
  };
  const ask = async (): Promise<Readiness> => {
    const [storeOk, recordsOk] = await Promise.all([
      answers((signal) => store.stat(deploymentKey, signal).then((facts) => facts !== null)),
      answers(pinged),
    ]);
    return { ok: ready() && storeOk && recordsOk, checks: { store: storeOk, records: recordsOk } };
  };
  return () => {
    if (!last || Date.now() - last.at > keptFor) last = { at: Date.now(), answer: ask() };
    return last.answer;
  };
}

async function answers(question: (signal: AbortSignal) => Promise<boolean>): Promise<boolean> {
  const signal = AbortSignal.timeout(within);
  const late = new Promise<boolean>((resolve) =>
    signal.addEventListener('abort', () => resolve(false), { once: true }),
  );
  return Promise.race([question(signal).catch(() => false), late]);
}
