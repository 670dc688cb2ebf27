import { request } from 'undici';
import type { DirectUpload } from '../../src/http/openapi/schemas.ts';
import { keepSecret } from '../secrecy/watch.ts';
import { type Answer, ApiClient, type ApiDocument } from './client.ts';

export interface DirectClaims {
  readonly recordId: string;
  readonly type: string;
  readonly filename?: string;
  readonly contentType?: string;
  readonly metadata?: object;
}

/** An upload that is under way: what was answered, and the bytes that it is of. */
export interface Begun {
  readonly upload: DirectUpload;
  readonly bytes: Buffer;
}

/** What a client of direct uploads says, in single steps. */
export class DirectClient extends ApiClient {
  begin(claims: DirectClaims, size: number, key?: string): Promise<Answer<DirectUpload>> {
    keepSecret('filename', claims.filename);
    const headers = key === undefined ? {} : { 'idempotency-key': key };
    return this.send('POST', '/v1/direct-uploads', { headers, body: { ...claims, size } });
  }

  /** Raises what refuses it. */
  async begun(claims: DirectClaims, bytes: Buffer): Promise<Begun> {
    const { status, body } = await this.begin(claims, bytes.length);
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    return { upload: body, bytes };
  }

  parts(id: string, numbers?: readonly number[]): Promise<Answer<DirectUpload>> {
    return this.send('POST', `/v1/direct-uploads/${id}/parts`, numbers ? { body: { numbers } } : {});
  }

  complete(id: string): Promise<Answer> {
    return this.send('POST', `/v1/direct-uploads/${id}/complete`);
  }

  abandon(id: string): Promise<Answer> {
    return this.send('DELETE', `/v1/direct-uploads/${id}`);
  }

  /** From its beginning to its end. */
  async whole(claims: DirectClaims, bytes: Buffer): Promise<ApiDocument> {
    const begun = await this.begun(claims, bytes);
    await sendParts(begun);
    const { status, body } = await this.complete(begun.upload.id);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body;
  }
}

/** Sends those of the parts whose URLs are at hand, or the ones that are named. */
export async function sendParts({ upload, bytes }: Begun, numbers?: readonly number[]): Promise<void> {
  for (const { number, offset, size, url } of upload.parts) {
    if (numbers && !numbers.includes(number)) continue;
    const status = await put(url, bytes.subarray(offset, offset + size));
    if (status !== 200) throw new Error(`part ${number}: ${status}`);
  }
}

/** As a browser sends a part: the bytes, and nothing more. The answer's status. */
export async function put(url: string, body: Buffer): Promise<number> {
  const answer = await request(url, { method: 'PUT', body });
  await answer.body.dump();
  return answer.statusCode;
}
