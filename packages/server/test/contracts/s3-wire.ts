import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach } from 'node:test';
import { hasCode } from '../../src/errors.ts';
import { BufferBudget } from '../../src/objects/buffer-budget.ts';
import type { PutOptions } from '../../src/objects/object-store.ts';
import { S3Store, type S3StoreOptions } from '../../src/objects/s3.ts';
import { S3Error } from '../../src/objects/s3-error.ts';
import { encodeDescription } from '../../src/objects/self-description.ts';
import type { S3Settings } from '../../src/settings.ts';
import { type Arrived, type Recorder, recorder, reply } from './s3-recorder.ts';

/** For tests of what Ceph does not check, or does not do: the requests themselves, and how answers are taken. */

export const MiB = 1024 * 1024;
export const description = {
  version: 1,
  deployment: 'd1',
  id: 'i1',
  recordId: 'case 1',
  type: 'contract',
  filename: 'contract.pdf',
  createdAt: '2026-01-01T00:00:00.000Z',
} as const;
export const options: PutOptions = { contentType: 'application/pdf', description };
export const ours = { 'x-amz-meta-strongroom': encodeDescription(description), etag: '"ours"' };
/** For the few tests that wait for it. */
export const impatient = { timeouts: { connect: 300, question: 300, answer: 300, idle: 300 } };

let running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of running) await one.close();
  running = [];
});

export async function listening(answer: (arrived: Arrived) => unknown): Promise<Recorder> {
  return closing(await recorder(answer));
}

/** Closes it after the test. */
export function closing<T extends { close(): Promise<void> }>(one: T): T {
  running.unshift(one);
  return one;
}

/** A store that speaks to a recorder. */
export async function wired(
  answer: (arrived: Arrived) => unknown,
  changes: Partial<S3Settings> = {},
  more: Partial<S3StoreOptions> = {},
) {
  const server = await listening(answer);
  const settings: S3Settings = {
    kind: 's3',
    bucket: 'b',
    region: 'eu-central-1',
    endpoint: server.endpoint,
    publicEndpoint: null,
    credentials: { accessKeyId: 'AKIA-key', secretAccessKey: 'the-secret' },
    forcePathStyle: true,
    acl: null,
    storageClass: null,
    sse: null,
    sseKmsKeyId: null,
    prefix: null,
    ...changes,
  };
  const profile = { conditionalWrites: true };
  const store = closing(new S3Store({ settings, budget: new BufferBudget(64 * MiB), profile, ...more }));
  return { server, store };
}

/** An S3 that says yes to everything; `special` answers first where it answers at all. */
export function agreeable(special: (arrived: Arrived) => unknown = () => false) {
  return async (arrived: Arrived) => {
    if ((await special(arrived)) !== false) return;
    const { method, url } = await arrived.read();
    if (method === 'HEAD') reply(arrived.response, 404);
    else if (url.includes('uploads')) reply(arrived.response, 200, {}, '<R><UploadId>u/1</UploadId></R>');
    else if (method === 'POST') reply(arrived.response, 200, {}, '<R><ETag>"done-1"</ETag></R>');
    else if (method === 'DELETE') reply(arrived.response, 204);
    else reply(arrived.response, 200, { etag: `"etag-${url}"` });
  };
}

export const calls = ({ requests }: Recorder) => requests.map(({ method, url }) => `${method} ${url}`);
export const stream = (bytes: Buffer) => Readable.from(slices(bytes));
export const sha256 = (bytes: Buffer | string, as: 'hex' | 'base64' = 'hex') =>
  createHash('sha256').update(bytes).digest(as);

function* slices(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}

/** Asserts `store_unavailable` whose cause is S3's code, with nothing in it that must not be logged. */
export async function unavailable(
  work: Promise<unknown>,
  code: string,
  status: number | null,
): Promise<S3Error> {
  const error = await work.then(
    () => assert.fail('it should have failed'),
    (reason: unknown) => reason,
  );
  assert.ok(hasCode(error, 'store_unavailable'), String(error));
  const cause = error.cause;
  assert.ok(cause instanceof S3Error);
  assert.deepEqual([cause.code, cause.status], [code, status]);
  const logged = `${cause.stack} ${JSON.stringify(cause)} ${JSON.stringify(Object.entries(cause))}`;
  for (const secret of ['the-secret', 'AKIA-key', 'authorization', 'Signature=', 'never to be shown'])
    assert.ok(!logged.includes(secret), `${secret} in ${logged}`);
  return cause;
}
