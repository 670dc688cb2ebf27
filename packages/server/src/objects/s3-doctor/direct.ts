import type { Finding } from '../doctor.ts';
import { beginUpload, partsOf } from '../s3-multipart.ts';
import { unsigned } from '../s3-unsigned.ts';
import { giveUp } from './multipart.ts';
import { isUnanswered, type Probe, type Trial } from './trial.ts';

/** Seconds. */
const live = 60;

/** A part by a presigned URL at the public endpoint, as browsers send them; and that no other length is taken. */
export const directUpload: Probe = {
  name: 'direct_upload',
  rights: 's3:PutObject, s3:AbortMultipartUpload and s3:ListMultipartUploadParts',
  writes: true,
  needed: ({ uses }) => uses.directUploads,
  otherwise: 'uploads can’t go straight to the bucket; clients send them through the service, by tus',
  async ask(trial) {
    const { client, key, signal, uses } = trial;
    if (!uses.directUploads) return { result: 'works', detail: 'not used: DIRECT_UPLOADS is off' };
    const headers = trial.stored ? trial.headers : trial.plainHeaders;
    const id = await beginUpload(client, key, headers, { checks: false, signal });
    try {
      return await judge(trial, id);
    } finally {
      const [part] = (await partsOf(client, { key, id }, AbortSignal.timeout(5_000)).catch(() => null)) ?? [];
      await giveUp(trial, id, part?.etag);
    }
  },
};

async function judge(trial: Trial, id: string): Promise<Finding> {
  const { client, publicEndpoint, key, content, signal } = trial;
  const url = await client.presign(
    publicEndpoint,
    {
      method: 'PUT',
      key,
      query: { partNumber: '1', uploadId: id },
      headers: { 'content-length': String(content.length) },
    },
    live,
  );
  const send = (body: Buffer) =>
    unsigned({ operation: 'presigned UploadPart', method: 'PUT', url, body, signal });
  try {
    const { status } = await send(content);
    if (status >= 300)
      return {
        result: 'fails',
        detail: `a presigned PUT at ${publicEndpoint.origin} is answered ${status}`,
        remedy: reachable,
      };
    const longer = await send(Buffer.concat([content, Buffer.from('.')]));
    if (longer.status < 300)
      return {
        result: 'fails',
        detail: 'a part of another length than was signed is taken',
        effect: unbound,
      };
  } catch (error) {
    if (!isUnanswered(error)) throw error;
    return {
      result: 'fails',
      detail: `${publicEndpoint.origin} can’t be reached from here: ${error.code}`,
      remedy: reachable,
    };
  }
  const parts = await partsOf(client, { key, id }, signal);
  if (parts?.length !== 1)
    return { result: 'fails', detail: 'the list of parts does not show the one that came' };
  return { result: 'works', detail: 'a part came by a presigned URL; one of another length was refused' };
}

const reachable =
  'Set S3_PUBLIC_ENDPOINT to the address by which browsers reach the store, or unset DIRECT_UPLOADS.';
const unbound =
  'whoever has a part’s URL can send more than was granted; such an upload is never completed, and goes when it expires';
