/** An upload of tus that a fault meets in its middle, and that goes on afterwards. */
import assert from 'node:assert/strict';
import type { Answer, ApiClient, ApiDocument } from '../../acceptance/client.ts';
import { paddedPdf } from '../../fixtures/make.ts';
import { TusClient, uploadMetadata } from '../../tus/tus-client.ts';

/** Bytes that are stored before the fault. */
const before = 100_000;

export class ContinuedUpload {
  readonly #tus: TusClient;
  readonly #id: string;
  readonly #bytes: Buffer;
  readonly #sha256: string;

  static async begin(api: ApiClient, recordId: string, size: number): Promise<ContinuedUpload> {
    const { body, sha256 } = paddedPdf(size);
    const bytes = Buffer.concat(await body.toArray());
    const tus = new TusClient(api);
    const headers = {
      'upload-length': String(size),
      'upload-metadata': uploadMetadata({ recordId, type: 'trashed', filename: `${recordId}.pdf` }),
    };
    const { status, headers: told } = await tus.create(headers, bytes.subarray(0, before));
    assert.deepEqual([status, told['upload-offset']], [201, String(before)]);
    const id = String(told.location).slice('uploads/'.length);
    return new ContinuedUpload(tus, id, bytes, sha256());
  }

  private constructor(tus: TusClient, id: string, bytes: Buffer, sha256: string) {
    this.#tus = tus;
    this.#id = id;
    this.#bytes = bytes;
    this.#sha256 = sha256;
  }

  /** The document that is to come of it: what is read back is held to its digest. */
  get document(): ApiDocument {
    return { id: this.#id, size: this.#bytes.length, sha256: this.#sha256 } as ApiDocument;
  }

  async last(): Promise<Answer> {
    const answer = await this.#tus.patch(this.#id, before, this.#bytes.subarray(before));
    return answer as unknown as Answer;
  }

  async goOn(): Promise<void> {
    const offset = await this.#tus.offset(this.#id);
    assert.ok(offset >= before, `${offset} of ${before} bytes are left`);
    const { status, body } = await this.#tus.patch(this.#id, offset, this.#bytes.subarray(offset));
    assert.equal(status, 204, JSON.stringify(body));
    while ((await this.#tus.document(this.#id)).body.state === 'inspecting')
      await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
