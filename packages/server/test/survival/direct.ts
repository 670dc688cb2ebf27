import assert from 'node:assert/strict';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { DirectUpload } from '../../src/http/openapi/schemas.ts';
import { s3AndPostgres } from '../acceptance/backends.ts';
import { DirectClient } from '../acceptance/direct-client.ts';
import { TcpProxy } from '../faults/tcp-proxy.ts';
import { paddedPdf } from '../fixtures/make.ts';
import { type Ending, testFolder } from '../harness.ts';
import { House, type Node } from './house.ts';
import type { Trial } from './tus.ts';

const MiB = 1024 ** 2;
const claims = {
  recordId: 'survivor',
  type: 'contract',
  filename: 'scan.pdf',
  contentType: 'application/pdf',
};

/**
 * Sends one document straight to the bucket, over a line that is cut again and again, by URLs that expire on the way, while its
 * servers are killed; the last third by another server. Nothing of what was answered is remembered but the upload's id, as by a
 * page that is loaded anew. It must be there once, whole, and nothing else.
 */
export async function surviveDirect(t: Ending, trial: Omit<Trial, 'chunkSize' | 'rate'>): Promise<string> {
  const bucketLine = await TcpProxy.before(t, process.env.STRONGROOM_TEST_S3_ENDPOINT ?? '');
  const house = await House.build(t, s3AndPostgres, {
    DIRECT_UPLOADS: 'true',
    S3_PUBLIC_ENDPOINT: bucketLine.url,
  });
  const file = join(await testFolder(t), 'scan.pdf');
  const { body, sha256 } = paddedPdf(trial.size);
  await pipeline(body, createWriteStream(file));
  const nodes: readonly Node[] = [await house.start(), await house.start()];
  const at = (node: Node) => new DirectClient({ url: node.line.url, key: node.api.key });
  const [first, last] = nodes as [Node, Node];

  const { id, partCount } = await begunByAGuest(first, trial.size, file);
  const cutsAt = evenly(trial.cuts, partCount);
  const killsAt = evenly(trial.kills, partCount);
  let put = 0;
  for (;;) {
    const node = put < (partCount * 2) / 3 ? first : last;
    const { status, body: standing } = await at(node).parts(id);
    assert.equal(status, 200, JSON.stringify(standing));
    const [next] = standing.parts;
    if (next === undefined) break;
    // One at a time: the next one is asked for by whoever knows nothing but the id.
    const cuts = cutsAt.filter((number) => number === put).length;
    for (let cut = 0; cut < cuts; cut++) {
      await bucketLine.cut('up', next.size / 2, { once: true });
      await assert.rejects(sent(file, next), { message: /other side closed|ECONNRESET|socket hang up/ });
    }
    if (killsAt.includes(put)) await node.killAndRestart();
    assert.equal(await sent(file, next), 200);
    put++;
  }

  await last.killAndRestart();
  const done = await at(last).complete(id);
  assert.equal(done.status, 200, JSON.stringify(done.body));
  for (;;) {
    const { state } = (await first.api.send('GET', `/v1/documents/${id}`)).body;
    if (state === 'available') break;
    assert.equal(state, 'inspecting');
    await sleep(50);
  }
  const content = await first.api.content(id);
  assert.deepEqual([content.status, content.size, content.sha256], [200, trial.size, sha256()]);
  await house.assertNothingElse(first.api, 'survivor', [id]);
  assert.equal(bucketLine.cuts, trial.cuts);
  return `${partCount} parts, ${(bucketLine.passed.up / trial.size).toFixed(2)} × its bytes were sent`;
}

/** Begun with a grant that lasts for seconds, and so do its URLs: they are of no use any more when the first part is to go. */
async function begunByAGuest(node: Node, size: number, file: string): Promise<DirectUpload> {
  const wish = { recordId: claims.recordId, actions: ['upload'], expiresIn: 2 };
  const granted = await node.api.send<{ token: string }>('POST', '/v1/grants', { body: wish });
  assert.equal(granted.status, 201, JSON.stringify(granted.body));
  const guest = new DirectClient({ url: node.line.url, key: granted.body.token });
  const begun = await guest.begin(claims, size);
  assert.equal(begun.status, 201, JSON.stringify(begun.body));
  const { parts, urlsExpireAt } = begun.body;
  await sleep(Date.parse(urlsExpireAt ?? '') - Date.now() + 1_000);
  const [part] = parts;
  assert.ok(part);
  assert.equal(await sent(file, part), 403);
  return begun.body;
}

/** Puts a part; the answer's status. */
async function sent(file: string, { offset, size, url }: DirectUpload['parts'][number]): Promise<number> {
  const answer = await request(url, {
    method: 'PUT',
    headers: { 'content-length': String(size) },
    body: createReadStream(file, { start: offset, end: offset + size - 1, highWaterMark: MiB }),
  });
  await answer.body.dump();
  return answer.statusCode;
}

/** So many numbers from 0 to before `below`, evenly spread; some of them more than once where they are too few. */
function evenly(count: number, below: number): number[] {
  return Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * below) / count));
}
