import { S3Client, type S3Request } from '../../src/objects/s3-client.ts';
import type { Streamed } from '../../src/objects/s3-payload.ts';
import type { Steps } from './kill-steps.ts';

/** What changes a bucket. */
const changing = new Set([
  'PutObject',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'DeleteObject',
]);

/** A streamed body is stopped at each of these many bytes. */
const stride = 2 ** 20;

/** Makes every request that changes the bucket a step, and every MiB of a body that streams. */
export function watchRequests(steps: Steps): void {
  const client = S3Client.prototype;
  const { headers, xml } = client;
  client.headers = function (request) {
    return watched(request, (passed) => headers.call(this, passed));
  };
  client.xml = function (request) {
    return watched(request, (passed) => xml.call(this, passed));
  };

  function watched<T>(request: S3Request, send: (request: S3Request) => Promise<T>): Promise<T> {
    const recordId = changing.has(request.operation) ? steps.ofPath(request.key ?? '') : undefined;
    const { body, operation } = request;
    if (recordId === undefined || body === undefined || Buffer.isBuffer(body)) {
      return steps.take(recordId, operation, () => send(request));
    }
    const chunks = inStrides(body, () => steps.reach(recordId, `${operation} body`));
    const passed = { ...request, body: { length: body.length, chunks } };
    return steps.take(recordId, operation, () => send(passed));
  }
}

async function* inStrides({ chunks }: Streamed, reach: () => Promise<void>): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const chunk of chunks) {
    const before = Math.floor(sent / stride);
    sent += chunk.length;
    if (Math.floor(sent / stride) > before) await reach();
    yield chunk;
  }
}
