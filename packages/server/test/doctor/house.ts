import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DeleteBucketPolicyCommand,
  ListObjectVersionsCommand,
  PutBucketPolicyCommand,
} from '@aws-sdk/client-s3';
import type { Check, ExamineOptions, Report, Uses } from '../../src/objects/doctor.ts';
import { S3Doctor } from '../../src/objects/s3-doctor/doctor.ts';
import type { S3Profile } from '../../src/objects/s3-profile.ts';
import { readSettings, type S3Settings } from '../../src/settings.ts';
import type { TestBucket } from '../harness.ts';
import { watchOutput } from '../secrecy/watch.ts';

/** The settings of a bucket, as a service would read them. */
export async function settingsOf(
  bucket: TestBucket,
  changes: Readonly<Record<string, string>> = {},
): Promise<S3Settings> {
  const { settings } = await readSettings({ ...bucket.environment, ...changes }, { cwd: tmpdir() });
  if (settings.store.kind !== 's3') throw new Error('the bucket’s settings mean S3');
  return settings.store;
}

const nothingMore: Uses = {
  linkMode: 'stream',
  allowedOrigins: [],
  directUploads: false,
  publicUrl: null,
};

export interface Seen extends Report {
  /** What was learned of the store; null: nothing. */
  readonly profile: Partial<S3Profile> | null;
  /** The check of this name. */
  check(name: string): Check;
  /** The names of those that are not as they should be and could be asked. */
  readonly faults: readonly string[];
}

/** What the doctor finds in the bucket. */
export async function seenIn(
  settings: S3Settings,
  uses: Partial<Uses> = {},
  options: ExamineOptions = {},
): Promise<Seen> {
  let profile: Partial<S3Profile> | null = null;
  const learn = (found: Partial<S3Profile>) => {
    profile = found;
  };
  const report = await new S3Doctor({ settings, uses: { ...nothingMore, ...uses }, learn }).examine(options);
  return {
    ...report,
    profile,
    faults: report.checks.filter(({ ok, result }) => !ok && result !== 'unknown').map(({ name }) => name),
    check: (name) => {
      const found = report.checks.find((check) => check.name === name);
      if (found === undefined) throw new Error(`there is no check ${name}`);
      return found;
    },
  };
}

/** Keys of all that lies in the bucket, in every version. */
export async function keysIn({ client, bucket }: TestBucket): Promise<string[]> {
  const { Versions = [], DeleteMarkers = [] } = await client.send(
    new ListObjectVersionsCommand({ Bucket: bucket }),
  );
  return [...Versions, ...DeleteMarkers].map(({ Key = '' }) => Key);
}

/** Runs `work` under a bucket policy, which also binds the bucket's owner where it denies. */
export async function under<T>(bucket: TestBucket, statements: object[], work: () => Promise<T>): Promise<T> {
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statements });
  await bucket.client.send(new PutBucketPolicyCommand({ Bucket: bucket.bucket, Policy }));
  try {
    return await work();
  } finally {
    await bucket.client.send(new DeleteBucketPolicyCommand({ Bucket: bucket.bucket }));
  }
}

export function statement({ bucket }: TestBucket, effect: 'Allow' | 'Deny', ...actions: string[]): object {
  const all = `arn:aws:s3:::${bucket}`;
  return { Effect: effect, Principal: '*', Action: actions, Resource: [all, `${all}/*`] };
}

const bin = fileURLToPath(new URL('../../bin/strongroom', import.meta.url));

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `strongroom doctor` as a process of its own, in the folder `cwd`. */
export async function strongroomDoctor(
  t: { after(undo: () => unknown): void },
  cwd: string,
  { words = ['--json'], env = {}, node = [], onStart }: RunOptions = {},
): Promise<Ran> {
  const base = { PATH: `${dirname(process.execPath)}:${process.env.PATH}`, HOME: cwd, NO_COLOR: '1' };
  const child = spawn(process.execPath, [...node, bin, 'doctor', ...words], {
    cwd,
    env: { ...base, ...env },
  });
  watchOutput(child, env);
  t.after(() => child.kill('SIGKILL'));
  onStart?.((signal) => child.kill(signal));
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

interface RunOptions {
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: readonly string[];
  readonly onStart?: (kill: (signal: NodeJS.Signals) => void) => void;
}
