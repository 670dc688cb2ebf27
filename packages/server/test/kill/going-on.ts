import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import type { DirectUpload } from '../../src/http/openapi/schemas.ts';
import type { Answer, ApiClient } from '../acceptance/client.ts';
import { oneOf } from '../faults/seeded.ts';
import { bodyOf } from './body.ts';
import type { Client } from './client-work.ts';
import type { Entry } from './ledger.ts';
import { unlessBroken } from './unless-broken.ts';

/** So often something is asked for an upload in a row; then it waits for another time. */
const steps = 30;

type Outcome = 'done' | 'over' | 'again';

/**
 * Takes an upload further that goes on over several requests, each to any of the servers, until it is there, or given up, or too
 * much breaks: then it is left where it stands, and goes on another time, in another round and after all servers died.
 */
export async function goOn(client: Client, entry: Entry, signal: AbortSignal): Promise<void> {
  const take = entry.way === 'tus' ? byTus : byDirect;
  for (let step = 0; step < steps && !signal.aborted; step++) {
    const known = client.ledger.get(entry.recordId) ?? entry;
    const outcome = await take(client, known, oneOf(client.random, client.apis));
    if (outcome === 'done' || outcome === 'over') return;
    await sleep(20);
  }
}

/** One request and what follows from it. */
async function byTus(client: Client, entry: Entry, api: ApiClient): Promise<Outcome> {
  const { recordId, size, upload } = entry;
  const bytes = await bytesOf(entry);
  if (upload === null) return beginByTus(client, entry, api, bytes);
  const tus = { 'tus-resumable': '1.0.0' };
  const path = `/v1/uploads/${upload}`;
  const asked = await unlessBroken(api.send<null>('HEAD', path, { headers: tus }));
  if (asked === null || asked.status >= 500) return 'again';
  if (asked.status !== 200) return given(client, entry, asked);
  const offset = Number(asked.headers['upload-offset']);
  if (offset === size) return acknowledged(client, entry, api, upload);
  if (offset > 0) client.account.count('uploads that went on');
  const to = oneOf(client.random, [size, offset + Math.ceil((size - offset) / 3)]);
  const headers = {
    ...tus,
    'upload-offset': String(offset),
    'content-type': 'application/offset+octet-stream',
  };
  const part = bytes.subarray(offset, to);
  const sent = await unlessBroken(
    api.send<object>('PATCH', path, { headers, body: { size: part.length, body: part } }),
  );
  if (sent === null || sent.status >= 500 || [409, 423].includes(sent.status)) return 'again';
  if (sent.status !== 204) return given(client, entry, sent);
  const reached = Number(sent.headers['upload-offset']);
  // All of it: an earlier request had brought every byte, and nobody had noted that.
  if (reached === size) return acknowledged(client, entry, api, upload);
  if (reached !== to) client.account.find('loss', client.site, `${recordId} stands at ${reached}, not ${to}`);
  return 'again';
}

async function beginByTus(client: Client, entry: Entry, api: ApiClient, bytes: Buffer): Promise<Outcome> {
  const { recordId, type, size } = entry;
  const pairs = { recordId, type, filename: `${recordId}.txt`, filetype: 'text/plain' };
  const first = oneOf(client.random, [0, 0, Math.ceil(size / 2), size]);
  const headers = {
    'tus-resumable': '1.0.0',
    'upload-length': String(size),
    'upload-metadata': Object.entries(pairs)
      .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
      .join(','),
    ...(first > 0 ? { 'content-type': 'application/offset+octet-stream' } : {}),
    ...keyOf(entry),
  };
  const body = { size: first, body: bytes.subarray(0, first) };
  const made = await unlessBroken(api.send<object>('POST', '/v1/uploads', { headers, body }));
  if (made?.status !== 201) return begun(client, entry, made);
  const upload = String(made.headers.location).split('/').at(-1) ?? '';
  client.ledger.note(entry, { upload });
  return Number(made.headers['upload-offset']) === size ? acknowledged(client, entry, api, upload) : 'again';
}

