/** What someone gets who has never seen the repository: the package, installed, run, and built into apps. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { readSettings } from '../../src/index.ts';
import { needs, testFolder } from '../harness.ts';
import { receiveTraces } from '../otlp-receiver.ts';
import { make, parse, programOf } from './container-file.ts';
import { installPackage, type RunningApp, run, succeeded } from './installed-package.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const page = await readFile(join(root, 'docs/in-your-app.md'), 'utf8');
const operating = await readFile(join(root, 'docs/operating.md'), 'utf8');
const block = (language: string) =>
  new RegExp(`\`\`\`${language}\n(.+?)\`\`\``, 's').exec(operating)?.[1] ?? '';
const { settings: standard } = await readSettings({}, { cwd: root });
/** What a stop may take at most, in seconds: docs/operating.md, Stopping. */
const longestStop = standard.stopWithin / 1000 + 20;

const examples = [...page.matchAll(/^## ([^\n]+)\n[^#]*?```ts\n(.+?)```/gms)].map(
  ([, title = '', code = '']) => ({
    title,
    file: `${title.replace(/\W/g, '-')}.mts`,
    code,
  }),
);

/** A document goes in and comes out again. */
async function keeps({ url, authorization }: RunningApp): Promise<void> {
  const headers = { authorization: await authorization() };
  const stored = await fetch(`${url}/v1/documents?recordId=r&type=other&filename=a.txt`, {
    method: 'POST',
    headers,
    body: 'kept',
  });
  assert.equal(stored.status, 201);
  const location = stored.headers.get('location') ?? '';
  assert.ok(location.startsWith(`${url}/v1/documents/`), location);
  const link = await fetch(`${location}/links`, { method: 'POST', headers });
  const opened = await fetch(((await link.json()) as { url: string }).url);
  assert.equal(await opened.text(), 'kept');
}

/** The page, and everything that it names. */
async function showsTheConsole({ url }: RunningApp): Promise<void> {
  const shown = await fetch(url);
  assert.equal(shown.status, 200);
  const parts = [...(await shown.text()).matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)];
  assert.ok(parts.length > 0, 'the page has a program');
  for (const path of [...parts.map(([, path]) => path), '/ui/elements/index.js', '/ui/frame/frame.html']) {
    const part = await fetch(`${url}${path}`);
    assert.equal(part.status, 200, path);
    await part.body?.cancel();
  }
}

/** The command as it is installed. */
function strongroom(words: readonly string[], more: Readonly<Record<string, string>> = {}) {
  return spawnSync(join(installed.folder, 'node_modules/.bin/strongroom'), words, {
    cwd: installed.folder,
    env: { ...installed.env, ...more },
    encoding: 'utf8',
  });
}

/** The command has its client in the package. */
async function worksFromTheShell({ url, authorization }: RunningApp): Promise<void> {
  const key = (await authorization()).replace('Bearer ', '');
  const env = { STRONGROOM_URL: url, STRONGROOM_API_KEY: key };
  const file = join(installed.folder, 'letter.txt');
  await writeFile(file, 'by hand');
  const { stdout: id, stderr } = strongroom(['upload', file, '-r', 'r', '-t', 'other'], env);
  const got = strongroom(['get', id.trim(), '-o', '-'], env);
  assert.deepEqual([got.status, got.stdout], [0, 'by hand'], stderr + got.stderr);
}

async function endsAsAsked({ stop, output }: RunningApp): Promise<void> {
  assert.deepEqual(await stop(), [0, null], output());
}

const installed = await installPackage({ after });
for (const { file, code } of examples) await writeFile(join(installed.folder, file), code);

