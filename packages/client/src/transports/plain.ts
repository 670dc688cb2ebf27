import { sender } from '#platform';
import type { Document } from '../answers.ts';
import type { Call } from '../connection.ts';
import { asForm } from '../form.ts';
import type { Course, Job } from './job.ts';

/** Characters of a query. Proxies take request lines of 8 KiB; what would come near goes as a form. */
const longestQuery = 4_000;

/** The whole in one request. A body that can be read again is sent again when an attempt fails; the key makes it one document. */
export async function sendPlain(
  job: Job,
  { cancelled: signal, waits }: Pick<Course, 'cancelled' | 'waits'>,
): Promise<Document> {
  const { connection, body, wanted, idempotencyKey, progress } = job;
  const { recordId, type, metadata, replaces, filename, contentType = 'application/octet-stream' } = wanted;
  const fields = { recordId, type, metadata: metadata && JSON.stringify(metadata), replaces };
  const query = { ...fields, filename };
  const long = JSON.stringify(query).length > longestQuery || encodedLength(query) > longestQuery;
  const form = long ? asForm(body, fields, { filename, contentType }) : null;
  const call: Call = {
    method: 'POST',
    path: '/v1/documents',
    query: form ? undefined : query,
    headers: { 'content-type': form?.contentType ?? contentType, 'idempotency-key': idempotencyKey },
    signal,
    repeatable: body.repeatable,
    spent: () => body.spent(),
    waits,
    send: sender(form?.body ?? body, (sent) => progress.at(sent - (form?.overhead ?? 0))),
  };
  return connection.json<Document>(call);
}

function encodedLength(query: Readonly<Record<string, string | undefined>>): number {
  return Object.values(query).reduce(
    (sum, text = '') => sum + encodeURIComponent(text.toWellFormed()).length,
    0,
  );
}
