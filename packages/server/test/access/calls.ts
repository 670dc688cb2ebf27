/** The rows of the table: one call of each route, right in all but who makes it. */
import { randomUUID } from 'node:crypto';
import { request } from 'undici';
import { pdf } from '../fixtures/make.ts';
import type { TestServer } from '../harness.ts';
import { recordId } from './credentials.ts';

export interface Call {
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Makes what a call needs, with all rights: each may change it as it likes. */
export class Ground {
  readonly #server: TestServer;

  constructor(server: TestServer) {
    this.#server = server;
  }

  get key(): string {
    return this.#server.key;
  }

  /** The id of a fresh document, after these moves of it. */
  async document(...moves: readonly ('archive' | 'delete')[]): Promise<string> {
    const { id } = await this.json<{ id: string }>('POST', upload.path, upload.body);
    for (const move of moves)
      await this.json(
        move === 'delete' ? 'DELETE' : 'POST',
        `/v1/documents/${id}${move === 'delete' ? '' : `/${move}`}`,
      );
    return id;
  }

  /** The path of a fresh upload that goes on. */
  async begun(): Promise<string> {
    const headers = { authorization: `Bearer ${this.#server.key}`, ...newUpload };
    const answer = await request(`${this.#server.url}/v1/uploads`, { method: 'POST', headers });
    if (answer.statusCode >= 300) throw new Error(await answer.body.text());
    await answer.body.dump();
    return `/v1/${answer.headers.location}`;
  }

  /** A fresh direct upload, and where its one part goes; null where the service has none. */
  async directUpload(): Promise<{ id: string; url: string | null }> {
    const { transports } = await this.json<{ transports: string[] }>('GET', '/v1/caller');
    if (!transports.includes('direct')) return { id: randomUUID(), url: null };
    const { id, parts } = await this.json<{ id: string; parts: { url: string }[] }>(
      'POST',
      directUpload.path,
      directUpload.body,
    );
    return { id, url: parts[0]?.url ?? null };
  }

