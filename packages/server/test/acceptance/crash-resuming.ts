import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backends.ts';
import type { Answer, ApiClient } from './client.ts';
import { bodyOf, House, unlessKilled } from './crash-house.ts';
import { type Choice, inGroups, type Point, pointsOf, stopsOf } from './crash-points.ts';

/** An upload by tus, in requests of so many bytes. */
export interface ResumedCase {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly piece: number;
  readonly choice: Choice;
}

/** How many uploads stand still in one process. */
const together = 24;

const tus = { 'tus-resumable': '1.0.0' };

/**
 * Kills the process while uploads by tus stand at each of their steps. Each goes on in the next process, from where that says,
 * and becomes the one document of its record; of what lay in between nothing is left.
 */
export async function dieInResumed(
  t: TestContext,
  backend: Backend,
  uploads: readonly ResumedCase[],
): Promise<void> {
  const house = await House.build(t, backend);
  await house.start(Object.fromEntries(uploads.map(({ name }) => [name, null])));
  for (const upload of uploads) assert.ok(await new Uploader(house, upload.name, upload).run());
  const passed = await house.passed();
  await house.kill();
  const trials = uploads.flatMap((upload) =>
    upload
      .choice(pointsOf(passed, upload.name).filter(isCertain))
      .map((point, at) => trialOf(house, upload, point, at)),
  );
  for (const group of inGroups(together, trials)) {
    await house.start(stopsOf(group));
    const sent = group.map(({ uploader }) => uploader.run());
    await house.stopped(group.map(({ recordId }) => recordId));
    await house.kill();
    for (const [at, done] of (await Promise.all(sent)).entries())
      assert.equal(done, false, `${group[at]?.recordId} ended before ${group[at]?.point.step}`);
    await house.start();
    for (const { recordId, point, uploader } of group)
      assert.ok(await uploader.run(), `${recordId}, killed ${point.moment} ${point.step}`);
    await house.kill();
  }
  await house.settle();
  await house.check();
  const there = (await house.rows()).map(({ recordId }) => recordId);
  assert.deepEqual(
    there.sort(),
    [...uploads.map(({ name }) => name), ...trials.map(({ recordId }) => recordId)].sort(),
  );
  t.diagnostic(`${trials.length} points`);
}

function trialOf(house: House, upload: ResumedCase, point: Point, at: number) {
  const recordId = `${upload.name}-${at}`;
  return { recordId, point, uploader: new Uploader(house, recordId, upload) };
}

/** In how many writes a body goes to its store depends on how it arrives. */
function isCertain({ step }: Point): boolean {
  return !/^writev|body#/.test(step) || step.endsWith('#1');
}

/** A client that goes on with its upload for as long as there is somebody to talk to. */
class Uploader {
  readonly #house: House;
  readonly #recordId: string;
  readonly #case: ResumedCase;
  #id: string | null = null;

  constructor(house: House, recordId: string, upload: ResumedCase) {
    this.#house = house;
    this.#recordId = recordId;
    this.#case = upload;
  }

  /** True when the document is whole; false when the process died. */
  async run(): Promise<boolean> {
    const { api } = this.#house;
    const { size } = this.#case;
    const { bytes, sha256 } = await whole(this.#recordId, size);
    this.#id ??= await this.#begin(api);
    if (this.#id === null) return false;
    let at = await this.#where(api);
    while (at !== null && at < size) at = await this.#send(api, bytes, at);
    if (at === null || !(await this.#isThere(api, sha256))) return false;
    this.#house.keep(this.#recordId, this.#id, sha256);
    return true;
  }

  /** One whose answer was lost is found again by its key. */
  async #begin(api: ApiClient): Promise<string | null> {
    const claims = { recordId: this.#recordId, type: 'fleeting', filename: `${this.#recordId}.pdf` };
    const metadata = Object.entries(claims).map(
      ([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`,
    );
    const headers = {
      'upload-length': String(this.#case.size),
      'upload-metadata': metadata.join(','),
      'idempotency-key': this.#recordId,
    };
    const answer = await this.#ask(api, 'POST', '/v1/uploads', headers);
    return answer && (String(answer.headers.location).split('/').at(-1) ?? null);
  }

  async #where(api: ApiClient): Promise<number | null> {
    return offsetOf(await this.#ask(api, 'HEAD', `/v1/uploads/${this.#id}`));
  }

  async #send(api: ApiClient, bytes: Buffer, at: number): Promise<number | null> {
    const piece = bytes.subarray(at, at + this.#case.piece);
    const headers = { 'upload-offset': String(at), 'content-type': 'application/offset+octet-stream' };
    return offsetOf(await this.#ask(api, 'PATCH', `/v1/uploads/${this.#id}`, headers, piece));
  }

  /** The digest of one that went over two processes is read back first. */
  async #isThere(api: ApiClient, sha256: string): Promise<boolean> {
    for (;;) {
      const answer = await unlessKilled(api.send('GET', `/v1/documents/${this.#id}`));
      if (answer?.body.state !== 'inspecting')
        return answer?.body.state === 'available' && answer.body.sha256 === sha256;
      await sleep(50);
    }
  }

  async #ask(
    api: ApiClient,
    method: 'POST' | 'HEAD' | 'PATCH',
    path: string,
    headers: Record<string, string> = {},
    body?: Buffer,
  ): Promise<Answer | null> {
    const sent = { headers: { ...tus, ...headers }, ...(body && { body: { size: body.length, body } }) };
    const answer = await unlessKilled(api.send(method, path, sent));
    if (answer)
      assert.ok(answer.status < 300, `${method} ${path} ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer;
  }
}

function offsetOf(answer: Answer | null): number | null {
  return answer && Number(answer.headers['upload-offset']);
}

async function whole(name: string, size: number): Promise<{ bytes: Buffer; sha256: string }> {
  const { payload, sha256 } = bodyOf(name, size);
  const chunks: Buffer[] = [];
  for await (const chunk of payload.body as AsyncIterable<Buffer>) chunks.push(chunk);
  return { bytes: Buffer.concat(chunks), sha256 };
}
