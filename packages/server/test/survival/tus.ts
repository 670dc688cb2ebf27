import assert from 'node:assert/strict';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from '../acceptance/backends.ts';
import { byTus } from '../acceptance/tus.ts';
import { paddedPdf } from '../fixtures/make.ts';
import { type Ending, testFolder } from '../harness.ts';
import { House, type Node } from './house.ts';

export interface Trial {
  /** Bytes of the document. */
  readonly size: number;
  /** Bytes of a request. */
  readonly chunkSize: number;
  /** How often its line is cut, and how often its server is killed, spread evenly over its bytes. */
  readonly cuts: number;
  readonly kills: number;
  /** Bytes a second that the line carries; absent: what it can. */
  readonly rate?: number;
}

/** How often and how soon the client tries again; it counts anew with everything that got through. */
const retryDelays = Array<number>(200).fill(50);

/**
 * Brings one document by tus-js-client, through a line that is cut again and again to a server that is killed; where several
 * servers can share store and records, the last third goes to another one. It must be there once, whole, and nothing else.
 */
export async function surviveByTus(t: Ending, backend: Backend, trial: Trial): Promise<string> {
  const house = await House.build(t, backend);
  const file = join(await testFolder(t), 'scan.pdf');
  const { body, sha256 } = paddedPdf(trial.size);
  await pipeline(body, createWriteStream(file));
  const nodes = house.isShared ? [await house.start(), await house.start()] : [await house.start()];
  const [first, last = first] = nodes as [Node, Node?];
  const third = house.isShared ? Math.ceil((trial.size * 2) / 3) : trial.size;
  const kinds = kindsOf(trial);
  const before = kinds.splice(0, Math.round((kinds.length * third) / trial.size));
  let left = await carried({ node: first, file, trial, from: 0, until: third, kinds: before, url: null });
  if (last !== first) {
    const url = last.line.url + new URL(left.url).pathname;
    left = await carried({ node: last, file, trial, from: left.at, until: trial.size, kinds, url });
  }

  const id = left.url.split('/').at(-1) ?? '';
  for (;;) {
    const { state } = (await last.api.send('GET', `/v1/documents/${id}`)).body;
    if (state === 'available') break;
    assert.equal(state, 'inspecting');
    await sleep(50);
  }
  const content = await last.api.content(id);
  assert.deepEqual([content.status, content.size, content.sha256], [200, trial.size, sha256()]);
  await house.assertNothingElse(last.api, 'survivor', [id]);
  const moved = nodes.map(({ line }) => line.passed.up).reduce((sum, bytes) => sum + bytes);
  return `${(moved / trial.size).toFixed(2)} × its bytes were sent`;
}

type Fault = 'cut' | 'kill';

/** The kills lie between the cuts, as far from one another as they can. */
function kindsOf({ cuts, kills }: Trial): Fault[] {
  const count = cuts + kills;
  return Array.from({ length: count }, (_, at) =>
    Math.floor(((at + 1) * kills) / count) > Math.floor((at * kills) / count) ? 'kill' : 'cut',
  );
}

interface Stretch {
  readonly node: Node;
  readonly file: string;
  readonly trial: Trial;
  /** Bytes that are there, and bytes at which it is left, with the end of a request. */
  readonly from: number;
  readonly until: number;
  /** What strikes on the way, evenly spread. */
  readonly kinds: readonly Fault[];
  /** Of the upload, to go on with; null: it is begun. */
  readonly url: string | null;
}

/** Sends until so many bytes are there; answers how many, and the upload's URL. Everything has struck by then. */
async function carried(stretch: Stretch): Promise<{ url: string; at: number }> {
  const { node, file, trial, from, until, kinds, url } = stretch;
  const { line, api } = node;
  if (trial.rate !== undefined) await line.throttle(trial.rate);
  const left = Promise.withResolvers<number>();
  const claims = { recordId: 'survivor', filename: 'scan.pdf' };
  const run = byTus(api, createReadStream(file) as never, claims, {
    chunkSize: trial.chunkSize,
    retryDelays,
    uploadUrl: url,
    onChunkComplete: (_size, accepted) => {
      if (accepted < until || accepted === trial.size) return;
      void run.upload.abort().then(() => left.resolve(accepted));
    },
  });
  const struck = strikes(node, kinds, until - from);
  run.upload.start();
  const [at] = await Promise.all([Promise.race([left.promise, run.done.then(() => trial.size)]), struck]);
  return { url: run.upload.url ?? '', at };
}

/** @param length bytes over which they are spread */
async function strikes(
  { line, killAndRestart }: Node,
  kinds: readonly Fault[],
  length: number,
): Promise<void> {
  const begun = line.passed.up;
  for (const [index, kind] of kinds.entries()) {
    while (line.passed.up - begun < (length * (index + 0.5)) / kinds.length) await sleep(2);
    if (kind === 'kill') await killAndRestart();
    else line.reset();
  }
}
