/**
 * Carries out a container file without a container: each stage is a folder that stands for its root, the commands run in
 * it on this machine, as this user. What only an engine can do (the base image, the user, the volume) is not looked into.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { patience, succeeded } from './installed-package.ts';

export interface Instruction {
  readonly name: string;
  readonly words: string;
}

/** What the reference of container files knows, less what is deprecated. */
const known =
  /^(FROM|WORKDIR|COPY|RUN|ENV|USER|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|CMD|ENTRYPOINT|ARG|LABEL)$/;

/** Raises an Error for a line that is no instruction. */
export function parse(file: string): Instruction[] {
  const lines = file.replace(/\\\n/g, ' ').split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', words = ''] = /^([A-Z]+) +(.+)$/.exec(line) ?? [];
      if (!known.test(name)) throw new Error(`no instruction: ${line}`);
      return { name, words };
    });
}

/** The program of a CMD, or of a HEALTHCHECK's, in the form that needs no shell. */
export function programOf({ words }: Instruction): string[] {
  return JSON.parse(words.slice(words.indexOf('[')));
}

export interface Image {
  /** Where its programs run. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** What the file makes of the last stage, in `place`; `context` is the folder that is copied from. */
export function make(
  instructions: readonly Instruction[],
  { place, context, env }: { place: string; context: string; env: NodeJS.ProcessEnv },
): Image {
  const stages = new Map<string, string>();
  let [root, folder, environment] = ['', '', {} as Record<string, string>];
  // A path of the image, also within other words, as the path that stands for it.
  const here = (words: string) => words.replace(/(^|[ =])\/(?=\w)/g, `$1${root}/`);
  const from = (words: string) => {
    const [image = '', , name = image] = words.split(' ');
    root = join(place, `stage-${stages.size}`);
    [folder, environment] = [root, {}];
    stages.set(name, root);
  };
  const copy = (words: string) => {
    const [, stage, source = '', target = ''] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(words) ?? [];
    if (stage !== undefined) return renameSync(join(stages.get(stage) ?? '', source), join(folder, target));
    const [found, ...more] = globSync(source, { cwd: context });
    if (found === undefined || more.length > 0) throw new Error(`${source} is not one file`);
    cpSync(join(context, found), join(folder, target));
  };
  const carryOut: Readonly<Record<string, (words: string) => void>> = {
    FROM: from,
    WORKDIR: (words) => {
      folder = here(words);
      mkdirSync(folder, { recursive: true });
    },
    COPY: copy,
    ENV: (words) => {
      for (const pair of words.split(' ')) {
        const [name = '', ...value] = here(pair).split('=');
        environment[name] = value.join('=');
      }
    },
    // The base image has a home for its user.
    USER: (words) => mkdirSync(join(root, 'home', basename(words)), { recursive: true }),
    RUN: (words) => {
      const options = {
        cwd: folder,
        env: { ...env, ...environment },
        encoding: 'utf8',
        timeout: patience,
      } as const;
      succeeded(spawnSync('sh', ['-ec', here(words)], options));
    },
    VOLUME: (words) => mkdirSync(dirname(here(words)), { recursive: true }),
  };
  for (const { name, words } of instructions) carryOut[name]?.(words);
  return { folder, environment };
}
