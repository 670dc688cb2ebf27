import { hasCode, StartError } from '../errors.ts';
import { type Check, type Fix, judged, type Report } from '../objects/doctor.ts';
import { readSettings, readStoreAndRecords, type StoreAndRecords } from '../settings.ts';
import { checkup } from './checkup.ts';
import { commandLine } from './command-line.ts';
import { environment } from './environment.ts';
import { printJson } from './output.ts';
import { UsageError } from './usage.ts';
import { workingFolder } from './working-folder.ts';

/**
 * `strongroom doctor [--json] [--policy] [--fix-cors]`: asks store and records what they can do. It runs under settings that would
 * stop the server; those are then the first thing that it names. Exit code 1 when something that is needed fails,
 * 130 after Ctrl-C. With --json standard output holds `{ok, checks}` and nothing else.
 */
export async function doctor(words: readonly string[]): Promise<void> {
  const line = commandLine('doctor', words);
  if (line.words.length > 0) throw new UsageError(`doctor takes options only, not "${line.words.join(' ')}"`);
  const ending = new AbortController();
  const end = () => ending.abort(new Error('Ctrl-C'));
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    const fixCors = line.flag('fix-cors');
    const { policy, fixed, ...report } = await examined(line.text('settings'), ending.signal, fixCors);
    if (fixCors) tellOf(fixed);
    // Asked for before the rights are given, so what fails for want of them is no failure.
    if (line.flag('policy')) return printPolicy(policy);
    if (line.flag('json')) printJson(report);
    else process.stdout.write(checkup(report, process.stdout.isTTY === true && !process.env.NO_COLOR));
    if (!report.ok) process.exitCode = 1;
  } catch (error) {
    if (!hasCode(error, 'aborted')) throw error;
    process.stderr.write('strongroom: ended; what the doctor had written is removed.\n');
    process.exitCode = 130;
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

async function examined(
  settingsFile: string | undefined,
  signal: AbortSignal,
  fixCors: boolean,
): Promise<Report & { policy: object | null; fixed: Fix | null }> {
  const { settings, check } = await settingsOrTheirPlaces(settingsFile);
  if (settings === null) return { ok: false, checks: [check], policy: null, fixed: null };
  // Loading every part of the service takes a moment, which a mistyped command or setting need not wait for.
  const { examine } = await import('../compose.ts');
  const report = await examine(settings, { signal, fixCors });
  return { ...report, ok: report.ok && check.ok, checks: [check, ...report.checks] };
}

/** All settings; where one of them is wrong, at least store and records as set. */
async function settingsOrTheirPlaces(
  settingsFile: string | undefined,
): Promise<{ settings: StoreAndRecords | null; check: Check }> {
  const cwd = workingFolder();
  const source = environment(cwd, settingsFile);
  try {
    const read = await readSettings(source.env, { cwd });
    const { settings } = read;
    const warnings = [...source.warnings, ...read.warnings];
    const detail = warnings.length === 0 ? 'every one can be read' : warnings.join('; ');
    return { settings, check: judged('settings', true, { result: 'works', detail }) };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    const effect = 'the service does not start';
    const remedy = 'Correct it. Only the first wrong setting is named: ask again afterwards.';
    const wrong = { result: 'fails', detail: error.message, effect, remedy } as const;
    return { settings: readStoreAndRecords(source.env, { cwd }), check: judged('settings', true, wrong) };
  }
}

/** Standard output belongs to the report. */
function tellOf(fixed: Fix | null): void {
  if (fixed === null)
    throw new StartError(
      'CORS rules are a bucket’s; documents are kept on disk here, or its settings can’t be read.',
    );
  process.stderr.write(`strongroom: ${fixed.words}\n`);
  if (!fixed.ok) process.exitCode = 1;
}

function printPolicy(policy: object | null): void {
  if (policy === null) throw new StartError('A policy is for a bucket; documents are kept on disk here.');
  process.stdout.write(`${JSON.stringify(policy, null, 2)}\n`);
}
