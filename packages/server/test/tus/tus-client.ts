import assert from 'node:assert/strict';
import { type Answer, ApiClient } from '../acceptance/client.ts';
import { RawSocket } from '../acceptance/raw-socket.ts';

type Headers = Readonly<Record<string, string>>;

export const offsetOctets = 'application/offset+octet-stream';
const tus = { 'tus-resumable': '1.0.0' };

/** Upload-Metadata: pairs in base64. */
export function uploadMetadata(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
    .join(',');
}

export const claims = { recordId: 'r', type: 'contract', filename: 'scan.pdf' };

/** What tests say to a service by tus, as plain as the wire. */
export class TusClient {
  readonly server: { url: string; key: string };
  readonly api: ApiClient;

  constructor(server: { url: string; key: string }) {
    this.server = server;
    this.api = new ApiClient(server);
  }

  create(headers: Headers, body?: Buffer): Promise<Answer<Problem>> {
    return this.#send(
      'POST',
      '',
      {
        'upload-metadata': uploadMetadata(claims),
        ...(body ? { 'content-type': offsetOctets } : {}),
        ...headers,
      },
      body,
    );
  }

  /** The id of an upload of so many bytes, of which nothing has come. */
  async begun(length: number, pairs: Readonly<Record<string, string>> = claims): Promise<string> {
    const made = await this.create({
      'upload-length': String(length),
      'upload-metadata': uploadMetadata(pairs),
    });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    return idIn(made);
  }

  head(id: string, headers: Headers = {}): Promise<Answer<null>> {
    return this.#send('HEAD', `/${id}`, headers);
  }

  async offset(id: string): Promise<number> {
    const { status, headers } = await this.head(id);
    assert.equal(status, 200);
    return Number(headers['upload-offset']);
  }

  patch(id: string, offset: number, body: Buffer, headers: Headers = {}): Promise<Answer<Problem>> {
    const fields = { 'upload-offset': String(offset), 'content-type': offsetOctets, ...headers };
    return this.#send('PATCH', `/${id}`, fields, body);
  }

  remove(id: string): Promise<Answer<Problem>> {
    return this.#send('DELETE', `/${id}`, {});
  }

  send(
    method: 'POST' | 'PUT' | 'GET',
    path: string,
    headers: Headers,
    body?: Buffer,
  ): Promise<Answer<Problem>> {
    return this.#send(method, path, headers, body);
  }

  document(id: string) {
    return this.api.send('GET', `/v1/uploads/${id}`);
  }

  /** A PATCH that announces `size` bytes and sends some of them. */
  async stalled(id: string, offset: number, size: number, bytes: Buffer): Promise<RawSocket> {
    const socket = new RawSocket(this.server);
    await socket.send(
      socket.head(
        'PATCH',
        `/v1/uploads/${id}`,
        'Tus-Resumable: 1.0.0',
        `Content-Type: ${offsetOctets}`,
        `Upload-Offset: ${offset}`,
        `Content-Length: ${size}`,
      ),
    );
    await socket.send(bytes);
    return socket;
  }

  #send<T>(
    method: 'POST' | 'PATCH' | 'HEAD' | 'DELETE' | 'PUT' | 'GET',
    path: string,
    headers: Headers,
    body?: Buffer,
  ): Promise<Answer<T>> {
    return this.api.send<T>(method, `/v1/uploads${path}`, {
      headers: { ...tus, ...headers },
      ...(body ? { body: { size: body.length, body } } : {}),
    });
  }
}

export interface Problem {
  readonly code: string;
  readonly [parameter: string]: unknown;
}

export function idIn({ headers }: Pick<Answer<unknown>, 'headers'>): string {
  const [, id] = /^uploads\/([\w-]+)$/.exec(String(headers.location)) ?? [];
  assert.ok(id, String(headers.location));
  return id;
}
