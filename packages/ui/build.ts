/**
 * `npm run build`: what browsers load, into dist/: elements/ (for apps), console/ (served at `/`), frame/ (the sandboxed
 * page in which previews run). `.built` is touched last; build-if-stale compares the sources with it.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/**
 * What pdf.js fetches when a PDF asks for it, in a folder of its version. Of wasm/ only the JavaScript that stands in for it:
 * the frame may compile no WebAssembly.
 */
function copyPdfFiles(frame: string): void {
  const pdfjs = join(here, '../../node_modules/pdfjs-dist');
  const { version } = JSON.parse(readFileSync(join(pdfjs, 'package.json'), 'utf8'));
  const to = join(frame, `pdfjs-${version}`);
  mkdirSync(to, { recursive: true });
  cpSync(join(pdfjs, 'LICENSE'), join(to, 'LICENSE'));
  for (const folder of ['cmaps', 'standard_fonts', 'wasm']) {
    cpSync(join(pdfjs, folder), join(to, folder), {
      recursive: true,
      filter: (path) => !/\.wasm$|qcms|QCMS|quickjs|QUICKJS/.test(basename(path)),
    });
  }
}

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
      assetsInlineLimit: 0,
      rollupOptions: {
        input: join(source, 'frame/frame.html'),
        output: {
          assetFileNames: ({ names }) =>
            // Servers that know no .mjs would send pdf.js's worker as something that no browser runs.
            names[0]?.endsWith('.mjs') ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
        },
      },
    },
  });
  copyPdfFiles(join(made, 'frame'));
  writeFileSync(join(made, '.built'), '');
}

await main();
