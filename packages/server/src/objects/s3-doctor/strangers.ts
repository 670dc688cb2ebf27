import { create as contentDisposition } from 'content-disposition';
import type { Finding } from '../doctor.ts';
import { hasStatus } from '../s3-error.ts';
import { unsigned } from '../s3-unsigned.ts';
import { encodePath } from '../sigv4.ts';
import { isUnanswered, type Probe, type Trial } from './trial.ts';

/** Tried, not read from the policies: what counts is what a stranger gets. */
export const publicAccess: Probe = {
  name: 'public_access',
  rights: 'no right: it is asked without credentials',
  reads: true,
  needed: ({ settings }) => !settings.acl?.startsWith('public-'),
  otherwise: 'nothing: the service can’t know who reads past it',
  async ask(trial) {
    const { origin, basePath } = trial.client.endpoint;
    const { signal, key, prefix } = trial;
    const get = (operation: string, url: string) =>
      unsigned({ operation, method: 'GET', url: `${origin}${basePath}/${url}`, signal });
    const object = await get('GetObject', encodePath(key));
    const listed = await get('ListObjectsV2', `?list-type=2&max-keys=1&prefix=${encodeURIComponent(prefix)}`);
    const open = [
      ...(object.status < 300 ? ['read objects'] : []),
      ...(listed.status < 300 ? ['list keys'] : []),
    ];
    if (open.length === 0) return { result: 'works', detail: 'strangers are refused' };
    return {
      result: 'fails',
      detail: `anybody can ${open.join(' and ')} without credentials`,
      remedy:
        'Take "Principal": "*" out of the bucket policy and public grants out of its ACL; on AWS turn on Block Public Access.',
    };
  },
};

/** Seconds, as LINK_MODE=redirect has it. */
const linkLife = 60;
const filename = 'check é.txt';

export const presignedGet: Probe = {
  name: 'presigned_get',
  rights: 's3:GetObject',
  reads: true,
  needed: ({ uses }) => uses.linkMode === 'redirect',
  otherwise: 'links that redirect lead to an error; LINK_MODE=stream sends the bytes through the service',
  async ask(trial) {
    const { client, publicEndpoint, key, signal } = trial;
    const disposition = contentDisposition(filename, { type: 'attachment' });
    const url = await client.presign(
      publicEndpoint,
      { method: 'GET', key, query: { 'response-content-disposition': disposition } },
      linkLife,
    );
    try {
      const { status, headers, body } = await unsigned({
        operation: 'presigned GetObject',
        method: 'GET',
        url,
        signal,
      });
      return judge(trial, status, body, headers['content-disposition'] === disposition);
    } catch (error) {
      if (!hasStatus(error, 200) && !isUnanswered(error)) throw error;
      return {
        result: 'fails',
        detail: `${publicEndpoint.origin} can’t be reached from here: ${error.code}`,
        remedy: reachable,
      };
    }
  },
};

const reachable =
  'Set S3_PUBLIC_ENDPOINT to the address by which browsers reach the store, or LINK_MODE=stream.';

function judge({ publicEndpoint, content }: Trial, status: number, body: string, named: boolean): Finding {
  const at = publicEndpoint.origin;
  if (status !== 200 || body !== content.toString())
    return {
      result: 'fails',
      detail: `${at} answers a presigned GET with HTTP ${status}`,
      remedy: reachable,
    };
  if (!named)
    return {
      result: 'fails',
      detail: `${at} answers a presigned GET without the filename that the URL asks for`,
      effect: 'downloads that redirect have the key for a name',
      remedy: 'Set LINK_MODE=stream: this store does not take response-content-disposition.',
    };
  return { result: 'works', detail: `answered at ${at}, under the filename asked for` };
}
