import type { S3Settings } from '../../settings.ts';
import {
  type Check,
  type ExamineOptions,
  type Finding,
  type Fix,
  judged,
  type Report,
  reported,
  type StoreDoctor,
  type Uses,
} from '../doctor.ts';
import { S3Error } from '../s3-error.ts';
import { leastPolicy } from '../s3-policy.ts';
import type { S3Profile } from '../s3-profile.ts';
import { remedyOf } from '../s3-start.ts';
import { lifecycle, objectLock, versioning } from './bucket.ts';
import { cors } from './cors.ts';
import { directUpload } from './direct.ts';
import { fixCors } from './fix-cors.ts';
import { multipart } from './multipart.ts';
import { list, put, read, remove, sweep } from './objects.ts';
import { acl, encryption, RefusedSetting, storageClass } from './properties.ts';
import { reach } from './reach.ts';
import { presignedGet, publicAccess } from './strangers.ts';
import { isAnswer, isDenied, type Probe, said, sentence, Trial } from './trial.ts';
import { checksums, conditionalWrite, tags } from './writes.ts';

/**
 * In the order in which they are asked. What looks at the object comes before what writes over it, and the delete is
 * the last, so that nothing is left of any of them.
 */
const probes: readonly Probe[] = [
  objectLock,
  versioning,
  lifecycle,
  put,
  acl,
  storageClass,
  encryption,
  read,
  list,
  publicAccess,
  presignedGet,
  cors,
  conditionalWrite,
  checksums,
  tags,
  multipart,
  directUpload,
  remove,
];

/** Milliseconds for clearing away what was written when it was broken off. */
const clearedWithin = 10_000;

export interface S3DoctorOptions {
  readonly settings: S3Settings;
  readonly uses: Uses;
  /** Hears what was found, and nothing that was not, for the adapter to go by. */
  readonly learn?: (found: Partial<S3Profile>) => void;
}

/** Asks a bucket what it can do, by doing it. */
export class S3Doctor implements StoreDoctor {
  readonly #options: S3DoctorOptions;
  #versioned: boolean | null = null;

  constructor(options: S3DoctorOptions) {
    this.#options = options;
  }

  async examine({ cheap = false, signal }: ExamineOptions = {}): Promise<Report> {
    const { settings, uses, learn } = this.#options;
    const trial = new Trial(settings, uses, signal);
    try {
      const { checks, usable } = await reach(trial);
      const chosen = probes.filter((probe) => !cheap || probe.cheap);
      for (const probe of chosen)
        checks.push(usable ? await asked(probe, trial) : skipped(probe, trial, unusable));
      this.#versioned = trial.client.profile.versioned;
      if (usable) learn?.(trial.learned);
      if (usable) await sweep(trial).catch(() => {});
      return reported(checks);
    } finally {
      if (trial.written)
        await trial.bucket.remove(trial.key, AbortSignal.timeout(clearedWithin)).catch(() => {});
      await trial.client.close();
    }
  }

  async fixCors(signal?: AbortSignal): Promise<Fix> {
    const { settings, uses } = this.#options;
    const trial = new Trial(settings, uses, signal);
    try {
      return await fixCors(trial);
    } finally {
      await trial.client.close();
    }
  }

  policy(): object {
    const { settings, uses } = this.#options;
    return leastPolicy(settings, { versioned: this.#versioned, directUploads: uses.directUploads });
  }
}

const unusable = 'not asked: the bucket can’t be used';

async function asked(probe: Probe, trial: Trial): Promise<Check> {
  if (probe.writes && trial.locked !== null)
    return skipped(probe, trial, `not asked, since nothing written could be removed: ${trial.locked}`);
  if (probe.reads && !trial.exists) return skipped(probe, trial, 'not asked: there is no object to ask of');
  const finding = await probe.ask(trial).catch((error: unknown) => refused(error, probe, trial));
  const effect = finding.effect ?? (finding.result === 'works' ? '' : probe.otherwise);
  const unanswered = finding.result === 'not_allowed' || finding.result === 'unknown';
  const needed = probe.needed(trial) && !(probe.curious && unanswered);
  return judged(probe.name, needed, { ...finding, effect });
}

function skipped(probe: Probe, trial: Trial, detail: string): Check {
  return judged(probe.name, probe.needed(trial), { result: 'unknown', detail });
}

/** What S3 raised, as an answer. Raises it where it is none. */
function refused(error: unknown, probe: Probe, trial: Trial): Finding {
  trial.assertWanted();
  const left = probe === remove && trial.written ? `; left in the bucket: ${trial.key}` : '';
  if (error instanceof RefusedSetting)
    return {
      result: 'fails',
      detail: error.message,
      remedy: `Unset ${error.setting}, or give it a value that this store takes.`,
    };
  const cause = error instanceof Error && error.cause instanceof S3Error ? error.cause : error;
  if (trial.signal.aborted)
    return { result: 'unknown', detail: 'the store took too long to answer all that was asked' };
  if (!(cause instanceof S3Error)) throw error;
  const detail = said(cause) + left;
  if (isDenied(cause)) return { result: 'not_allowed', detail, remedy: `Allow ${probe.rights}.` };
  if (!isAnswer(cause)) return { result: 'unknown', detail, remedy: 'Ask again when the store answers.' };
  if (probe.curious) return { result: 'unknown', detail: `the store does not tell: ${detail}` };
  const remedy = remedyOf(cause, trial.settings);
  return {
    result: 'fails',
    detail,
    remedy: remedy === null ? 'Look at what the store says of this request.' : sentence(remedy),
  };
}
