/** The elements as they are published: built, installed in an empty folder, compiled against in each way, bundled. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { build } from 'vite';
import { buildPackage as buildClient } from '../../client/build.ts';
import { testFolder } from '../../server/test/harness.ts';
import { buildPackage } from '../package.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const folder = await testFolder({ after });
const modules = join(folder, 'node_modules');
const installed = join(modules, '@strongroom/ui');
await buildClient(join(modules, '@strongroom/client'));
buildPackage(installed, join(modules, '@strongroom/client'));
await mkdir(join(modules, '@types'));
for (const name of [
  'lit',
  'lit-html',
  'lit-element',
  '@lit',
  '@types/react',
  'csstype',
  '@types/trusted-types',
]) {
  await symlink(join(root, 'node_modules', name), join(modules, name));
}
await writeFile(join(folder, 'package.json'), '{"type":"module"}');
await writeFile(
  join(folder, 'app.ts'),
  `import { configure, setWords, StrongroomUploader } from '@strongroom/ui';
import '@strongroom/ui/documents';
configure({ server: 'https://documents.example.com', token: async () => 'sg_x' });
setWords({ 'uploader.send': { one: 'Senden', other: '{count} senden' } });
// @ts-expect-error: no such key
setWords({ 'uploader.nothing': '' });
const uploader: StrongroomUploader = document.createElement('strongroom-uploader');
uploader.maxFiles = 2;
uploader.addEventListener('strongroom-uploaded', ({ detail }) => detail.document.id.toUpperCase());
document.querySelector('strongroom-documents')?.reload();
`,
);
await writeFile(
  join(folder, 'page.tsx'),
  `import '@strongroom/ui/react';
export const page = (
  <main>
    <strongroom-uploader record-id="1" multiple onstrongroom-uploaded={({ detail }) => void detail.document.id} />
    <strongroom-documents recordId="1" hrefFor={({ id }) => id} />
    {/* @ts-expect-error: no such sort */}
    <strongroom-documents sort="name" />
  </main>
);
`,
);

describe('the package of the elements', () => {
  it('is what publint asks of a package', async () => {
    const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
    assert.deepEqual(messages, []);
    const files = globSync('**/*', { cwd: installed });
    assert.deepEqual(
      files.filter((file) => /\.test\.|console|tsconfig/.test(file) && !file.startsWith('words')),
      [],
    );
  });

  for (const [moduleResolution, module] of [
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ] as const) {
    it(`has types, JSX's too, by ${moduleResolution}`, async () => {
      const compilerOptions = {
        ...{
          moduleResolution,
          module,
          target: 'es2022',
          lib: ['es2022', 'dom', 'dom.iterable'],
          jsx: 'react-jsx',
        },
        ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, types: [], skipLibCheck: true },
      };
      await writeFile(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions, files: ['app.ts', 'page.tsx'] }),
      );
      const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
      assert.equal(tsc.stdout, '');
    });
  }

  it('bundles, one element without the others', async () => {
    await writeFile(join(folder, 'one.js'), "import '@strongroom/ui/actions';");
    const outDir = join(folder, 'out');
    await build({
      configFile: false,
      logLevel: 'error',
      root: folder,
      build: {
        outDir,
        target: 'es2022',
        lib: { entry: join(folder, 'one.js'), formats: ['es'], fileName: () => 'one.js' },
      },
    });
    const one = await readFile(join(outDir, 'one.js'), 'utf8');
    assert.match(one, /strongroom-actions/);
    assert.doesNotMatch(one, /strongroom-uploader"/);
  });
});
