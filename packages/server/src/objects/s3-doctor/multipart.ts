import { S3Error } from '../s3-error.ts';
import { elements, encoded, text } from '../s3-xml.ts';
import { sha256 } from '../sigv4.ts';
import type { Probe, Trial } from './trial.ts';

/** A first part, its place in the list of unfinished uploads, and that it can be given up. Leaves no upload behind. */
export const multipart: Probe = {
  name: 'multipart',
  rights: 's3:PutObject, s3:AbortMultipartUpload and s3:ListBucketMultipartUploads',
  writes: true,
  needed: () => true,
  otherwise:
    'forms and bodies of unknown length over 8 MiB, and all over 5 GiB, can’t be stored, or leave parts behind that cost money',
  async ask(trial) {
    const { client, key, signal } = trial;
    const { xml } = await client.xml({
      operation: 'CreateMultipartUpload',
      method: 'POST',
      key,
      query: { uploads: '' },
      headers: trial.stored ? trial.headers : trial.plainHeaders,
      signal,
    });
    const uploadId = text(xml, 'UploadId');
    if (uploadId === undefined)
      throw new S3Error({ operation: 'CreateMultipartUpload', key, code: 'NoUploadId', status: 200 });
    let etag: string | undefined;
    try {
      const part = await trial.put({}, { query: { partNumber: '1', uploadId } });
      etag = String(part.etag);
      const uploads = await trial.asked('ListMultipartUploads', { uploads: '', prefix: key }, 'bucket');
      await client.headers({
        operation: 'AbortMultipartUpload',
        method: 'DELETE',
        key,
        query: { uploadId },
        signal,
      });
      return elements(uploads, 'UploadId').some((id) => id === encoded(uploadId))
        ? { result: 'works', detail: 'a part was stored, listed and given up' }
        : {
            result: 'fails',
            detail: 'the list of unfinished uploads does not show the one that was begun',
            effect: 'parts that a failed abort left are not found',
            remedy: 'Let a lifecycle rule of the bucket abort unfinished uploads after a week.',
          };
    } catch (error) {
      await giveUp(trial, uploadId, etag);
      throw error;
    }
  },
};

/** By an abort, or where that is refused by making an object of it, which can be deleted. */
export async function giveUp(
  { client, key }: Trial,
  uploadId: string,
  etag: string | undefined,
): Promise<void> {
  const query = { uploadId };
  const signal = AbortSignal.timeout(5_000);
  const aborted = await client
    .headers({ operation: 'AbortMultipartUpload', method: 'DELETE', key, query, signal })
    .then(
      () => true,
      () => false,
    );
  if (aborted || etag === undefined) return;
  const body = Buffer.from(
    `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${encoded(etag)}</ETag></Part></CompleteMultipartUpload>`,
  );
  await client
    .xml({
      operation: 'CompleteMultipartUpload',
      method: 'POST',
      key,
      query,
      hash: sha256(body),
      body,
      signal,
    })
    .catch(() => {});
}
