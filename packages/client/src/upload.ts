import type { Document } from './answers.ts';
import { bodyOf, type NamedBody } from './body.ts';
import type { Connection } from './connection.ts';
import { tooLargeOnTheWay } from './error.ts';
import type { Uploadable } from './file-source.ts';
import type { UploadPlaces } from './places/upload-places.ts';
import { ProgressTeller } from './progress.ts';
import { Running } from './running.ts';
import type { RunningUpload } from './running-upload.ts';
import type { Choice } from './transports/choice.ts';
import type { Job, ResumableJob, Wanted } from './transports/job.ts';
import { sendPlain } from './transports/plain.ts';
import type { UploadOptions } from './upload-options.ts';

export interface Uploads {
  readonly connection: Connection;
  readonly choice: Choice;
  /** Where they are kept while they stand still; null: nowhere. */
  readonly places: () => Promise<UploadPlaces | null>;
}

/** Begins to upload one document. Raises TypeError for what is no file. */
export function startUpload(uploads: Uploads, file: Uploadable, options: UploadOptions): RunningUpload {
  const body = bodyOf(file);
  const wanted: Wanted = {
    recordId: options.recordId,
    type: options.type,
    filename: options.filename ?? body.name ?? undefined,
    contentType: options.contentType ?? body.type ?? undefined,
    metadata: options.metadata,
    replaces: options.replaces,
  };
  const { idempotencyKey = freshKey(), onProgress } = options;
  return new Running(options, async (running) => {
    const progress = new ProgressTeller(body.size, (told) => {
      if (told.sent === told.total) running.finishing();
      onProgress?.(told);
    });
    const job: Job = { connection: uploads.connection, body, wanted, idempotencyKey, progress };
    const document = await send(uploads, job, options, running);
    progress.end();
    return document;
  });
}

async function send(uploads: Uploads, job: Job, options: UploadOptions, running: Running): Promise<Document> {
  const { choice } = uploads;
  const chosen = await choice.of(job.body, options, running);
  if (chosen !== 'plain') return inPieces(uploads, job, options, running, chosen);
  try {
    return await plain(job, running);
  } catch (error) {
    const cut = tooLargeOnTheWay(error) && (await choice.mayBeCut(job.body, options, running));
    if (!cut) throw error;
    return inPieces(uploads, job, options, running, 'tus');
  }
}

function plain(job: Job, running: Running): Promise<Document> {
  running.goesBy('plain');
  return sendPlain(job, running);
}

async function inPieces(
  uploads: Uploads,
  job: Job,
  options: UploadOptions,
  running: Running,
  chosen: 'tus' | 'direct',
): Promise<Document> {
  const carry = await loaded();
  if (carry === null) return plain(job, running);
  return carry(await goingOn(uploads, job, options, running), chosen);
}

/** Null where the code can't be had: the page is older than what its server has. Then the upload goes plain. */
async function loaded() {
  try {
    return (await import('./transports/resumable.ts')).carry;
  } catch {
    return null;
  }
}

async function goingOn(
  { places, choice }: Uploads,
  job: Job,
  { transport = 'auto', resumable = true, parallel = 3, chunkSize }: UploadOptions,
  course: Running,
): Promise<ResumableJob> {
  const { size, part } = job.body as NamedBody & Pick<ResumableJob, 'size' | 'part'>;
  const kept = resumable ? await places().catch(() => null) : null;
  const goAround = transport === 'auto' ? () => choice.forgoDirect() : null;
  return { ...job, size, part, parallel, chunkSize, places: kept, course, goAround };
}

/** Not randomUUID, which pages without TLS lack. */
function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
