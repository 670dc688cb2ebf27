/**
 * `npm test [-- PATTERN … --only-name REGEXP --nothing-skipped]`: starts what the tests need, runs them, cleans up.
 * A PATTERN is a part of a test file's path. Files named *.long.test.ts run only when a pattern has ".long." in it; those
 * of the kinds in "apart" only when a pattern fits: `npm run test:screens` and `npm run test:faults` are all of them.
 * What is missing on this machine is skipped and said at the top and the bottom. With CI set, or --nothing-skipped,
 * a missing engine or any skipped test fails the run.
 */
import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startPostgres, startS3 } from './engines/engines.ts';
import { inCi } from './harness.ts';
import { runFiles } from './report.ts';
import { searchRun } from './secrecy/search.ts';
import { folderVariable } from './secrecy/watch.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const print = (line: string) => process.stdout.write(`${line}\n`);
const isLong = (path: string) => path.includes('.long.');
/** How many of the slowest files are named at the end: the whole run has five minutes. */
const slowest = 5;

const { values: options, positionals: patterns } = parseArgs({
  allowPositionals: true,
  options: { 'only-name': { type: 'string' }, 'nothing-skipped': { type: 'boolean', default: inCi() } },
});

/** Runs of their own: what their files do, and the script that runs them. */
const apart = [
  { mark: '.screens.', what: 'drive every screen', script: 'test:screens' },
  { mark: '.faults.', what: 'kill the service at every step and break every call', script: 'test:faults' },
];
const isApart = (path: string) => apart.some(({ mark }) => path.includes(mark));
const all = globSync(['packages/*/{src,test}/**/*.test.ts', 'bench/**/*.test.ts'], { cwd: root });
const files = all
  .filter((file) => patterns.length === 0 || patterns.some((pattern) => file.includes(pattern)))
  .filter((file) => !isLong(file) || patterns.some(isLong))
  .filter((file) => !isApart(file) || patterns.length > 0)
  .sort();

/** Starts the engines, runs the files, stops the engines; whether all is well. */
async function main(signal: AbortSignal): Promise<boolean> {
  if (files.length === 0) {
    print(`No test file has ${patterns.join(' or ')} in its path.`);
    return false;
  }
  const [s3, postgres] = await Promise.all([startS3(), startPostgres()]);
  try {
    signal.throwIfAborted();
    const missing = [
      ...(s3.missing === null ? [] : [`skipped: everything on S3: ${s3.missing}`]),
      ...(postgres.missing === null ? [] : [`skipped: everything on PostgreSQL: ${postgres.missing}`]),
    ];
    missing.forEach(print);
    if (missing.length > 0 && options['nothing-skipped']) {
      print('Nothing may be skipped in this run.');
      return false;
    }
    Object.assign(process.env, s3.environment, postgres.environment, {
      TMPDIR: scratch,
      [folderVariable]: secrecy,
    });
    return await runAndReport(missing, signal);
  } finally {
    await Promise.all([s3.stop(), postgres.stop()]);
  }
}

async function runAndReport(missing: readonly string[], signal: AbortSignal): Promise<boolean> {
  const outcome = await runFiles({
    files: files.map((file) => join(root, file)),
    signal,
    // One more than there are cores: many tests wait for processes to start and chores to come round.
    concurrency: availableParallelism() + 1,
    timeout: files.some(isLong) ? 1_800_000 : 120_000,
    ...(options['only-name'] === undefined ? {} : { testNamePatterns: new RegExp(options['only-name']) }),
  });
  for (const file of outcome.unfinished) print(`cut off: ${relative(root, file)}`);
  if (patterns.length === 0)
    for (const { mark, what, script } of apart)
      print(
        `apart: ${all.filter((file) => file.includes(mark)).length} files that ${what}: npm run ${script}`,
      );
  missing.forEach(print);
  for (const [reason, count] of outcome.skipped) print(`skipped: ${count} × ${reason}`);
  const skipsFail = outcome.skipped.size > 0 && options['nothing-skipped'];
  if (skipsFail) print('Nothing may be skipped in this run.');
  const secret = reportSecrecy();
  print(
    `slowest: ${outcome.took
      .slice(0, slowest)
      .map(([file, ms]) => `${basename(file)} ${(ms / 1000).toFixed(0)} s`)
      .join(', ')}`,
  );
  outcome.closing.forEach(print);
  return outcome.success && !skipsFail && secret;
}

/** Whether no log of the run holds what must stay secret. */
function reportSecrecy(): boolean {
  const { logs, bytes, secrets, leaks } = searchRun(secrecy);
  leaks.forEach(print);
  const watched = Object.entries(secrets).map(([kind, count]) => `${count} ${kind}`);
  const verdict = leaks.length === 0 ? 'hold none of' : `hold ${leaks.length} of`;
  print(`${logs} logs (${Math.round(bytes / 1024)} KiB) ${verdict} these: ${watched.join(', ')}`);
  return leaks.length === 0;
}

// Tests write their temporary files here, so what a killed one leaves behind goes too.
const scratch = mkdtempSync(join(tmpdir(), 'strongroom-tests-'));
const secrecy = mkdtempSync(join(scratch, 'secrecy-'));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true, maxRetries: 3 }));

const interruption = new AbortController();
let interruptedAt = 0;
for (const [name, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.on(name, () => {
    if (!interruption.signal.aborted) {
      interruption.abort(new Error(`ended by ${name}`));
      interruptedAt = performance.now();
      process.exitCode = code;
    } else if (performance.now() - interruptedAt > 1_000) {
      // npm hands on the Ctrl-C that the terminal sent to us too, so a second one at once is no second wish. Whoever
      // asks twice does not want to wait; the engines end with our pipes to them.
      process.exit(code);
    }
  });
}

try {
  if (!(await main(interruption.signal))) process.exitCode ??= 1;
} catch (error) {
  if (!interruption.signal.aborted) throw error;
}
