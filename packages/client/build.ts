/**
 * Makes packages/client/dist: the package as it is published, with a manifest of its own. In the checkout everything runs
 * from src/. One file for Node. For browsers one, which a page can load without a bundler, and beside it in chunks/ what is
 * loaded when an upload needs it.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const here = import.meta.dirname;
const root = join(here, '../..');

/** What is loaded together lies together: what is in browser.js and needed by the others too, and what every upload needs that can go on. */
const chunks = [
  { name: 'shared', test: /src\/(attempts|error|platform\/\w+)\.ts$/ },
  {
    name: 'resumable',
    test: /src\/(transports\/(resumable|ending|settled)|places\/(keeper|fingerprint|hash|prefix|under-way|unfinished))\.ts$/,
  },
];

/** The programs alone: node.js, browser.js and chunks/, in `folder`. */
export async function buildPrograms(folder: string): Promise<void> {
  for (const platform of ['node', 'browser'])
    await build({
      configFile: false,
      logLevel: 'error',
      resolve: { alias: { '#platform': join(here, `src/platform/${platform}.ts`) } },
      build: {
        outDir: folder,
        emptyOutDir: false,
        target: 'es2022',
        minify: false,
        lib: { entry: join(here, 'src/index.ts'), formats: ['es'], fileName: () => `${platform}.js` },
        rollupOptions: {
          external: /^node:/,
          output:
            platform === 'node'
              ? { codeSplitting: false }
              : { chunkFileNames: 'chunks/[name].js', codeSplitting: { groups: chunks } },
        },
      },
    });
}

/** The whole package in `folder`, which is emptied before. */
export async function buildPackage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await buildPrograms(folder);
  buildTypes(folder);
  const own = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(own), null, 2)}\n`);
  cpSync(join(here, 'README.md'), join(folder, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
}

function buildTypes(folder: string): void {
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-p', join(here, 'tsconfig.build.json'), '--outDir', folder], { stdio: 'inherit' });
  const open = reachable(folder, 'index.d.ts');
  for (const file of globSync('**/*.d.ts', { cwd: folder })) {
    const path = join(folder, file);
    // The compiler gives `.ts` its built name in programs, not in declarations.
    if (open.has(file)) writeFileSync(path, readFileSync(path, 'utf8').replace(relativeImport, '$1$2.js$3'));
    else rmSync(path);
  }
  rmSync(join(folder, 'platform'), { recursive: true });
}

const relativeImport = /(\bfrom '|\bimport\(')(\.[^']+)\.ts(')/g;

/** The declarations that an app's compiler comes to. */
function reachable(folder: string, file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, , to = ''] of readFileSync(join(folder, file), 'utf8').matchAll(relativeImport))
    reachable(folder, normalize(join(dirname(file), `${to}.d.ts`)), found);
  return found;
}

function manifest({ imports: _imports, devDependencies: _dev, ...own }: Record<string, unknown>): object {
  return {
    ...own,
    types: './index.d.ts',
    exports: {
      '.': {
        types: './index.d.ts',
        browser: './browser.js',
        node: './node.js',
        default: './browser.js',
      },
      './package.json': './package.json',
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await buildPackage(join(here, 'dist'));
