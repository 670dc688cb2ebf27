import { createHash } from 'node:crypto';
import { hasStatus } from '../s3-error.ts';
import { abortUpload } from '../s3-multipart.ts';
import { payload } from '../s3-payload.ts';
import { text } from '../s3-xml.ts';
import { isAnswer, type Probe, said, type Trial } from './trial.ts';

const never = () => false;

/** RFC 9110 §13.1.2 on a key where the scratch object lies. */
export const conditionalWrite: Probe = {
  name: 'conditional_write',
  rights: 's3:PutObject',
  cheap: true,
  writes: true,
  // Where nothing lies at the key, a second write is a first one: accepted, and no sign of anything.
  reads: true,
  needed: never,
  otherwise:
    'the key is looked at before every write; two writers of one key at the same instant are not told apart',
  async ask(trial) {
    try {
      await trial.put({ ...trial.plainHeaders, 'if-none-match': '*' });
      // Sent all the same: where another of the store's servers heeds it, all the better.
      trial.learn({ conditionalWrites: null });
      return { result: 'fails', detail: 'If-None-Match: * is ignored: a second write was accepted' };
    } catch (error) {
      if (hasStatus(error, 412)) {
        trial.learn({ conditionalWrites: true });
        return { result: 'works', detail: 'a second write with If-None-Match: * is refused' };
      }
      if (!hasStatus(error, 501)) throw error;
      trial.learn({ conditionalWrites: false });
      return { result: 'fails', detail: said(error) };
    }
  },
};

const trailer = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
const wrong = createHash('sha256').update('something else').digest();

/** Sends wrong checksums: only a refusal shows that they are looked at. A right trailer must be taken off the bytes, too. */
export const checksums: Probe = {
  name: 'checksums',
  rights: 's3:PutObject',
  cheap: true,
  writes: true,
  needed: never,
  otherwise: 'bodies up to 1 MiB are proved by their signature; larger ones by their length and by TLS alone',
  async ask(trial) {
    const { plainHeaders } = trial;
    const digest = { 'x-amz-checksum-sha256': wrong.toString('base64') };
    const signed = await isRefused(() => trial.put(plainHeaders, { hash: wrong.toString('hex') }));
    const header = await isRefused(() => trial.put({ ...plainHeaders, ...digest }));
    const trailed = header && (await trailersAreChecked(trial)) && (await partsAreChecked(trial));
    trial.learn({ checksums: trailed });
    const told = [
      `a wrong SHA-256 in the signature is ${signed ? 'refused' : 'accepted'}`,
      `in x-amz-checksum-sha256 ${header ? 'refused' : 'accepted'}`,
      ...(header ? [`as a trailer ${trailed ? 'refused' : 'not supported'}`] : []),
    ];
    return { result: trailed ? 'works' : 'fails', detail: told.join(', '), ...(signed ? {} : unproved) };
  },
};

const unproved = {
  effect: 'no body is proved in flight except by TLS; what was stored is known by the digest in the records',
  remedy: 'Reach the store over https://.',
};

/** For what it carries. What is refused for want of a right says nothing of that, and is raised. */
async function isRefused(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send();
    return false;
  } catch (error) {
    if (isAnswer(error) && error.code !== 'AccessDenied') return true;
    throw error;
  }
}

/**
 * A wrong trailer is refused, a right one accepted, and the bytes are stored without it. `part` names a part of an upload;
 * without it the object is meant.
 */
async function trailersAreChecked(
  trial: Trial,
  part?: { partNumber: string; uploadId: string },
): Promise<boolean> {
  const own = part ? {} : trial.plainHeaders;
  const sent = (body: Buffer, headers: Record<string, string>) =>
    trial.put({ ...own, ...headers }, { hash: trailer, body, query: part ?? {} });
  const { headers, body } = await chunked(trial.content);
  const bad = Buffer.from(
    body.toString('latin1').replace(/:[^:]{44}\r\n/, `:${wrong.toString('base64')}\r\n`),
    'latin1',
  );
  if (!(await isRefused(() => sent(bad, headers)))) return false;
  if (await isRefused(() => sent(body, headers))) return false;
  return part !== undefined || Number((await trial.head())['content-length']) === trial.content.length;
}

async function partsAreChecked(trial: Trial): Promise<boolean> {
  const { client, key, signal } = trial;
  const headers = { ...trial.plainHeaders, 'x-amz-checksum-algorithm': 'SHA256' };
  const { xml } = await client.xml({
    operation: 'CreateMultipartUpload',
    method: 'POST',
    key,
    query: { uploads: '' },
    headers,
    signal,
  });
  const uploadId = text(xml, 'UploadId') ?? '';
  try {
    return await trailersAreChecked(trial, { partNumber: '1', uploadId });
  } finally {
    // What this leaves goes with the scratch object: a removal ends every unfinished upload of the key.
    await abortUpload(client, key, uploadId, signal).catch(() => {});
  }
}

/** The body as the service streams one, gathered. */
async function chunked(content: Buffer): Promise<{ headers: Record<string, string>; body: Buffer }> {
  async function* once() {
    yield content;
  }
  const ready = payload({ length: content.length, chunks: once() }, true);
  const pieces: Buffer[] = [];
  if (!Buffer.isBuffer(ready.body)) for await (const piece of ready.body.chunks) pieces.push(piece);
  return { headers: { ...ready.headers }, body: Buffer.concat(pieces) };
}

/** Not used by the service yet. */
export const tags: Probe = {
  name: 'tags',
  rights: 's3:PutObjectTagging and s3:GetObjectTagging',
  writes: true,
  needed: never,
  otherwise: 'nothing: it writes no tags',
  async ask(trial) {
    await trial.put({ ...trial.plainHeaders, 'x-amz-tagging': 'strongroom=check' });
    const xml = await trial.asked('GetObjectTagging', { tagging: '' }, 'object');
    return /<Key>strongroom<\/Key>\s*<Value>check</.test(xml)
      ? { result: 'works', detail: 'a tag was stored and read' }
      : { result: 'fails', detail: 'the tag was accepted and is not there' };
  },
};
