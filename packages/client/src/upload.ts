import { bodyOf, type NamedBody } from './body.ts';
import type { Connection } from './connection.ts';
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
    const { connection, choice } = uploads;
    const job: Job = { connection, body, wanted, idempotencyKey, progress };
    const chosen = await choice.of(body, options, running.cancelled);
    const resumable = chosen === 'plain' ? null : await loaded(chosen);
    running.goesBy(resumable?.transport.name ?? 'plain');
    const document = await (resumable
      ? resumable.carry(resumable.transport, await canGoOn(uploads, job, options, running))
      : sendPlain(job, running.cancelled));
    progress.end();
    return document;
  });
}

/** Null where the code can't be had: the page is older than what its server has. Then the upload goes plain. */
async function loaded(name: 'tus' | 'direct') {
  try {
    const [{ carry }, transport] = await Promise.all([
      import('./transports/resumable.ts'),
      name === 'tus' ? import('./transports/tus.ts').then(({ tus }) => tus) : null,
    ]);
    return transport && { carry, transport };
  } catch {
    return null;
  }
}

async function canGoOn(
  { places }: Uploads,
  job: Job,
  { resumable = true, parallel = 3, chunkSize = 8 * 2 ** 20 }: UploadOptions,
  course: Running,
): Promise<ResumableJob> {
  const { size, part } = job.body as NamedBody & Pick<ResumableJob, 'size' | 'part'>;
  const kept = resumable ? await places().catch(() => null) : null;
  return { ...job, size, part, parallel, chunkSize, places: kept, course };
}

/** Not randomUUID, which pages without TLS lack. */
function freshKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
