import { resolve } from 'node:path';
import { hasCode, StartError } from '../errors.ts';
import { type Check, reported } from '../objects/doctor.ts';
import { readSettings } from '../settings.ts';
import { NoAnswer } from './ask.ts';
import { checkup } from './checkup.ts';
import { type CommandLine, commandLine } from './command-line.ts';
import { note, painted } from './output.ts';
import { readSettingsFile, withSettings, writeSettingsFile } from './settings-file.ts';
import { type Answers, askForRecords, askForStore, askWhatNext, managed } from './setup-questions.ts';
import { UsageError } from './usage.ts';
import { workingFolder } from './working-folder.ts';

/** What comes after the settings: the first start makes a key on disk, and `keys create` on PostgreSQL. */
const later = ['api_key'];
const ofRecords = ['records', 'deployment', ...later];

/**
 * `strongroom setup`: settles where documents and records are kept, tries it for real, and writes a settings file that
 * `strongroom serve` reads. On a terminal it asks, and lets what fails be corrected; elsewhere it goes by its options and
 * the environment, and exits with 1 when something that is needed does not work. No secret is ever printed.
 */
export async function setup(words: readonly string[]): Promise<void> {
  const line = commandLine('setup', words);
  if (line.words.length > 0) throw new UsageError(`setup takes options only, not "${line.words.join(' ')}"`);
  const path = resolve(workingFolder(), line.text('file') ?? 'strongroom.env');
  const { text, values } = readSettingsFile(path);
  const begin = { ...chosen(values), ...chosen(process.env), ...fromOptions(line) };
  const others = { ...values, ...process.env };
  const terminal = process.stdin.isTTY === true && process.stderr.isTTY === true;
  try {
    const answers = terminal ? await asked(begin, others) : await tried(begin, others, line.flag('anyway'));
    if (answers === null) return;
    await writeSettingsFile(path, withSettings(text, managed, answers));
    finish(path, answers);
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    note('\nEnded; nothing was written.');
    process.exitCode = 130;
  }
}

function chosen(source: NodeJS.Dict<string>): Answers {
  return given(managed.map((name) => [name, source[name]?.trim()]));
}

function given(pairs: readonly (readonly [string, string | undefined])[]): Answers {
  return Object.fromEntries(pairs.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

const names = {
  'data-dir': 'DATA_DIR',
  bucket: 'S3_BUCKET',
  region: 'S3_REGION',
  endpoint: 'S3_ENDPOINT',
  'access-key-id': 'S3_ACCESS_KEY_ID',
  prefix: 'S3_PREFIX',
  'public-url': 'PUBLIC_URL',
};

function fromOptions(line: CommandLine): Answers {
  const store = line.text('store');
  if (store !== undefined && store !== 'disk' && store !== 's3')
    throw new UsageError(`--store takes disk or s3, not "${store}"`);
  if (store === 's3' && line.text('bucket') === undefined && !process.stdin.isTTY && !process.env.S3_BUCKET)
    throw new UsageError('--store s3 goes with --bucket NAME');
  if (store === 'disk' && line.text('bucket') !== undefined)
    throw new UsageError('--bucket goes with --store s3');
  const answers = given(Object.entries(names).map(([option, name]) => [name, line.text(option)]));
  return store === undefined ? answers : { ...answers, store };
}

/** Settings as answered; a bucket counts where S3 was chosen. */
function settingsOf({ store, ...answers }: Answers): Record<string, string> {
  const onDisk = store === 'disk' || (store === undefined && answers.S3_BUCKET === undefined);
  return Object.fromEntries(Object.entries(answers).filter(([name]) => !onDisk || !name.startsWith('S3_')));
}

/** What the file and the environment set besides. */
type Others = Readonly<NodeJS.Dict<string>>;

/** What the doctor finds under these settings. Raises StartError for a setting that can't be read, NoAnswer at Ctrl-C. */
async function examined(answers: Answers, others: Others): Promise<readonly Check[]> {
  const unset = Object.fromEntries(managed.map((name) => [name, undefined]));
  const source = { ...others, ...unset, ...settingsOf(answers) };
  const { settings } = await readSettings(source, { cwd: workingFolder() });
  const { examine } = await import('../compose.ts');
  const ending = new AbortController();
  const end = () => ending.abort(new Error('Ctrl-C'));
  process.once('SIGINT', end);
  try {
    return (await examine(settings, { signal: ending.signal })).checks;
  } catch (error) {
    throw hasCode(error, 'aborted') ? new NoAnswer() : error;
  } finally {
    process.off('SIGINT', end);
  }
}

/** Whether what is needed works; `checks` are shown. */
function shown(checks: readonly Check[]): boolean {
  const report = reported(checks.filter(({ name }) => !later.includes(name)));
  process.stderr.write(checkup(report, process.stderr.isTTY === true && !process.env.NO_COLOR));
  return report.ok;
}

async function tried(
  answers: Answers,
  others: Others,
  anyway: boolean,
): Promise<Record<string, string> | null> {
  if (shown(await examined(answers, others)) || anyway) return settingsOf(answers);
  note('Nothing was written. --anyway writes what does not work yet.');
  process.exitCode = 1;
  return null;
}

async function asked(begin: Answers, others: Others): Promise<Record<string, string>> {
  note(
    'Settles where documents and records are kept, and tries it. Enter takes what stands in brackets, - takes it away.\n',
  );
  const onStore = await settled(begin, askForStore, { others, isAbout: (name) => !ofRecords.includes(name) });
  const all = await settled(onStore, askForRecords, { others, isAbout: (name) => ofRecords.includes(name) });
  return settingsOf(all);
}

interface Trial {
  readonly others: Others;
  readonly isAbout: (check: string) => boolean;
}

/** Asks until what was answered works, or is wanted all the same. Shows the checks that the question is about. */
async function settled(
  begin: Answers,
  question: (answers: Answers) => Promise<Answers>,
  trial: Trial,
): Promise<Answers> {
  for (let answers = await question(begin); ; ) {
    note('\nTrying it …');
    if (await worksWith(answers, trial)) return answers;
    const next = await askWhatNext();
    if (next === 'keep') return answers;
    if (next === 'correct') answers = await question(answers);
  }
}

async function worksWith(answers: Answers, { others, isAbout }: Trial): Promise<boolean> {
  try {
    return shown((await examined(answers, others)).filter(({ name }) => isAbout(name)));
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    note(`\n  ${painted('red', '✗')} ${error.message}\n`);
    return false;
  }
}

function finish(path: string, settings: Readonly<Record<string, string>>): void {
  const here = resolve(workingFolder(), 'strongroom.env') === path;
  const file = here ? '' : ` --settings ${path}`;
  note(`Wrote ${path}: only you can read it.\n\nNext:`);
  if (settings.DATABASE_URL !== undefined) note(`  strongroom keys create --name app${file}`);
  note(`  strongroom serve${file}`);
}
