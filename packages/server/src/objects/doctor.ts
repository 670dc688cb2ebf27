/** What a store is asked, and how the answers are told: to the operator, at start-up and by POST /v1/storage/check. */

/** `not_allowed`: the credentials lack the right. `unknown`: it could not be asked. */
export type Result = 'works' | 'fails' | 'not_allowed' | 'unknown';

/** What one probe found. */
export interface Finding {
  readonly result: Result;
  /** What was seen. */
  readonly detail: string;
  /** What the service does about it; empty when it has nothing to do. */
  readonly effect?: string;
  /** What to change; empty when nothing is to be changed. */
  readonly remedy?: string;
}

export interface Check extends Required<Finding> {
  readonly name: string;
  /** False when the service can't do its work with this answer, under the settings in use. */
  readonly ok: boolean;
  /** Whether the settings in use need it. */
  readonly needed: boolean;
}

export interface Report {
  /** True when every check is. */
  readonly ok: boolean;
  readonly checks: Check[];
}

export interface ExamineOptions {
  /** Only what a start can afford: a handful of small requests. */
  readonly cheap?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Asks one store for real. */
export interface StoreDoctor {
  /**
   * What goes wrong is an answer. Raises `aborted` when the signal fires. What was written for it is removed again in
   * every case, where the store allows it.
   */
  examine(options?: ExamineOptions): Promise<Report>;
  /** The smallest policy under which the service works, as AWS IAM writes it; null where there is no such thing. */
  policy(): object | null;
  /** Writes the CORS rules that the settings want; null where there is no such thing. Raises `aborted`. */
  fixCors(signal?: AbortSignal): Promise<Fix | null>;
}

/** Of the settings outside the store's own, what decides which abilities are needed. */
export interface Uses {
  readonly linkMode: 'stream' | 'redirect';
  readonly allowedOrigins: readonly string[];
  readonly directUploads: boolean;
  /** Null: not set. */
  readonly publicUrl: string | null;
}

/** What came of an attempt to mend something. */
export interface Fix {
  readonly ok: boolean;
  /** What was done or why not, as the beginning of a sentence. */
  readonly words: string;
}

export function judged(name: string, needed: boolean, finding: Finding): Check {
  const { result, detail, effect = '', remedy = '' } = finding;
  return { name, ok: result === 'works' || !needed, result, needed, detail, effect, remedy };
}

export function reported(checks: Check[]): Report {
  return { ok: checks.every(({ ok }) => ok), checks };
}

/**
 * One examination at a time: who asks while one runs is answered by that one. It is broken off when all who wait for
 * it have gone.
 */
export function sharedExaminations(
  doctor: () => Promise<StoreDoctor>,
): (signal: AbortSignal) => Promise<Report> {
  let running: { report: Promise<Report>; waiting: number; end: AbortController } | null = null;
  const begin = () => {
    const end = new AbortController();
    const report = doctor()
      .then((called) => called.examine({ signal: end.signal }))
      .finally(() => {
        if (running?.end === end) running = null;
      });
    return { report, waiting: 0, end };
  };
  return async (signal) => {
    signal.throwIfAborted();
    running ??= begin();
    const mine = running;
    const leave = () => {
      mine.waiting -= 1;
      if (mine.waiting > 0) return;
      if (running === mine) running = null;
      mine.end.abort(signal.reason);
    };
    mine.waiting += 1;
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await mine.report;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  };
}
