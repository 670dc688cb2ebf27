import { sender } from '#platform';
import type { Document } from './answers.ts';
import { bodyOf, type NamedBody } from './body.ts';
import type { Call, Connection } from './connection.ts';
import type { Uploadable } from './file-source.ts';
import { asForm } from './form.ts';
import type { UploadOptions } from './upload-options.ts';

/** Characters of a query. Proxies take request lines of 8 KiB; what would come near goes as a form. */
const longestQuery = 4_000;

/** Uploads one document. A body that can be read again is sent again when an attempt fails; the key makes it one document. */
export async function upload(
  connection: Connection,
  file: Uploadable,
  options: UploadOptions,
): Promise<Document> {
  const { recordId, type, metadata, replaces, idempotencyKey = freshKey(), signal } = options;
  const body = bodyOf(file);
  const filename = options.filename ?? body.name ?? undefined;
  const contentType = options.contentType ?? body.type ?? 'application/octet-stream';
  const fields = { recordId, type, metadata: metadata && JSON.stringify(metadata), replaces };
  const query = { ...fields, filename };
  const long = JSON.stringify(query).length > longestQuery || encodedLength(query) > longestQuery;
  const form = long ? asForm(body, fields, { filename, contentType }) : null;
  const sent = progressOf(body, form?.overhead ?? 0, options.onProgress);
  const call: Call = {
    method: 'POST',
    path: '/v1/documents',
    query: form ? undefined : query,
    headers: { 'content-type': form?.contentType ?? contentType, 'idempotency-key': idempotencyKey },
    signal,
    repeatable: body.repeatable,
    spent: () => body.spent(),
    send: sender(form?.body ?? body, sent),
  };
  const document = await connection.json<Document>(call);
  sent.done();
  return document;
}

function encodedLength(query: Readonly<Record<string, string | undefined>>): number {
  return Object.values(query).reduce(
    (sum, text = '') => sum + encodeURIComponent(text.toWellFormed()).length,
    0,
  );
}

/** Not randomUUID, which pages without TLS lack. */
function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** Tells what is new, and never less than before: an attempt from the start shows as a standstill. */
function progressOf({ size }: NamedBody, overhead: number, tell: UploadOptions['onProgress'] = () => {}) {
  let most = -1;
  const told = (bytes: number): void => {
    const sent = Math.min(Math.max(0, bytes - overhead), size ?? Number.POSITIVE_INFINITY);
    if (sent <= most) return;
    most = sent;
    tell({ sent, total: size });
  };
  return Object.assign(told, {
    done: () => void (size === null ? tell({ sent: most, total: Math.max(most, 0) }) : told(size + overhead)),
  });
}