  async json<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body: string | Buffer | null = null,
  ): Promise<T> {
    const headers = {
      authorization: `Bearer ${this.#server.key}`,
      ...(typeof body === 'string' ? json.headers : {}),
    };
    const answer = await request(this.#server.url + path, { method, headers, body });
    if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${await answer.body.text()}`);
    return (await answer.body.json()) as T;
  }
}

const json = { headers: { 'content-type': 'application/json' } };
const upload = {
  path: `/v1/documents?recordId=${encodeURIComponent(recordId)}&type=id`,
  body: pdf(),
} satisfies Call;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const tus = { 'tus-resumable': '1.0.0' };
const newUpload = {
  ...tus,
  'upload-length': '1000000',
  'upload-metadata': `recordId ${base64(recordId)},type ${base64('id')}`,
};

/** By method and path of the route. */
export const calls: Readonly<Record<string, (ground: Ground) => Promise<Call>>> = {
  'POST /v1/documents': async () => upload,
  'GET /v1/documents': async () => ({ path: `/v1/documents?recordId=${encodeURIComponent(recordId)}` }),
  'GET /v1/documents/{id}': async (ground) => ({ path: `/v1/documents/${await ground.document()}` }),
  'PATCH /v1/documents/{id}': async (ground) => ({
    path: `/v1/documents/${await ground.document()}`,
    headers: { ...json.headers, 'if-match': '*' },
    body: '{"filename":"other.pdf"}',
  }),
  'DELETE /v1/documents/{id}': async (ground) => ({ path: `/v1/documents/${await ground.document()}` }),
  'GET /v1/documents/{id}/events': async (ground) => ({
    path: `/v1/documents/${await ground.document()}/events`,
  }),
  'GET /v1/documents/{id}/content': async (ground) => ({
    path: `/v1/documents/${await ground.document()}/content`,
  }),
  'POST /v1/documents/{id}/links': async (ground) => ({
    path: `/v1/documents/${await ground.document()}/links`,
  }),
  'POST /v1/documents/{id}/archive': async (ground) => ({
    path: `/v1/documents/${await ground.document()}/archive`,
  }),
  'POST /v1/documents/{id}/unarchive': async (ground) => ({
    path: `/v1/documents/${await ground.document('archive')}/unarchive`,
  }),
  'POST /v1/documents/{id}/restore': async (ground) => ({
    path: `/v1/documents/${await ground.document('delete')}/restore`,
  }),
  'OPTIONS /v1/uploads': async () => ({ path: '/v1/uploads' }),
  'POST /v1/uploads': async () => ({ path: '/v1/uploads', headers: newUpload }),
  'GET /v1/uploads/{id}': async (ground) => ({ path: await ground.begun(), headers: tus }),
  'PATCH /v1/uploads/{id}': async (ground) => ({
    path: await ground.begun(),
    headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    body: pdf(),
  }),
  'DELETE /v1/uploads/{id}': async (ground) => ({ path: await ground.begun(), headers: tus }),
  'POST /v1/direct-uploads': async () => directUpload,
  'POST /v1/direct-uploads/{id}/parts': async (ground) => ({
    path: `/v1/direct-uploads/${(await ground.directUpload()).id}/parts`,
  }),
  'POST /v1/direct-uploads/{id}/complete': async (ground) => {
    const { id, url } = await ground.directUpload();
    if (url !== null) await (await request(url, { method: 'PUT', body: upload.body })).body.dump();
    return { path: `/v1/direct-uploads/${id}/complete` };
  },
  'DELETE /v1/direct-uploads/{id}': async (ground) => ({
    path: `/v1/direct-uploads/${(await ground.directUpload()).id}`,
  }),
  'GET /l/{token}': async (ground) => {
    const { url } = await ground.json<{ url: string }>(
      'POST',
      `/v1/documents/${await ground.document()}/links`,
    );
    return { path: new URL(url).pathname };
  },
  'POST /v1/grants': async () => ({ path: '/v1/grants', ...json, body: grant }),
  'DELETE /v1/grants/{id}': async (ground) => {
    const { id } = await ground.json<{ id: string }>('POST', '/v1/grants', grant);
    return { path: `/v1/grants/${id}` };
  },
  'POST /v1/session': async (ground) => ({
    path: '/v1/session',
    ...json,
    body: JSON.stringify({ key: ground.key }),
  }),
  'GET /v1/session': async () => ({ path: '/v1/session' }),
  'DELETE /v1/session': async () => ({ path: '/v1/session' }),
  'GET /v1/keys': async () => ({ path: '/v1/keys' }),
  'POST /v1/keys': async () => ({ path: '/v1/keys', ...json, body: newKey }),
  'DELETE /v1/keys/{id}': async (ground) => {
    const { id } = await ground.json<{ id: string }>('POST', '/v1/keys', newKey);
    return { path: `/v1/keys/${id}` };
  },
  'GET /v1/caller': async () => ({ path: '/v1/caller' }),
  'GET /v1/document-types': async () => ({ path: '/v1/document-types' }),
  'GET /v1/storage': async () => ({ path: '/v1/storage' }),
  'POST /v1/storage/check': async () => ({ path: '/v1/storage/check' }),
  'GET /metrics': async () => ({ path: '/metrics' }),
  'GET /healthz': async () => ({ path: '/healthz' }),
  'GET /readyz': async () => ({ path: '/readyz' }),
  'GET /openapi.json': async () => ({ path: '/openapi.json' }),
  'GET /docs': async () => ({ path: '/docs' }),
  'GET /ui/*': async () => ({ path: '/ui/elements/index.js' }),
};

const directUpload = {
  path: '/v1/direct-uploads',
  ...json,
  body: JSON.stringify({ recordId, type: 'id', filename: 'a.pdf', size: upload.body.length }),
} satisfies Call;
const newKey = JSON.stringify({ name: 'x', scopes: ['documents:read'], recordPrefix: 'case/' });
const grant = JSON.stringify({ recordId, actions: ['read'] });
