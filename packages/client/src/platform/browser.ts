import { fileUnreadable } from '../error.ts';
import type { FileSource } from '../file-source.ts';
import type { UploadPlaces } from '../places/upload-places.ts';
import type { Sendable, Sender, Sending, Sent } from './send.ts';

/**
 * Sends a body by XMLHttpRequest, the one way by which a browser tells how much it has sent. Where there is none (a
 * service worker), by fetch, and progress is told at the end.
 */
export const sender: Sender = (body, sent, stall) => {
  const send = typeof XMLHttpRequest === 'undefined' ? byFetch : byRequest;
  return async (sending) => send(sending, body.whole ?? (await gathered(body)), sent, stall);
};

/** Ten minutes in a row without a byte gained: phones go through tunnels. */
export const uploadRetries = 32;

/** Only Node opens files by their path. */
export async function openFile(_path: string | URL): Promise<FileSource> {
  throw new TypeError('fileOf opens files in Node; in a browser a file comes from an <input> or a drop');
}

/** Null where a browser keeps nothing, and where the code for it can't be had. */
export async function defaultPlaces(): Promise<UploadPlaces | null> {
  try {
    // Where a browser is told to keep nothing, asking for it may raise already.
    if (typeof indexedDB === 'undefined') return null;
    return (await import('../places/indexed-db.ts')).indexedDbPlaces;
  } catch {
    return null;
  }
}

/** No browser sends a stream over HTTP/1.1. */
async function gathered(body: Sendable): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const chunk of body.chunks()) parts.push(chunk as Uint8Array<ArrayBuffer>);
  return new Blob(parts);
}

async function byFetch({ method, url, headers, signal }: Sending, body: Blob, sent: Sent): Promise<Response> {
  const answer = await fetch(url, { method, headers, body, signal: signal ?? null, cache: 'no-store' });
  sent(body.size);
  return answer;
}

function byRequest(
  { method, url, headers, signal, timeout }: Sending,
  body: Blob,
  sent: Sent,
  stall = timeout,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { size } = body;
    const request = new XMLHttpRequest();
    const silence = watchSilence((ms) => {
      reject(new Error(`silent for ${ms} ms`));
      request.abort();
    });
    silence.from(Math.min(stall, timeout));
    const end = () => {
      reject(signal?.reason);
      request.abort();
    };
    request.open(method, url);
    for (const [name, value] of headers) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => {
      silence.from(Math.min(stall, timeout));
      sent(loaded);
    });
    request.upload.addEventListener('load', () => silence.from(timeout));
    request.addEventListener('load', () => resolve(answerOf(request)));
    request.addEventListener('error', () => void failureOf(body, size).then(reject));
    request.addEventListener('loadend', () => {
      silence.stop();
      signal?.removeEventListener('abort', end);
    });
    signal?.addEventListener('abort', end, { once: true });
    request.send(body);
  });
}

/**
 * Browsers say nothing of why. Of a file that was taken away since it was chosen Chromium says that it is empty, and fails
 * to read it as a whole; an upload of a file that is empty does not fail on its way.
 */
async function failureOf(body: Blob, size: number): Promise<Error> {
  try {
    const { byteLength } = await (size === 0 ? body : body.slice(0, 1)).arrayBuffer();
    if (body.size !== size || byteLength < Math.min(1, size)) throw new Error(`it had ${size} bytes`);
    return new TypeError('the connection failed');
  } catch (cause) {
    return fileUnreadable(cause);
  }
}

function watchSilence(tooLong: (ms: number) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = () => clearTimeout(timer);
  return {
    /** Something was heard now; from here on so many milliseconds are too long. */
    from(ms: number) {
      stop();
      timer = setTimeout(tooLong, ms, ms);
    },
    stop,
  };
}

function answerOf(request: XMLHttpRequest): Response {
  const headers = new Headers();
  for (const line of request
    .getAllResponseHeaders()
    .trim()
    .split(/[\r\n]+/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const empty = [204, 205, 304].includes(request.status);
  return new Response(empty ? null : request.responseText, { status: request.status, headers });
}
