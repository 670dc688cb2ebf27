import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec, type TestEvent } from 'node:test/reporters';

type RunOptions = NonNullable<Parameters<typeof run>[0]>;

/** How a run of test files ended. */
export interface Outcome {
  readonly success: boolean;
  /** Each reason a test was skipped for (`todo` counts as one), and how many tests it kept from running. */
  readonly skipped: ReadonlyMap<string, number>;
  /** Files that were cut off: by an interruption, or because nothing moved any more. */
  readonly unfinished: readonly string[];
  /** Milliseconds that each file took, the slowest first. */
  readonly took: readonly (readonly [file: string, duration: number])[];
  /** The runner's closing lines, `ℹ tests N` and so on. They are held back, so that they can be printed last. */
  readonly closing: readonly string[];
}

/**
 * Runs test files, each in a process of its own, and prints what they do as node's spec reporter prints it.
 * `timeout` is each test's limit in milliseconds. A file whose tests have all ended but which does not exit would hold
 * up the run for ever; a run in which nothing happens for longer than any test may take is cut off.
 */
export async function runFiles(
  options: RunOptions & { files: readonly string[]; signal: AbortSignal; timeout: number },
): Promise<Outcome> {
  const skipped = new Map<string, number>();
  const unfinished = new Set(options.files);
  const took: [string, number][] = [];
  const closing: string[] = [];
  let success = false;

  const stalled = new AbortController();
  const watch = setTimeout(() => stalled.abort(), options.timeout * 1.5);

  const note = new Transform({
    objectMode: true,
    transform(event: TestEvent, _encoding, next) {
      watch.refresh();
      if (event.type === 'test:pass' || event.type === 'test:fail') {
        const reason = skipReason(event.data);
        if (reason !== null) skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      }
      if (event.type === 'test:summary') {
        if (event.data.file === undefined) success = event.data.success;
        else {
          unfinished.delete(event.data.file);
          took.push([event.data.file, event.data.duration_ms]);
        }
      }
      if (event.type === 'test:diagnostic' && event.data.file === undefined && event.data.nesting === 0) {
        closing.push(`ℹ ${event.data.message}`);
        next();
      } else next(null, event);
    },
  });

  try {
    const events = run({ ...options, signal: AbortSignal.any([options.signal, stalled.signal]) });
    await pipeline(events, note, new spec(), process.stdout, { end: false });
  } finally {
    clearTimeout(watch);
  }
  took.sort(([, one], [, other]) => other - one);
  return { success, skipped, unfinished: [...unfinished], took, closing };
}

function skipReason({ skip, todo }: { skip?: string | boolean; todo?: string | boolean }): string | null {
  const reason = skip ?? todo;
  if (reason === undefined || reason === false) return null;
  return typeof reason === 'string' && reason !== '' ? reason : 'no reason given';
}
