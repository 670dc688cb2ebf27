import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, ApiClient } from './client.ts';
import { bodyOf, type House, unlessKilled } from './crash-house.ts';

/** An upload by tus, in requests of so many bytes. */
export interface Pieces {
  /** Bytes. */
  readonly size: number;
  readonly piece: number;
}

const tus = { 'tus-resumable': '1.0.0' };

/** A client that goes on with its upload for as long as there is somebody to talk to. */
export class Uploader {
  readonly #house: House;
  readonly #recordId: string;
  readonly #case: Pieces;
  #id: string | null = null;

  constructor(house: House, recordId: string, upload: Pieces) {
    this.#house = house;
    this.#recordId = recordId;
    this.#case = upload;
  }

  /** True when the document is whole; false when the process died. */
  async run(): Promise<boolean> {
    const { bytes, sha256 } = await whole(this.#recordId, this.#case.size);
    if (!(await this.#goOn(bytes, bytes.length)) || this.#id === null) return false;
    if (!(await this.#isThere(this.#house.api, sha256))) return false;
    this.#house.keep(this.#recordId, this.#id, sha256);
    return true;
  }

  /** Sends all but the last piece, and is never heard of again. */
  async leave(): Promise<void> {
    const { size, piece } = this.#case;
    const { bytes } = await whole(this.#recordId, size);
    assert.ok(await this.#goOn(bytes, size - piece));
  }

  async #goOn(bytes: Buffer, to: number): Promise<boolean> {
    const { api } = this.#house;
    this.#id ??= await this.#begin(api);
    let at = this.#id && (await this.#where(api));
    while (typeof at === 'number' && at < to) at = await this.#send(api, bytes, at);
    return at !== null;
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
