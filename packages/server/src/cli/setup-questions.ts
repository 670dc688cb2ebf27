import { StartError } from '../errors.ts';
import { readSettings } from '../settings.ts';
import { ask } from './ask.ts';
import { note, painted } from './output.ts';
import { workingFolder } from './working-folder.ts';

/** Settings by their names, and `store`: disk or s3. */
export type Answers = Readonly<Record<string, string>>;

/** The settings that a settings file has from `strongroom setup`. Every other line of it stays. */
export const managed = [
  'DATA_DIR',
  'S3_BUCKET',
  'S3_REGION',
  'S3_ENDPOINT',
  'S3_ACCESS_KEY_ID',
  'S3_SECRET_ACCESS_KEY',
  'S3_PREFIX',
  'DATABASE_URL',
  'PUBLIC_URL',
] as const;

interface Question {
  readonly name: string;
  readonly text: string;
  /** Taken when nothing is typed and nothing was answered before. */
  readonly standard?: string;
  readonly hidden?: boolean;
  readonly needed?: boolean;
}

export async function askForStore(before: Answers): Promise<Answers> {
  const store = await askForKind(before.store ?? (before.S3_BUCKET === undefined ? 'disk' : 's3'));
  if (store === 'disk') {
    const asked = await answered({ name: 'DATA_DIR', text: 'Folder', standard: 'data' }, before);
    return { ...asked, store };
  }
  let answers: Answers = { ...before, store };
  for (const question of [
    { name: 'S3_BUCKET', text: 'Bucket, which must exist', needed: true },
    { name: 'S3_REGION', text: 'Region', standard: 'us-east-1' },
    { name: 'S3_ENDPOINT', text: 'Endpoint, of an S3 other than AWS’s' },
    { name: 'S3_ACCESS_KEY_ID', text: 'Access key id; without one, the role or profile of this machine' },
  ])
    answers = await answered(question, answers);
  if (answers.S3_ACCESS_KEY_ID === undefined) return without(answers, 'S3_SECRET_ACCESS_KEY');
  return answered(
    { name: 'S3_SECRET_ACCESS_KEY', text: 'Secret access key', hidden: true, needed: true },
    answers,
  );
}

export async function askForRecords(before: Answers): Promise<Answers> {
  const database = {
    name: 'DATABASE_URL',
    text: 'PostgreSQL, as postgres://…; without one, SQLite',
    hidden: true,
  };
  const answers = await answered(database, before);
  return answered({ name: 'PUBLIC_URL', text: 'URL under which the service is reached, for links' }, answers);
}

/** What to do about what does not work. */
export async function askWhatNext(): Promise<'correct' | 'again' | 'keep'> {
  for (;;) {
    const answer =
      (await ask('(c)orrect it, try it (a)gain, or (k)eep it as it is? [c] ')).toLowerCase() || 'c';
    const found = (['correct', 'again', 'keep'] as const).find((each) => each.startsWith(answer));
    if (found !== undefined) return found;
  }
}

async function askForKind(standard: string): Promise<'disk' | 's3'> {
  for (;;) {
    const answer =
      (await ask(`Where are documents kept, disk or s3? [${standard}] `)).toLowerCase() || standard;
    if (answer === 'disk' || answer === 's3') return answer;
    wrong('It takes disk or s3.');
  }
}

/** Asks until the answer can be read as the setting; a hyphen takes away what was answered before. */
async function answered(
  { name, text, standard, hidden = false, needed = false }: Question,
  before: Answers,
): Promise<Answers> {
  const known = before[name] ?? standard;
  const hint = known === undefined ? (needed ? '' : ' [none]') : ` [${hidden ? 'as before' : known}]`;
  for (;;) {
    const typed = await ask(`${text}${hint}: `, { hidden });
    const answer = typed === '-' ? undefined : typed || known;
    if (answer === undefined && needed) continue;
    const problem = answer === undefined ? null : await problemOf(name, answer);
    if (problem === null) return answer === undefined ? without(before, name) : { ...before, [name]: answer };
    wrong(problem);
  }
}

/** One that is about this value alone: what goes with it is made up. */
async function problemOf(name: string, value: string): Promise<string | null> {
  const madeUp: Answers = { S3_ACCESS_KEY_ID: 'madeup', S3_SECRET_ACCESS_KEY: 'madeup', S3_BUCKET: 'madeup' };
  const around = name.startsWith('S3_') ? madeUp : {};
  try {
    await readSettings({ ...around, [name]: value }, { cwd: workingFolder() });
    return null;
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
}

function without(answers: Answers, name: string): Answers {
  const { [name]: _, ...others } = answers;
  return others;
}

function wrong(problem: string): void {
  note(`  ${painted('red', '✗')} ${problem}`);
}
