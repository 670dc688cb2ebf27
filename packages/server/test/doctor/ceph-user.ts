import { randomBytes } from 'node:crypto';
import { emptyHash, encodeQuery, Signer } from '../../src/objects/sigv4.ts';
import type { TestBucket } from '../harness.ts';

export interface CephUser {
  /** As a bucket policy names it. */
  readonly arn: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** Makes a user who may do nothing, by Ceph's admin API ("Admin Operations", "Create User"); it goes after the test. */
export async function cephUser(
  t: { after(undo: () => unknown): void },
  { endpoint, region, accessKeyId, secretAccessKey }: TestBucket,
): Promise<CephUser> {
  const uid = `u-${randomBytes(6).toString('hex')}`;
  const user = { accessKeyId: uid, secretAccessKey: randomBytes(20).toString('hex') };
  const signer = new Signer(region);
  const { host } = new URL(endpoint);
  const ask = async (method: string, parameters: Record<string, string>) => {
    const query = encodeQuery({ ...parameters, format: 'json' });
    const signable = { method, path: '/admin/user', query, headers: { host } };
    const headers = signer.sign(signable, emptyHash, { accessKeyId, secretAccessKey });
    const answer = await fetch(`${endpoint}/admin/user?${query}`, { method, headers });
    if (!answer.ok) throw new Error(`${method} of a Ceph user: ${answer.status} ${await answer.text()}`);
  };
  await ask('PUT', {
    uid,
    'display-name': uid,
    'access-key': user.accessKeyId,
    'secret-key': user.secretAccessKey,
    'generate-key': 'false',
  });
  t.after(() => ask('DELETE', { uid, 'purge-data': 'true' }));
  return { arn: `arn:aws:iam:::user/${uid}`, ...user };
}
