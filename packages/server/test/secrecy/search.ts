/** Looks for secrets in logs. Knows no server and no test: text in, findings out. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Kind = 'secret' | 'link token' | 'filename' | 'body';

export interface Secret {
  readonly kind: Kind;
  readonly value: string;
}

/** What was held against what, and in which log something stands that should not. Never says the secret itself. */
export interface Findings {
  readonly logs: number;
  readonly bytes: number;
  readonly secrets: Readonly<Record<Kind, number>>;
  /** One line each: the test file, the kind, and the log's line with the secret blotted out. */
  readonly leaks: readonly string[];
}

/** Every folder under `folder` holds the logs and the secrets of one test file (watch.ts). */
export function searchRun(folder: string): Findings {
  const secrets = { secret: 0, 'link token': 0, filename: 0, body: 0 };
  const leaks: string[] = [];
  let bytes = 0;
  const logs = globSync('*/*.log', { cwd: folder });
  const kept = new Map(
    globSync('*/secrets.jsonl', { cwd: folder }).map((file) => [
      dirname(file),
      readSecrets(join(folder, file)),
    ]),
  );
  for (const { kind } of [...kept.values()].flat()) secrets[kind] += 1;
  for (const file of logs) {
    const log = readFileSync(join(folder, file), 'utf8');
    bytes += log.length;
    for (const { secret, line } of [...leaksIn(log, kept.get(dirname(file)) ?? []), ...shapesIn(log)])
      leaks.push(`${dirname(file)}: a ${secret.kind} stands in the log: ${line}`);
  }
  return { logs: logs.length, bytes, secrets, leaks };
}

function readSecrets(file: string): Secret[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Secret);
}

/** The first line of `log` in which each secret stands, if there is one; the secret in it is blotted out. */
export function leaksIn(log: string, secrets: readonly Secret[]): { secret: Secret; line: string }[] {
  return secrets.flatMap((secret) => {
    const found = formsOf(secret)
      .filter(({ text }) => log.includes(text))
      .map(({ pattern }) => pattern.exec(log))
      .find((match) => match !== null);
    if (!found) return [];
    const start = log.lastIndexOf('\n', found.index) + 1;
    const line = log.slice(start).split('\n', 1)[0] ?? '';
    return [{ secret, line: line.replaceAll(found[0], '█'.repeat(8)).slice(0, 400) }];
  });
}

/** Keys, sessions, codes to sign in with and links are known by their shape as well, also those that no test has seen. */
const shapes: readonly (readonly [Kind, RegExp])[] = [
  ['secret', /\bsr_[0-9a-f]{12}_[\w-]{43}/g],
  ['secret', /\bsg_[\w-]{100,}/g],
  ['secret', /\bss_[\w-]{60,}/g],
  ['secret', /(?<![\w-])[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){2}(?![\w-])/g],
  ['link token', /\/l\/[\w.~-]{20,}/g],
  // What signs a request to S3, in a header or in the address of an object.
  ['secret', /\bSignature=[0-9a-f]{64}/g],
];

function shapesIn(log: string): ReturnType<typeof leaksIn> {
  const found = shapes.flatMap(([kind, shape]) =>
    (log.match(shape) ?? []).map((value) => ({ kind, value }) as const),
  );
  return leaksIn(log, found);
}

/**
 * How a secret would stand in a log: as it is, as a JSON string has it, percent-encoded. What is long counts wherever it
 * stands. A short filename such as `a.pdf` counts as a word of its own, and a name without a dot, which may be any word,
 * only as a whole JSON value.
 */
function formsOf({ kind, value }: Secret): { text: string; pattern: RegExp }[] {
  const written = [
    ...new Set([value, JSON.stringify(value).slice(1, -1), encodeURIComponent(wellFormed(value))]),
  ];
  return written.map((text) => {
    const literal = text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
    if (kind !== 'filename' || text.length >= 24) return { text, pattern: new RegExp(literal) };
    if (/.\../.test(value)) return { text, pattern: new RegExp(`(?<![\\w!-])${literal}(?![\\w!-])`) };
    return { text, pattern: new RegExp(`:"${literal}"`) };
  });
}

function wellFormed(value: string): string {
  return value.isWellFormed() ? value : value.toWellFormed();
}
