/** A service with a bucket that clients send to themselves, and lines to both. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { Strongroom, type UploadOptions } from '@strongroom/client';
import { TcpProxy } from '../../server/test/faults/tcp-proxy.ts';
import { paddedPdf } from '../../server/test/fixtures/make.ts';
import { type Ending, startServer, testBucket, testDatabase } from '../../server/test/harness.ts';

/** Two parts. */
export const bytes = await buffer(paddedPdf(20_000_000).body);
export const sha256 = createHash('sha256').update(bytes).digest('hex');
export const file = new File([bytes], 'scan.pdf', { type: 'application/pdf' });

/** A service, a line to it and a line to its bucket. */
export async function directHouse(t: Ending) {
  const bucket = await testBucket(t);
  const store = await TcpProxy.before(t, bucket.endpoint);
  const { url, key } = await startServer(t, {
    ...bucket.environment,
    ...{ DATABASE_URL: await testDatabase(t), DIRECT_UPLOADS: 'true', S3_PUBLIC_ENDPOINT: store.url },
  });
  const service = await TcpProxy.before(t, url);
  const strongroom = new Strongroom({ url: service.url, token: key, retries: 4 });
  return { bucket, key, store, service, strongroom };
}

let records = 0;
export const wanted = (): UploadOptions => ({ recordId: `direct-${++records}`, type: 'contract' });

/** States of what is left of uploads, but for what was given up. */
export async function left(strongroom: Strongroom, { recordId }: UploadOptions): Promise<string[]> {
  const states: string[] = [];
  for await (const { state } of strongroom.list({ recordId, state: 'all' }))
    if (state !== 'abandoned') states.push(state);
  return states;
}
