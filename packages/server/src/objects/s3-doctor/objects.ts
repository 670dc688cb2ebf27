import { buffer } from 'node:stream/consumers';
import { type Answer, hasStatus } from '../s3-error.ts';
import { descriptionHeader } from '../s3-headers.ts';
import { isAnswer, type Probe, scratch, type Trial } from './trial.ts';

const always = () => true;

/** With all that the settings put on an object; where that is refused, without, so that the others have an object. */
export const put: Probe = {
  name: 'put',
  rights: 's3:PutObject',
  cheap: true,
  writes: true,
  needed: always,
  otherwise: 'uploads are answered 503 store_unavailable',
  async ask(trial) {
    try {
      trial.stored = await firstPut(trial);
      return { result: 'works', detail: `an object of ${trial.content.length} bytes was stored` };
    } catch (error) {
      if (isAnswer(error)) await trial.put(trial.plainHeaders).catch(() => {});
      throw error;
    }
  },
};

/** On the service's condition, which a bucket's policy may insist on; without where the store does not know it. */
async function firstPut(trial: Trial): Promise<Answer> {
  try {
    return await trial.put({ ...trial.headers, 'if-none-match': '*' });
  } catch (error) {
    if (!hasStatus(error, 501)) throw error;
    return trial.put(trial.headers);
  }
}

export const read: Probe = {
  name: 'read',
  rights: 's3:GetObject',
  cheap: true,
  reads: true,
  needed: always,
  otherwise: 'downloads are answered 503 store_unavailable',
  async ask({ client, key, signal, content, headers }) {
    const opened = await client.open({ operation: 'GetObject', method: 'GET', key, signal });
    const bytes = await buffer(opened.body);
    if (!bytes.equals(content))
      return { result: 'fails', detail: `other bytes came back than were stored (${bytes.length})` };
    if (opened.headers[descriptionHeader] === headers[descriptionHeader])
      return { result: 'works', detail: 'the same bytes came back, with their description' };
    return {
      result: 'fails',
      detail: 'the bytes came back without the metadata that was stored with them',
      effect: 'an object that does not say whose it is, is never deleted, and can’t be found by a rebuild',
      remedy: 'Let x-amz-meta-* headers pass in both directions, also through proxies.',
    };
  },
};

export const list: Probe = {
  name: 'list',
  rights: 's3:ListBucket',
  reads: true,
  needed: always,
  otherwise: 'the service does not start: without this right S3 says "not allowed" of what is not there',
  async ask({ bucket, key, signal }) {
    const page = await bucket.page(key, { startAfter: undefined, token: undefined, signal });
    return page.objects.some((object) => object.key === key)
      ? { result: 'works', detail: 'the object is in the list' }
      : {
          result: 'fails',
          detail: 'the object just stored is not in the list',
          remedy: 'Look at the store: its lists must show what was written before.',
        };
  },
};

/** The last of all: it removes what the others have written. */
export const remove: Probe = {
  name: 'delete',
  rights:
    's3:DeleteObject, s3:ListBucketMultipartUploads and s3:AbortMultipartUpload (with versioning also s3:ListBucketVersions and s3:DeleteObjectVersion)',
  cheap: true,
  needed: always,
  otherwise: 'purges are tried again from every 5 minutes to every hour; their bytes stay until it works',
  async ask(trial) {
    const { bucket, key, signal } = trial;
    try {
      await bucket.remove(key, signal);
      await trial.head();
    } catch (error) {
      if (!hasStatus(error, 404)) throw error;
      trial.written = false;
      return { result: 'works', detail: 'the object is gone' };
    }
    return {
      result: 'fails',
      detail: `deleted without an error, and still there: ${key}`,
      remedy: 'Look at the store: a deleted object must be gone.',
    };
  },
};

/** Seconds since it was written, by the store's clock, after which scratch belongs to nobody who still runs: see `within`. */
const leftAfter = 300;

/** What an examination left that was killed in the middle. */
export async function sweep({ bucket, prefix, signal, ahead }: Trial): Promise<void> {
  const page = await bucket.page(prefix + scratch, { startAfter: undefined, token: undefined, signal });
  const before = Date.now() - ((ahead ?? 0) + leftAfter) * 1000;
  // A store that pays no heed to the prefix shows documents too.
  const left = page.objects.filter(({ key }) => key.startsWith(prefix + scratch));
  for (const { key, modifiedAt } of left) if (modifiedAt.getTime() < before) await bucket.remove(key, signal);
}
