/** The client as it is published: built, installed in an empty folder, compiled against, run on the Node that is there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { publint } from 'publint';
import { minify } from 'vite';
import { pdf } from '../../server/test/fixtures/make.ts';
import { startServer, testFolder } from '../../server/test/harness.ts';
import { buildPackage } from '../build.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = await testFolder({ after });
const installed = join(folder, 'node_modules/@strongroom/client');
await buildPackage(join(folder, 'built'));
await mkdir(join(installed, '..'), { recursive: true });
await cp(join(folder, 'built'), installed, { recursive: true });
await writeFile(join(folder, 'package.json'), '{"type":"module"}');

const readme = await readFile(join(installed, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/```ts\n(.+?)```/gs)].map(([, code = ''], at) => ({
  name: `example-${at + 1}`,
  code,
}));

/** The system's Node, where there is one: mostly an older one than ours. */
const systemNodes = ['/usr/local/bin/node', '/usr/bin/node'].filter((path) => existsSync(path)).slice(0, 1);

function compiled(files: readonly string[], options: Readonly<Record<string, unknown>>) {
  const config = {
    compilerOptions: {
      ...{ target: 'es2022', strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
      ...{ declaration: false, outDir: 'out', rootDir: '.', ...options },
    },
    files,
  };
  return writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config)).then(() =>
    spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { cwd: folder, encoding: 'utf8' }),
  );
}

/** Bytes of each file that browsers load. */
const sizes: Record<string, number> = {};
const node = { types: ['node'], typeRoots: [join(root, 'node_modules/@types')], lib: ['es2022'] };
const browser = { types: [], lib: ['es2022', 'dom'] };

