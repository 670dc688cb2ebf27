/** The package as `npm pack` makes it, installed by `npm install` in an empty folder, and programs run in there. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { basename, delimiter, dirname, join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Ending, raceFreePort, testFolder } from '../harness.ts';
import { watchOutput } from '../secrecy/watch.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** Milliseconds that npm gets: less than a file of tests, so that what it says of a network is heard. */
export const patience = 90_000;

export interface Packed {
  readonly tarball: string;
  /** Bytes. */
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly string[];
}

export interface Installed {
  readonly packed: Packed;
  /** The app's folder: nothing was in it. */
  readonly folder: string;
  /** The package in the app's node_modules. */
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * A user's environment: a home with nothing in it, and none of the programs of this checkout but Node. npm's downloads
 * and settings (a mirror, a proxy, an authority) stay those of who runs the tests: it looks for the global ones beside
 * the Node that runs it, which is another one here.
 */
function usersEnvironment(home: string): NodeJS.ProcessEnv {
  const ours = `${sep}node_modules${sep}.bin`;
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.endsWith(ours));
  const kept =
    /^(npm_config_(cache|userconfig|globalconfig|registry)|(https?|no)_proxy|NODE_EXTRA_CA_CERTS)$/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name))),
    PATH: [dirname(process.execPath), ...path].join(delimiter),
    HOME: home,
    NO_COLOR: '1',
    npm_config_update_notifier: 'false',
  };
}

/** Packs and installs; both take a few seconds, so a file of tests does it once. */
export async function installPackage(t: Ending): Promise<Installed> {
  const place = await testFolder(t);
  const [home, folder] = [join(place, 'home'), join(place, 'app')];
  await Promise.all([mkdir(home), mkdir(folder)]);
  const env = usersEnvironment(home);
  const packed = await pack(place);
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', packed.tarball];
  succeeded(spawnSync('npm', install, { cwd: folder, env, encoding: 'utf8', timeout: patience }));
  return { packed, folder, path: join(folder, 'node_modules', 'strongroom'), env };
}

/** In a copy of the checkout: the build writes beside the source, where other tests read. */
async function pack(destination: string): Promise<Packed> {
  const checkout = join(destination, 'checkout');
  const parts = [
    ...['packages/server', 'packages/client', 'packages/ui', 'docs'],
    ...['package-lock.json', 'tsconfig.json', 'LICENSE', 'CHANGELOG.md'],
  ];
  const filter = (path: string) => basename(path) !== 'node_modules';
  for (const part of parts)
    await cp(join(root, part), join(checkout, part), { recursive: true, filter, preserveTimestamps: true });
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
  const words = ['pack', '--json', '--loglevel=error', '--pack-destination', destination];
  const answer = succeeded(
    spawnSync('npm', words, { cwd: join(checkout, 'packages/server'), encoding: 'utf8', timeout: patience }),
  );
  // npm 11 answers a list, later ones an object by name; what the scripts print stands before it.
  const told = JSON.parse(answer.slice(answer.search(/^[[{]/m)));
  const { filename, size, unpackedSize, files } = Object.values(told)[0] as Omit<Packed, 'files'> & {
    filename: string;
    files: { path: string }[];
  };
  return {
    tarball: join(destination, filename),
    size,
    unpackedSize,
    files: files.map(({ path }) => path).sort(),
  };
}

/** What it printed. Throws all that it said when it failed. */
export function succeeded({ status, stdout, stderr, error }: SpawnSyncReturns<string>): string {
  if (status !== 0) throw new Error(`exit ${status}: ${error ?? ''}\n${stdout}\n${stderr}`);
  return stdout;
}

export interface RunningApp {
  readonly url: string;
  /** Asks it to end, as a supervisor does; its exit code and signal. */
  stop(): Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  output(): string;
  /** The first key, as a header's value. */
  authorization(): Promise<string>;
}

/** Runs a command that listens on PORT, in a folder of its own name for its data; waits until it answers. */
export async function run(
  t: Ending,
  { folder, env }: Installed,
  [program = '', ...words]: readonly string[],
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningApp> {
  const data = await testFolder(t);
  const port = await raceFreePort();
  const child = spawn(program, words, {
    cwd: folder,
    env: { ...env, PORT: String(port), DATA_DIR: data, ...settings },
    detached: true,
  });
  watchOutput(child, settings);
  // npx has children of its own; as a group they end together.
  t.after(() => child.exitCode === null && process.kill(-(child.pid as number), 'SIGKILL'));
  const ended = once(child, 'close') as ReturnType<RunningApp['stop']>;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => null))) {
    if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
    await sleep(50);
  }
  const authorization = async () => `Bearer ${(await readFile(join(data, 'first-key'), 'utf8')).trim()}`;
  const stop = () => {
    // npx starts a shell, which would die alone of the signal and leave the service behind.
    process.kill(Number(/"pid":(\d+)/.exec(output)?.[1] ?? child.pid), 'SIGTERM');
    return ended;
  };
  return { url, stop, output: () => output, authorization };
}
