/** What faults leave: looked at when they are over, and again when the chores have run. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiClient, ApiDocument } from '../../acceptance/client.ts';
import { logLines } from '../../acceptance/log-lines.ts';
import type { TestServer } from '../../harness.ts';
import { brings, type Call, type Ground, isUpload, type LogCode, type Row } from './cells.ts';
import type { ContinuedUpload } from './continued-upload.ts';
import type { Start } from './start.ts';

/** What came of one call. `leaves` is looked up when the fault is over. */
export interface Observed {
  sees: string;
  logs: LogCode | string;
  leaves: string;
  /** What the log gives as the cause. */
  cause: string | null;
  /** What is wrong in the end, when the chores have run; empty when all is as promised. */
  wrong: string[];
}

export interface Trial extends Observed {
  readonly recordId: string;
  readonly call: Call;
  requestId: string | null;
  /** The document that the call was about, or made. */
  document: ApiDocument | null;
  /** Of tus: the upload, which goes on when the fault is over. */
  upload: ContinuedUpload | null;
  start: Start | null;
}

/** What is there in the end: records, and keys of objects and of half-done uploads. */
interface Left {
  readonly recordIds: ReadonlySet<string>;
  readonly objects: readonly string[];
}

/** What is left: no chore has run. What was held on its way may still arrive, so what is expected is waited for. */
export async function lookAfter(
  trials: readonly Trial[],
  { cells }: Row,
  ground: Ground,
  api: ApiClient,
): Promise<void> {
  for (const until = performance.now() + 2_000; performance.now() < until; await sleep(50)) {
    await lookOnce(trials, ground, api);
    if (trials.every(({ call, leaves }) => cells[call]?.[2] === leaves)) return;
  }
}

async function lookOnce(trials: readonly Trial[], ground: Ground, api: ApiClient): Promise<void> {
  const records = await ground.records();
  for (const trial of trials) {
    const found = records.find(({ recordId }) => recordId === trial.recordId)?.state ?? 'nothing';
    if (brings(trial.call)) trial.leaves = found === 'available' ? 'whole' : found;
    else if (trial.call === 'delete') trial.leaves = found === 'deleted' ? 'trash' : unmoved(found);
    else if (trial.call === 'purge') trial.leaves = found === 'purged' ? 'nothing' : unmoved(found);
    else trial.leaves = unmoved(records.find(({ recordId }) => recordId === 'kept')?.state ?? 'nothing');
    if (trial.leaves === 'whole' && !(await isWhole(trial, api))) trial.leaves = 'altered';
  }
}

async function isWhole({ document }: Trial, api: ApiClient): Promise<boolean> {
  if (document === null) return false;
  const back = await api.content(document.id).catch(() => null);
  return back?.status === 200 && back.sha256 === document.sha256 && back.size === document.size;
}

/** What the log says of a call: by its request, or by its document where the chore-like end of a delete speaks. */
export function readLog(trial: Trial, server: TestServer): void {
  if (trial.call === 'start') return;
  const line = logLines(server).find(
    ({ level, requestId, document, error }) =>
      error !== undefined &&
      level !== 'debug' &&
      (requestId === trial.requestId || (document !== undefined && document === trial.document?.id)),
  );
  const code = line?.error?.code ?? null;
  trial.logs = code === 'internal' && line?.level !== 'error' ? `internal at level ${line?.level}` : code;
  const cause = line?.error?.cause;
  trial.cause = cause === undefined ? null : (cause.code ?? cause.message);
}

/** Waits until the chores have nothing to do any more. */
export async function settled(ground: Ground, sweeper: TestServer): Promise<void> {
  const unsettled = ['receiving', 'abandoned', 'purging', 'purged'];
  for (const until = performance.now() + 20_000; ; await sleep(100)) {
    await ground.hurry();
    const records = await ground.records();
    if (!records.some(({ state }) => unsettled.includes(state))) return;
    if (performance.now() > until)
      throw new Error(`never settled: ${JSON.stringify(records)}\n${sweeper.logs().slice(-5_000)}`);
  }
}

/** Promise 1: acknowledged means readable with the same digest; not acknowledged means that nothing is left. */
export async function wrongIn(trial: Trial, api: ApiClient, left: Left): Promise<string[]> {
  const { call, recordId, leaves, document } = trial;
  if (call === 'start') return [];
  // Of an upload that goes on, nothing is ever gone: it has come to its end by now.
  const gone = isUpload(call)
    ? leaves !== 'whole' && leaves !== 'altered'
    : ['nothing', 'purging'].includes(leaves);
  if (gone) {
    const objectsOf = left.objects.filter((key) => key.includes(`${recordId}/`));
    return [
      ...(left.recordIds.has(recordId) ? ['a record is left'] : []),
      ...objectsOf.map((key) => `${key} is left`),
    ];
  }
  if (leaves === 'trash') await api.send('POST', `/v1/documents/${document?.id}/restore`);
  const whole = await isWhole(trial, api);
  return whole === (leaves !== 'altered') ? [] : [`the document is ${whole ? '' : 'not '}whole`];
}

function unmoved(state: string): string {
  return state === 'available' ? 'untouched' : state;
}
