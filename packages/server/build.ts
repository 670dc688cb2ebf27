/**
 * `npm pack` runs this first: it makes what the package holds beside bin/ and README.md, afresh and always the same.
 * What browsers load is built by packages/ui, and copied beside the programs. `--clean` takes it away again, so that nobody runs yesterday's build. In the checkout everything runs from src/.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { buildPackage } from '../client/build.ts';

const here = import.meta.dirname;
const root = join(here, '../..');
const client = join(root, 'packages/client/dist');
const made = ['dist', 'docs', 'LICENSE', 'CHANGELOG.md'];

function clean(): void {
  for (const name of made) rmSync(join(here, name), { recursive: true, force: true });
}

async function build(): Promise<void> {
  await buildPackage(client);
  execFileSync('tsc', ['-p', join(here, 'tsconfig.build.json')], { stdio: 'inherit' });
  const open = reachable('index.d.ts');
  for (const file of globSync('**/*.d.ts', { cwd: join(here, 'dist') })) {
    if (open.has(file)) writeFileSync(join(here, 'dist', file), withBuiltNames(read(file)));
    else rmSync(join(here, 'dist', file));
  }
  // Nothing that is not published is depended on: what the seam hands on stands in its place.
  cpSync(join(client, 'node.js'), join(here, 'dist/cli/client.js'));
  // Where a checkout is packed as it was cloned, nothing is built yet.
  execFileSync(join(root, 'packages/ui/build-if-stale'), { stdio: 'inherit' });
  const filter = (path: string) => basename(path) !== '.built';
  cpSync(join(root, 'packages/ui/dist'), join(here, 'dist/ui'), { recursive: true, filter });
  // The pages of a version are found beside it. What only tells how it came to be so stays in the repository.
  cpSync(join(root, 'docs'), join(here, 'docs'), {
    recursive: true,
    filter: (path) => !['decisions', 'benchmarks.md'].includes(basename(path)),
  });
  for (const name of ['LICENSE', 'CHANGELOG.md']) cpSync(join(root, name), join(here, name));
}

const read = (file: string) => readFileSync(join(here, 'dist', file), 'utf8');
const relativeImport = /(\bfrom |\bimport\()(['"])(\.[^'"]+)\.ts\2/g;

/**
 * The declarations that an app's compiler comes to from `file`. The others would be read by nobody, and name packages
 * whose types an app does not have.
 */
function reachable(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, , , to = ''] of read(file).matchAll(relativeImport))
    reachable(normalize(join(dirname(file), `${to}.d.ts`)), found);
  return found;
}

/** The compiler gives `.ts` its built name in programs, not in declarations. */
function withBuiltNames(declarations: string): string {
  return declarations.replace(relativeImport, '$1$2$3.js$2');
}

clean();
if (!process.argv.includes('--clean')) await build();