describe('the package of the client', () => {
  it('is what publint asks of a package, and depends on nothing', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    assert.deepEqual(messages, []);
    const { dependencies, devDependencies, imports } = createRequire(import.meta.url)(
      join(installed, 'package.json'),
    );
    assert.deepEqual([dependencies, devDependencies, imports], [undefined, undefined, undefined]);
    const loads = (file: string) =>
      [...readFileSync(join(installed, file), 'utf8').matchAll(/(?:\bfrom |\bimport\()"([^"]+)"/g)].map(
        ([, from = '']) => from,
      );
    assert.deepEqual(
      loads('node.js').filter((from) => !from.startsWith('node:')),
      [],
    );
    const chunks = globSync('chunks/*.js', { cwd: installed });
    assert.ok(chunks.length > 0);
    for (const from of ['browser.js', ...chunks].flatMap(loads))
      assert.match(from, /^\.\/(chunks\/)?[\w-]+\.js$|^\.\.\/browser\.js$/);
  });

  it('is small, and loads the rest when an upload needs it', async (t) => {
    await Promise.all(
      ['browser.js', ...globSync('chunks/*.js', { cwd: installed })].map(async (file) => {
        const { code } = await minify(file, readFileSync(join(installed, file), 'utf8'), { module: true });
        sizes[file] = gzipSync(code).length;
      }),
    );
    t.diagnostic(`${JSON.stringify(sizes)} bytes, minified and gzipped`);
    const { 'browser.js': own = 0, 'chunks/shared.js': shared = 0, ...rest } = sizes;
    assert.ok(own > 0 && shared > 0 && own + shared < 8_000, `${own + shared} bytes`);
    for (const [file, size] of Object.entries(rest)) assert.ok(size < 3_000, `${file}: ${size} bytes`);
  });

  for (const [name, options] of Object.entries({
    'node16, in Node': { module: 'node16', moduleResolution: 'node16', ...node },
    'nodenext, in Node': { module: 'nodenext', moduleResolution: 'nodenext', ...node },
    'bundler, in Node': { module: 'esnext', moduleResolution: 'bundler', ...node },
    'bundler, in a browser': { module: 'esnext', moduleResolution: 'bundler', ...browser },
  }))
    it(`has types that hold by themselves, found by ${name}`, async () => {
      const inBrowser = name.endsWith('browser');
      const used = examples.filter(({ code }) => !inBrowser || !code.includes('process.env'));
      assert.ok(used.length > 0);
      await Promise.all(used.map(({ name, code }) => writeFile(join(folder, `${name}.ts`), code)));
      const { status, stdout } = await compiled(
        used.map(({ name }) => `${name}.ts`),
        options,
      );
      assert.equal(status, 0, stdout);
    });

  it('refuses at compile time what the service would refuse', async () => {
    const wrong = `import { Strongroom } from '@strongroom/client';
const strongroom = new Strongroom({ url: 'http://127.0.0.1' });
await strongroom.upload(new Blob(), { recordId: 'r' });
strongroom.list({ sort: 'colour' });
await strongroom.update('id', { size: 1 }, { revision: 1 });
`;
    await writeFile(join(folder, 'wrong.ts'), wrong);
    const { stdout } = await compiled(['wrong.ts'], { module: 'nodenext', ...node });
    const lines = [...stdout.matchAll(/^wrong\.ts\((\d)/gm)].map(([, line]) => line);
    assert.deepEqual([...new Set(lines)], ['3', '4', '5'], stdout);
  });

  for (const program of [process.execPath, ...systemNodes])
    it(`does what its README says, on ${program === process.execPath ? 'our Node' : program}`, async (t) => {
      const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout.trim();
      t.diagnostic(version);
      const { url, key } = await startServer(t);
      const place = join(folder, `run-${version}`);
      await mkdir(place);
      await writeFile(join(place, 'passport.pdf'), pdf());
      await Promise.all(examples.map(({ name, code }) => writeFile(join(folder, `${name}.ts`), code)));
      const { status, stdout } = await compiled(
        examples.map(({ name }) => `${name}.ts`),
        { module: 'nodenext', ...node, lib: ['es2022', 'dom'] },
      );
      assert.equal(status, 0, stdout);
      const said = examples.map(({ name }) => {
        const ran = spawnSync(program, [join(folder, 'out', `${name}.js`)], {
          cwd: place,
          encoding: 'utf8',
          env: { STRONGROOM_URL: url, STRONGROOM_API_KEY: key },
        });
        assert.deepEqual([ran.status, ran.stderr], [0, ''], `${name}: ${ran.stderr}`);
        return ran.stdout;
      });
      const text = said.join('');
      assert.match(text, /^[0-9a-f-]{36} file:\/\//);
      assert.match(text, new RegExp(`passport\\.pdf ${pdf().length}\n.*without credentials: http`));
      assert.match(text, /send one of \[/);
    });

  for (const program of systemNodes)
    it(`goes on with a large file, on ${program}`, async (t) => {
      const { url, key } = await startServer(t);
      const place = await testFolder(t);
      await writeFile(join(place, 'large.pdf'), Buffer.alloc(9 * 2 ** 20, pdf()));
      const script = join(folder, 'large.js');
      await writeFile(
        script,
        `import { fileOf, Strongroom } from '@strongroom/client';
const strongroom = new Strongroom({ url: process.env.STRONGROOM_URL, token: process.env.STRONGROOM_API_KEY });
const upload = strongroom.startUpload(await fileOf('large.pdf'), {
  ...{ recordId: 'inquiry-1', type: 'contract', chunkSize: 2 ** 20 },
  onProgress({ sent }) {
    if (sent < 3e6 || paused) return;
    paused = true;
    upload.pause();
    setTimeout(() => upload.resume(), 50);
  },
});
let paused = false;
const { size } = await upload.done;
console.log(upload.transport, size, paused);
`,
      );
      const env = { STRONGROOM_URL: url, STRONGROOM_API_KEY: key };
      const { stdout, stderr } = spawnSync(program, [script], { cwd: place, encoding: 'utf8', env });
      assert.deepEqual([stdout, stderr], [`tus ${9 * 2 ** 20} true\n`, '']);
    });
});
