import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as tus from 'tus-js-client';
import { DetailedError, Upload, type UploadOptions, type UrlStorage } from 'tus-js-client';
import type { TcpProxy } from '../faults/tcp-proxy.ts';
import { paddedPdf } from '../fixtures/make.ts';
import { keepSecret } from '../secrecy/watch.ts';

/** What the tests say to a service by tus-js-client, as it is published. */

/** Keeps the places of uploads in a file. The client's types leave it out. */
export const { FileUrlStorage } = tus as unknown as { FileUrlStorage: new (path: string) => UrlStorage };

/** A PDF in memory, and what it comes to. */
export async function pdfOf(size: number): Promise<{ bytes: Buffer; sha256: string }> {
  const { body, sha256 } = paddedPdf(size);
  const bytes = await buffer(body);
  return { bytes, sha256: sha256() };
}

export interface TusRun {
  readonly upload: Upload;
  /** Resolves to the id when all is there; rejects with what the client reports at last. */
  readonly done: Promise<string>;
  /** The requests that were answered: method, status, and the offset that was sent and that was told. */
  readonly answers: readonly TusAnswer[];
}

export interface TusAnswer {
  readonly method: string;
  readonly status: number;
  /** Null where none was sent, or none told. */
  readonly from: number | null;
  readonly to: number | null;
}

/** An upload that is ready to be started. */
export function byTus(
  { url, key }: { url: string; key: string },
  bytes: ConstructorParameters<typeof Upload>[0],
  metadata: Readonly<Record<string, string>>,
  options: UploadOptions = {},
): TusRun {
  keepSecret('filename', metadata.filename);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Whoever does not wait for the end has another way to see it.
  promise.catch(() => {});
  const answers: TusAnswer[] = [];
  const upload: Upload = new Upload(bytes, {
    endpoint: `${url}/v1/uploads`,
    retryDelays: null,
    metadata: { type: 'contract', filetype: 'application/pdf', ...metadata },
    onSuccess: () => resolve(idOf(upload)),
    onError: reject,
    onAfterResponse: (asked, answer) => {
      answers.push({
        method: asked.getMethod(),
        status: answer.getStatus(),
        from: numberOf(asked.getHeader('Upload-Offset')),
        to: numberOf(answer.getHeader('Upload-Offset')),
      });
    },
    ...options,
    headers: { authorization: `Bearer ${key}`, ...options.headers },
  });
  return { upload, done: promise, answers };
}

/** Starts it and waits for its end. Answers the document's id. */
export async function sent(run: TusRun): Promise<string> {
  run.upload.start();
  return run.done;
}

/** The id of the document that an upload becomes. */
export function idOf({ url }: Upload): string {
  return url?.split('/').at(-1) ?? '';
}

/** Once `after` bytes have gone through nobody is reached any more, for a while: browsers repeat at once what they can. */
export async function loseLine(proxy: TcpProxy, after: number): Promise<void> {
  await proxy.throttle(8 * 1024 ** 2);
  while (proxy.passed.up < after) await sleep(20);
  await proxy.refuse();
  await sleep(300);
  await proxy.pass();
}

/** The status and the problem that ended an upload. */
export async function refusal(done: Promise<unknown>): Promise<{ status: number; code: string }> {
  try {
    await done;
  } catch (error) {
    if (!(error instanceof DetailedError) || !error.originalResponse) throw error;
    const { code } = JSON.parse(error.originalResponse.getBody()) as { code: string };
    return { status: error.originalResponse.getStatus(), code };
  }
  throw new Error('it was not refused');
}

function numberOf(field: string | undefined): number | null {
  return field === undefined ? null : Number(field);
}
