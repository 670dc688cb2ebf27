/**
 * What a test run keeps for the question that run.ts asks at its end: does anything that must stay secret stand in a
 * log? Test files run in processes of their own; each keeps its servers' logs and the secrets it used in one folder, so
 * that they are held against each other. Outside of such a run nothing is kept.
 */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Kind, Secret } from './search.ts';

/** Names the folder; run.ts sets it. */
export const folderVariable = 'STRONGROOM_TEST_SECRECY';

const registered = new Set<string>();
let own: string | null = null;

function ownFolder(): string | null {
  const folder = process.env[folderVariable];
  if (!folder) return null;
  if (own === null) {
    own = join(folder, `${basename(process.argv[1] ?? 'unnamed')}.${process.pid}`);
    mkdirSync(own, { recursive: true });
  }
  return own;
}

/** Of one server: takes what it writes to its log. */
export function keepLog(): (text: string) => void {
  const folder = ownFolder();
  if (folder === null) return () => {};
  const file = join(folder, `${randomBytes(6).toString('hex')}.log`);
  return (text) => appendFileSync(file, text);
}

/** Watches a program under test; `told` leaves out a stream on which it shows what was asked for, such as a new key. */
export function watchOutput(
  child: ChildProcessWithoutNullStreams,
  settings: Readonly<Record<string, string>>,
  told: readonly ('stdout' | 'stderr')[] = ['stdout', 'stderr'],
): void {
  keepSettings(settings);
  const keep = keepLog();
  for (const stream of told) child[stream].on('data', (chunk: unknown) => keep(String(chunk)));
}

/** From here on, `value` may stand in no log of this test file's servers. */
export function keepSecret(kind: Kind, value: string | undefined): void {
  const folder = ownFolder();
  const line = JSON.stringify({ kind, value } satisfies { kind: Kind; value: unknown });
  if (folder === null || !value || isNoName(kind, value) || registered.has(line)) return;
  registered.add(line);
  appendFileSync(join(folder, 'secrets.jsonl'), `${line}\n`);
}

/** What the service itself calls a document without a name, as one that was purged; its start-up lines show it as an example. */
function isNoName(kind: Kind, value: string): boolean {
  return kind === 'filename' && /^document(\.\w+)?$/.test(value);
}

/** The secrets among a server's settings. */
export function keepSettings(env: Readonly<Record<string, string>>): void {
  for (const name of ['STRONGROOM_API_KEY', 'S3_SECRET_ACCESS_KEY', 'S3_SESSION_TOKEN'])
    keepSecret('secret', env[name]);
  for (const secret of env.STRONGROOM_SECRET?.split(',') ?? []) keepSecret('secret', secret.trim());
  const { password } = URL.parse(env.DATABASE_URL ?? '') ?? {};
  if (password) keepSecret('secret', decodeURIComponent(password));
}

/** Whatever of a request or an answer, as it stands on the wire, belongs in no log. */
export function keepWire(text: string): void {
  for (const { kind, value } of secretsOn(text)) keepSecret(kind, value);
}

const patterns: readonly (readonly [Kind, RegExp])[] = [
  ['secret', /\bBearer ([^\s"]+)/g],
  ['secret', /strongroom_session=([^;\s",]{20,})/g],
  ['secret', /"csrfToken":"([^"]+)"/g],
  ['secret', /"code":"([0-9A-Z]{5}-[0-9A-Z-]+)"/g],
  ['secret', /"key":"(sr_[^"]+)"/g],
  ['link token', /\/l\/([\w.~-]{20,})/g],
  ['filename', /[?&]filename=([^&\s]+)/g],
  ['filename', /;\s*filename="((?:[^"\\\r\n]|\\.)+)"/g],
  ['filename', /;\s*filename\*=(?:UTF-8|utf-8)'[^']*'([^\s;]+)/g],
  ['filename', /"filename":("(?:[^"\\]|\\.)+")/g],
];

/** The secrets that `text` shows, decoded. */
export function secretsOn(text: string): Secret[] {
  return patterns.flatMap(([kind, pattern]) =>
    Array.from(text.matchAll(pattern), ([, found = '']) => ({ kind, value: decoded(found) })),
  );
}

function decoded(found: string): string {
  try {
    return found.startsWith('"') ? JSON.parse(found) : decodeURIComponent(found);
  } catch {
    return found;
  }
}

/** What is sent: a body, and where it is a form or JSON, what that shows. */
export function keepBytes(bytes: Buffer): void {
  keepWire(bytes.subarray(0, 64 * 1024).toString());
  keepBody(bytes);
}

/** Runs of a body that a person could read in a log; none shorter than 24 bytes. */
export function keepBody(bytes: Buffer): void {
  const text = bytes.subarray(0, 64 * 1024).toString('latin1');
  const runs = [...text.matchAll(/[\x20-\x7e]{24,}/g)].map(([run]) => run);
  // The first, and the longest; a sender's body may have thousands.
  const [longest] = runs.toSorted((a, b) => b.length - a.length);
  for (const run of new Set([runs[0], longest])) keepSecret('body', run?.slice(0, 48));
}
