/**
 * Makes packages/ui/package: the elements as they are published for apps with a bundler. Modules as they are written, in
 * JavaScript, with their types; Lit and the client are dependencies, so that an app has each once. Apps without a bundler take
 * what the service serves.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = import.meta.dirname;
const root = join(here, '../..');

/** The entries that apps import: one with all, and one for each element. */
const elements = globSync('src/elements/*/*.ts', { cwd: here }).filter(
  (file) => basename(file, '.ts') === basename(dirname(file)),
);

/** The whole package in `folder`, which is emptied before. `client` is the folder of the built client. */
export function buildPackage(folder: string, client: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  compile(folder, client);
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(client), null, 2)}\n`);
  for (const file of ['README.md', 'words.md']) cpSync(join(here, file), join(folder, file));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

function compile(folder: string, client: string): void {
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = {
    ...{ rootDir: join(here, 'src'), outDir: folder, noEmit: false, declaration: true },
    ...{ rewriteRelativeImportExtensions: true, types: [], typeRoots: [] },
    paths: {
      '@strongroom/client': [join(client, 'index.d.ts')],
      lit: [join(root, 'node_modules/lit/index.d.ts')],
      'lit/*': [join(root, 'node_modules/lit/*')],
    },
  };
  const files = ['src/index.ts', ...elements].map((file) => join(here, file));
  writeFileSync(
    config,
    JSON.stringify({ extends: join(here, 'tsconfig.json'), compilerOptions, files, include: [] }),
  );
  execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', config], { stdio: 'inherit' });
  rmSync(config);
  cpSync(join(here, 'src/react.d.ts'), join(folder, 'react.d.ts'));
  // The compiler gives `.ts` its built name in programs, not in declarations.
  for (const file of globSync('**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/(\bfrom '|\bimport\(')(\.[^']+)\.ts(')/g, '$1$2.js$3'),
    );
  }
}

function manifest(client: string): object {
  const { devDependencies, ...own } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  const { version } = JSON.parse(readFileSync(join(client, 'package.json'), 'utf8'));
  const entry = (path: string) => ({ types: `${path}.d.ts`, default: `${path}.js` });
  return {
    ...own,
    sideEffects: ['./index.js', './elements/**'],
    exports: {
      '.': entry('./index'),
      ...Object.fromEntries(
        elements.map((file) => [
          `./${basename(file, '.ts')}`,
          entry(`./${file.replace(/^src\/(.*)\.ts$/, '$1')}`),
        ]),
      ),
      './react': { types: './react.d.ts' },
      './package.json': './package.json',
    },
    dependencies: { '@strongroom/client': version, lit: devDependencies.lit },
    peerDependencies: { '@types/react': '>=19' },
    peerDependenciesMeta: { '@types/react': { optional: true } },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildPackage(join(here, 'package'), join(root, 'packages/client/dist'));
}
