import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { paddedPdf, pdf } from '../fixtures/make.ts';
import {
  type Ending,
  startServer,
  type TestBucket,
  type TestServer,
  testBucket,
  testFolder,
} from '../harness.ts';
import { type Answer, ApiClient, type ApiDocument, type Way } from './client.ts';
import { faultOf } from './log-lines.ts';
import { lookInto, type StoreLook } from './store-look.ts';

export const MB = 1_000_000;

/** Chores that run all the time, so that a test can wait until all is settled. */
const restless = {
  lifecycle: { every: '100ms', uploadDeadAfter: '4s', lookAgainAfter: '500ms', forgetAfter: '0s' },
};

/** A service with restless chores on a store behind a proxy, and what lies in that store past the proxy. */
export interface House {
  readonly s3: TcpProxy;
  readonly server: TestServer;
  readonly api: ApiClient;
  readonly look: StoreLook;
  readonly bucket: TestBucket;
  /** Lets the time pass that a chore leaves a row alone which it could not settle. */
  readonly hurry: () => void;
}

export async function house(t: Ending & { after(undo: () => unknown): void }): Promise<House> {
  const bucket = await testBucket(t);
  const s3 = await TcpProxy.before(t, bucket.endpoint);
  const DATA_DIR = await testFolder(t);
  await writeFile(join(DATA_DIR, 'strongroom.config.json'), JSON.stringify(restless));
  const server = await startServer(t, { ...bucket.environment, S3_ENDPOINT: s3.url, DATA_DIR });
  const records = new DatabaseSync(join(DATA_DIR, 'strongroom.db'), { timeout: 5_000 });
  t.after(() => records.close());
  const hurry = () => records.exec("UPDATE documents SET due_at = 0 WHERE state = 'abandoned'");
  const look = lookInto(t, { ...bucket.environment });
  return { s3, server, bucket, api: new ApiClient(server), look, hurry };
}

/** Zero stands for the smallest PDF, in memory. */
export function upload(api: ApiClient, way: Way, size: number): Promise<Answer> {
  const claims = { recordId: 'r', type: 'contract', filename: 'a.pdf' };
  const body = size === 0 ? pdf() : paddedPdf(size).body;
  return api.upload(way, claims, { size: Buffer.isBuffer(body) ? body.length : size, body });
}

/** Asserts that a call was refused for the store's sake, in words, and that the log says why under the same id. */
export async function assertRefused(server: TestServer, answer: Answer, cause: RegExp): Promise<void> {
  const problem = answer.body as unknown as { code: string; status: number };
  assert.deepEqual(
    [answer.status, problem.status, problem.code, answer.headers['retry-after']],
    [503, 503, 'store_unavailable', '5'],
  );
  assert.equal(answer.headers['content-type'], 'application/problem+json');
  const fault = await faultOf(server, answer.headers['x-request-id']);
  assert.match(String(fault?.cause?.code), cause);
  assert.doesNotMatch(
    JSON.stringify(answer.body),
    /127\.0\.0\.1|ECONN|UND_ERR|S3Error/,
    'the cause stays in the house',
  );
}

/** Waits until nothing is under way, and asserts that exactly the objects of readable documents are left. */
export async function assertSettled({ api, look, hurry }: House): Promise<void> {
  hurry();
  let seen: unknown;
  for (const until = performance.now() + 15_000; performance.now() < until; await sleep(100)) {
    const list = (state: string) =>
      api.send<{ items: ApiDocument[] }>('GET', `/v1/documents?limit=200&state=${state}`);
    const unsettled = (await list('receiving,abandoned,deleted,purging,purged')).body.items;
    const kept = (await list('available')).body.items.map(({ storage }) => storage.key).sort();
    seen = { unsettled, kept, keys: await look.keys(), leftovers: await look.leftovers() };
    const { keys, leftovers } = seen as { keys: string[]; leftovers: string[] };
    if (unsettled.length === 0 && leftovers.length === 0 && JSON.stringify(keys) === JSON.stringify(kept))
      return;
  }
  assert.fail(`never settled: ${JSON.stringify(seen, null, 1)}`);
}
