import { forgetFirstKeyFile } from './access/first-key.ts';
import { banner } from './cli/banner.ts';
import { environment } from './cli/environment.ts';
import { createLog } from './cli/log.ts';
import { version } from './cli/version.ts';
import { workingFolder } from './cli/working-folder.ts';
import { createStrongroom, type Started, type Strongroom } from './compose.ts';
import { StartError } from './errors.ts';
import { readSettings, type Settings } from './settings.ts';

/**
 * The process that serves: environment, signals, exit codes, console. Nothing else touches those.
 *
 * Exit codes: 0 stopped as asked; 1 could not start, or a fault; 130 and 143 ended at once by a second signal.
 */

/** npm passes on a Ctrl-C that the terminal has sent to everyone: the same wish, twice. Milliseconds. */
const sameWish = 1_000;
/** What stopping may take beyond STOP_WITHIN before it counts as stuck. Milliseconds. */
const stuckAfter = 20_000;

const { settings, warnings } = await configured().catch(endWith);
const log = createLog(settings.logLevel);

// A fault that nobody expected leaves the memory in an unknown state. What is on disk and in the bucket is safe at
// every instant, so ending is safer than going on; whoever supervises the process starts it again.
process.on('uncaughtException', (error) => fail(error));
process.on('unhandledRejection', (error) => fail(error));
// A reader that went away (`npm start | head`) is no fault of the service.
process.stdout.on('error', () => {});

for (const warning of warnings) log.warn(warning);

const strongroom = await createStrongroom(settings, {
  log,
  terminal: process.stdout.isTTY === true,
  onFatal: (error) => void stop(strongroom, settings).finally(() => endWith(error)),
}).catch(endWith);
const started = await strongroom.start().catch(endWith);
stopOnSignals();
await present(started, settings);

async function configured() {
  const cwd = workingFolder();
  const source = environment(cwd);
  const { settings, warnings } = await readSettings(source.env, { cwd });
  return { settings, warnings: [...source.warnings, ...warnings] };
}

async function present(facts: Started, { documentTypes, dataDir, publicUrl }: Settings): Promise<void> {
  const color = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const text = banner(facts, { version: version(), types: documentTypes, publicUrl, color });
  await new Promise<void>((resolve) => process.stdout.write(text, () => resolve()));
  if (facts.firstKey?.kind === 'printed') await forgetFirstKeyFile(dataDir);
  log.info({ url: facts.url, store: facts.store, records: facts.records }, 'started');
}

function stopOnSignals(): void {
  let askedAt: number | null = null;
  const asked = (signal: 'SIGINT' | 'SIGTERM', code: number) => {
    if (askedAt !== null) {
      if (performance.now() - askedAt > sameWish) process.exit(code);
      return;
    }
    askedAt = performance.now();
    log.info({ signal }, 'stopping; running uploads may end. A second signal ends at once');
    void stop(strongroom, settings).then(() => {
      log.info('stopped');
      process.exit(0);
    }, fail);
  };
  process.on('SIGINT', () => asked('SIGINT', 130));
  process.on('SIGTERM', () => asked('SIGTERM', 143));
}

async function stop(service: Strongroom, { stopWithin }: Settings): Promise<void> {
  setTimeout(() => fail(new Error('stopping is stuck')), stopWithin + stuckAfter).unref();
  await service.stop();
}

function fail(error: unknown): never {
  log.fatal({ error }, 'the process ends because of a fault');
  process.exit(1);
}

/** Ends before or after the start: with one line for what an operator must mend, with all that is known otherwise. */
function endWith(error: unknown): never {
  const text = error instanceof StartError || !(error instanceof Error) ? String(error) : error.stack;
  process.stderr.write(`strongroom: ${error instanceof StartError ? error.message : text}\n`);
  process.exit(1);
}
