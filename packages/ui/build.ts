/**
 * `npm run build`: what browsers load, into dist/: elements/ (for apps), console/ (served at `/`), frame/ (the sandboxed
 * page in which previews run). `.built` is touched last; build-if-stale compares the sources with it.
 */
import { globSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, type InlineConfig } from 'vite';

const here = import.meta.dirname;
const source = join(here, 'src');
const made = join(here, 'dist');

/** One module for each element, and one with all of them; what several share is a file of its own. */
const elements = Object.fromEntries([
  ['index', join(source, 'index.ts')],
  ...globSync('elements/*/*.ts', { cwd: source })
    .filter((file) => basename(file, '.ts') === basename(join(file, '..')))
    .map((file) => [basename(file, '.ts'), join(source, file)]),
]);

const shared: InlineConfig = { configFile: false, logLevel: 'error' };

async function main(): Promise<void> {
  rmSync(made, { recursive: true, force: true });
  await build({
    ...shared,
    root: source,
    build: {
      outDir: join(made, 'elements'),
      target: 'es2022',
      modulePreload: false,
      rollupOptions: {
        input: elements,
        preserveEntrySignatures: 'strict',
        output: { entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  });
  await build({
    ...shared,
    root: join(source, 'console'),
    base: '/ui/console/',
    build: { outDir: join(made, 'console'), target: 'es2022', modulePreload: { polyfill: false } },
  });
  await build({
    ...shared,
    root: join(source, 'frame'),
    base: './',
    build: {
      outDir: join(made, 'frame'),
      target: 'es2022',
      modulePreload: { polyfill: false },
      rollupOptions: { input: join(source, 'frame/frame.html') },
    },
  });
  writeFileSync(join(made, '.built'), '');
}

await main();