async function byDirect(client: Client, entry: Entry, api: ApiClient): Promise<Outcome> {
  const { recordId, type, size, upload } = entry;
  if (upload === null) {
    const claims = { recordId, type, filename: `${recordId}.txt`, contentType: 'text/plain', size };
    const headers = keyOf(entry);
    const made = await unlessBroken(
      api.send<DirectUpload>('POST', '/v1/direct-uploads', { headers, body: claims }),
    );
    if (made?.status !== 201) return begun(client, entry, made);
    client.ledger.note(entry, { upload: made.body.id });
    return 'again';
  }
  const path = `/v1/direct-uploads/${upload}`;
  const asked = await unlessBroken(api.send<DirectUpload>('POST', `${path}/parts`));
  if (asked === null || asked.status >= 500) return 'again';
  if (asked.status !== 200) return given(client, entry, asked);
  const bytes = await bytesOf(entry);
  for (const { offset, size, url } of asked.body.parts) {
    const status = await unlessBroken(put(url, bytes.subarray(offset, offset + size)));
    if (status !== 200) return 'again';
  }
  const ended = await unlessBroken(api.send('POST', `${path}/complete`));
  if (ended === null || ended.status >= 500 || ended.status === 409) return 'again';
  if (ended.status !== 200) return given(client, entry, ended);
  return acknowledged(client, entry, api, upload);
}

/** The service has said that all is there. It is a document as soon as it has been read back. */
async function acknowledged(client: Client, entry: Entry, api: ApiClient, id: string): Promise<Outcome> {
  const { ledger, account, site } = client;
  const { recordId, sha256, size } = entry;
  if (!entry.acknowledged) {
    account.count(entry.way === 'tus' ? 'uploads by tus acknowledged' : 'direct uploads acknowledged');
    ledger.note(entry, { acknowledged: true });
  }
  const answer = await unlessBroken(api.send('GET', `/v1/documents/${id}`));
  if (answer === null || answer.status >= 500 || answer.body.state === 'inspecting') return 'again';
  const { body, status } = answer;
  if (status !== 200 || body.sha256 !== sha256 || body.size !== size || body.recordId !== recordId)
    account.find('loss', site, `sent ${JSON.stringify(entry)}, is ${status} ${JSON.stringify(body)}`);
  ledger.note(entry, { id, may: ['available'] });
  return 'done';
}

/** Its beginning was refused, or nobody knows. */
function begun({ ledger, account, site }: Client, entry: Entry, answer: Answer<unknown> | null): Outcome {
  if (answer === null || answer.status >= 500) {
    account.count('uploads without an answer');
    // Without a key another beginning is another upload.
    return entry.idempotencyKey === null ? 'over' : 'again';
  }
  const { code = '' } = (answer.body ?? {}) as { code?: string };
  if (code === 'idempotency_in_progress') return 'again';
  ledger.note(entry, { may: ['absent'] });
  if (!['state_conflict', 'length_mismatch', 'upload_taken_over', 'upload_ended', 'aborted'].includes(code))
    account.find('fault', site, `${entry.recordId} was refused: ${JSON.stringify(answer.body)}`);
  return 'over';
}

/** The service says that it was given up. */
function given({ ledger, account, site }: Client, entry: Entry, answer: Answer<unknown>): Outcome {
  if (![404, 410].includes(answer.status))
    account.find(
      'fault',
      site,
      `${entry.recordId} was refused: ${answer.status} ${JSON.stringify(answer.body)}`,
    );
  if (entry.acknowledged)
    account.find('loss', site, `${JSON.stringify(entry)} was acknowledged, and is ${answer.status}`);
  ledger.note(entry, { may: ['absent'] });
  return 'over';
}

function keyOf({ idempotencyKey }: Entry): Record<string, string> {
  return idempotencyKey === null ? {} : { 'idempotency-key': idempotencyKey };
}

async function bytesOf({ recordId, size }: Entry): Promise<Buffer> {
  const { body } = bodyOf(recordId, size).payload();
  return Buffer.isBuffer(body) ? body : buffer(body);
}

async function put(url: string, body: Buffer): Promise<number> {
  const answer = await request(url, { method: 'PUT', body });
  await answer.body.dump();
  return answer.statusCode;
}