describe('the package', () => {
  it('holds what is built from the source, the pages, and nothing else', () => {
    const find = (pattern: string, cwd: string) => globSync(pattern, { cwd: join(root, cwd) });
    const programs = find('**/*.ts', 'packages/server/src').filter((file) => !file.endsWith('.test.ts'));
    const screens = find('*/**/*', 'packages/ui/dist').filter((file) =>
      statSync(join(root, 'packages/ui/dist', file)).isFile(),
    );
    assert.ok(screens.includes('console/index.html') && screens.includes('elements/uploader.js'));
    const pages = find('**/*.*', 'docs').filter((file) => !/^(decisions\/|benchmarks\.md$)/.test(file));
    const expected = [
      ...['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json', 'openapi.json'],
      ...['bin/package.json', 'bin/strongroom'],
      ...pages.map((file) => `docs/${file}`),
      ...programs.map((file) => `dist/${file.replace(/ts$/, 'js')}`),
      ...screens.map((file) => `dist/ui/${file}`),
    ];
    const { files } = installed.packed;
    assert.deepEqual(files.filter((file) => !file.endsWith('.d.ts')).toSorted(), expected.toSorted());
    assert.ok(files.includes('dist/index.d.ts'));
  });

  it('is what publint asks of a package', async () => {
    const tarball = new Uint8Array(await readFile(installed.packed.tarball)).buffer;
    const { messages } = await publint({ pack: { tarball }, strict: true });
    assert.deepEqual(messages, []);
  });

  it('brings fewer than 150 packages, none of which runs a script', async (t) => {
    const { folder, env, packed } = installed;
    const words = ['ls', '--omit=dev', '--all', '--parseable'];
    const lines = succeeded(spawnSync('npm', words, { cwd: folder, env, encoding: 'utf8' }))
      .trim()
      .split('\n');
    // The first line is the app itself.
    const count = lines.length - 1;
    t.diagnostic(`${count} packages; ${packed.size} bytes packed, ${packed.unpackedSize} unpacked`);
    assert.ok(count > 50 && count < 150, `${count} packages`);
    const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8'));
    const scripts = Object.entries<{ hasInstallScript?: true }>(lock.packages)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([name]) => name);
    assert.deepEqual(scripts, []);
  });

  it('has no link that leads nowhere', () => {
    const { path } = installed;
    for (const file of globSync('{*.md,docs/**/*.md}', { cwd: path }))
      for (const target of linksOf(join(path, file)))
        assert.ok(existsSync(join(path, dirname(file), target)), `${file} leads to ${target}`);
  });

  it('runs by npx, and keeps a document', async (t) => {
    const service = await run(t, installed, ['npx', 'strongroom', 'serve']);
    await keeps(service);
    const described = await fetch(`${service.url}/openapi.json`);
    assert.match(((await described.json()) as { openapi: string }).openapi, /^3\.1\./);
    assert.equal((await fetch(`${service.url}/docs`)).status, 200);
    await showsTheConsole(service);
    await worksFromTheShell(service);
    await endsAsAsked(service);
    const { version } = JSON.parse(await readFile(join(installed.path, 'package.json'), 'utf8'));
    assert.match(service.output(), new RegExp(`\nStrongroom ${version.replaceAll('.', '\\.')}\n`));
    assert.ok(existsSync(join(installed.path, 'node_modules/.cache/compiled')), 'the next start is sooner');
  });

  it('brings what traces need', async (t) => {
    const receiver = await receiveTraces(t);
    const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const service = await run(t, installed, ['npx', 'strongroom', 'serve'], settings);
    assert.equal((await fetch(`${service.url}/healthz`)).status, 200);
    await endsAsAsked(service);
    assert.ok(receiver.spans.some(({ name }) => name === 'GET /healthz'));
  });

  it('runs from a folder in which nothing can be written', async (t) => {
    const cache = join(installed.path, 'node_modules/.cache');
    await rm(cache, { recursive: true, force: true });
    await mkdir(dirname(cache), { recursive: true });
    await writeFile(cache, 'no folder');
    t.after(() => rm(cache));
    const service = await run(t, installed, ['node_modules/.bin/strongroom', 'serve']);
    await keeps(service);
    await endsAsAsked(service);
  });

  it('tells an old Node in one line what to do', async () => {
    const pretend = join(installed.folder, 'pretend.cjs');
    await writeFile(pretend, `Object.defineProperty(process, 'versions', { value: { node: '22.1.0' } });`);
    const { status, stdout, stderr } = strongroom(['serve'], { NODE_OPTIONS: `--require ${pretend}` });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(
      stderr,
      /^strongroom: Node \S+ is too old; .*`npx -p node@24 -p strongroom strongroom`\.\n$/,
    );
  });

  for (const moduleResolution of ['nodenext', 'bundler'])
    it(`has types that hold by themselves, found by ${moduleResolution}`, async () => {
      const { folder } = installed;
      const module = moduleResolution === 'bundler' ? 'esnext' : moduleResolution;
      const config = {
        compilerOptions: {
          ...{ module, moduleResolution, target: 'es2024', strict: true, noEmit: true, skipLibCheck: false },
          ...{ types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
        },
        files: examples.map(({ file }) => file),
      };
      const project = join(folder, `tsconfig.${moduleResolution}.json`);
      await writeFile(project, JSON.stringify(config));
      const tsc = join(root, 'node_modules/.bin/tsc');
      succeeded(spawnSync(tsc, ['-p', project], { cwd: folder, encoding: 'utf8' }));
    });

  for (const { title, file } of examples)
    it(`keeps documents inside an app: ${title}`, async (t) => {
      const app = await start(t, file);
      assert.equal(await (await fetch(app.url)).text(), 'the app');
      await keeps(app);
      const answer = await unreadable(app.url);
      assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n.*application\/problem\+json.*"invalid_request"/s);
      assert.equal(answer.split('HTTP/1.1').length, 2, answer);
      await endsAsAsked(app);
    });

  it('says in the log of an app that brings none why the records can’t be reached', async (t) => {
    const env = { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/none' };
    const { output } = await start(t, examples[0]?.file ?? '', env);
    const line = output()
      .split('\n')
      .find((text) => text.includes('the records can'));
    assert.match(line ?? output(), /"error":\{.*ECONNREFUSED/);
    assert.ok(!output().includes('hunter2'));
  });

  it('is made into a container by the file in operating.md', async (t) => {
    const instructions = parse(block('dockerfile'));
    const only = (name: string) => {
      const [found, ...more] = instructions.filter((instruction) => instruction.name === name);
      assert.ok(found && more.length === 0, `one ${name}`);
      return found;
    };
    const place = await testFolder(t);
    const { tarball } = installed.packed;
    const image = make(instructions, {
      place,
      context: dirname(tarball),
      env: { ...installed.env, npm_config_prefer_offline: 'true' },
    });
    const { HOST, DATA_DIR = '', NODE_ENV = '' } = image.environment;
    assert.equal(HOST, '0.0.0.0', 'a container is reached from outside of it');
    assert.ok(existsSync(DATA_DIR) && DATA_DIR.endsWith(only('VOLUME').words), DATA_DIR);
    assert.equal(only('STOPSIGNAL').words, 'SIGTERM');
    assert.notEqual(only('USER').words, 'root');

    const place2 = { ...installed, folder: image.folder };
    const service = await run(t, place2, programOf(only('CMD')), { DATA_DIR, NODE_ENV });
    const healthy = () => {
      const [program = '', ...words] = programOf(only('HEALTHCHECK'));
      return spawnSync(program, words, { env: { ...installed.env, PORT: new URL(service.url).port } }).status;
    };
    assert.equal(healthy(), 0);
    await endsAsAsked(service);
    assert.equal(healthy(), 1);
    const [, timeout] = /--stop-timeout (\d+)/.exec(operating) ?? [];
    assert.ok(Number(timeout) > longestStop, 'a container gets ten seconds to stop unless told otherwise');
  });

  it('is run by the unit in operating.md', { skip: needs('systemd') }, async (t) => {
    const unit = block('ini');
    const [, timeout] = /^TimeoutStopSec=(\d+)s$/m.exec(unit) ?? [];
    assert.ok(Number(timeout) > longestStop);
    const file = join(await testFolder(t), 'strongroom.service');
    await writeFile(file, unit.replaceAll('/opt/strongroom', installed.folder));
    const analyze = (...words: string[]) =>
      spawnSync('systemd-analyze', [...words, file], { encoding: 'utf8' });
    const { status, stdout, stderr } = analyze('verify');
    assert.deepEqual([status, stdout, stderr], [0, '', '']);
    // Of ten, less is safer; the threshold is in tenths of that.
    succeeded(analyze('security', '--offline=true', '--threshold=15', '--no-pager'));
  });

  const start = (t: TestContext, file: string, settings = {}) =>
    run(t, installed, [process.execPath, file], settings);
});

function linksOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target));
}

/** All that is answered to what is no request. */
async function unreadable(url: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.end('no request\r\n\r\n');
  return text(socket);
}
