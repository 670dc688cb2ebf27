/** The house as ARCHITECTURE.md draws it, held to the import lines. A failure prints each broken rule with its reason. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  broken,
  circles,
  type Import,
  importsOf,
  type ModuleRule,
  processLines,
  type Rule,
} from './architecture.ts';

const everyone = ['errors.ts', 'log.ts'];
const objectPort = [
  'objects/object-store.ts',
  'objects/resumable-objects.ts',
  'objects/direct-uploads.ts',
  'objects/self-description.ts',
];
const recordPort = ['records/document-records.ts', 'records/upload-records.ts'];
const ports = [...objectPort, ...recordPort];
const anything = [''];

const rules: readonly Rule[] = [
  {
    files: 'http/',
    may: ['http/', 'documents/', 'access/', ...everyone],
    types: ['settings.ts', ...objectPort],
    because: 'a door turns HTTP into calls of the rules and back; what else it needs, compose.ts hands to it',
  },
  {
    files: 'documents/',
    may: ['documents/', ...ports, 'objects/keys.ts', 'inspection/', ...everyone],
    types: ['settings.ts'],
    because: 'the rules know the ports, never who stands behind them, and no door',
  },
  {
    files: 'lifecycle/',
    may: ['lifecycle/', 'documents/', ...ports, ...everyone],
    types: ['settings.ts'],
    because: 'a chore is a few lines around the rules and the ports',
  },
  {
    files: 'access/',
    may: ['access/', 'documents/permissions.ts', ...everyone],
    types: ['documents/document.ts'],
    because: 'who calls is decided without knowing what is asked for; what can be allowed, the rules say',
  },
  {
    files: 'inspection/',
    may: ['inspection/', ...everyone],
    because: 'what a file is, is read from its bytes and name alone',
  },
  {
    files: 'objects/',
    may: ['objects/', ...everyone],
    because: 'a store knows bytes, keys and metadata, nothing of documents or records',
  },
  {
    files: 'objects/s3',
    may: ['objects/', ...everyone],
    types: ['settings.ts'],
    because: 'an adapter knows the port it implements and its own settings',
  },
  {
    files: 'objects/object-store.ts',
    may: objectPort,
    because: 'a port knows no adapter',
  },
  {
    files: 'objects/resumable-objects.ts',
    may: objectPort,
    types: ['documents/document.ts'],
    because: 'a port knows no adapter; its state is kept as JSON by whoever calls',
  },
  {
    files: 'records/document-records.ts',
    may: ['errors.ts'],
    types: ['documents/document.ts', 'records/upload-records.ts'],
    because: 'a port knows no adapter; of the rules it knows what a document is',
  },
  {
    files: 'records/',
    may: ['records/', 'documents/document.ts', 'documents/uuid.ts', ...everyone],
    types: [
      'access/key-records.ts',
      'access/revocation-records.ts',
      'access/sign-in-records.ts',
      'objects/resumable-objects.ts',
    ],
    because:
      'an adapter knows the ports it implements, what a document is, and what a store says of its parts',
  },
  {
    files: 'settings',
    may: ['settings.ts', 'settings/', 'objects/keys.ts', ...everyone],
    types: anything,
    because: 'settings are read before anything runs; they only describe it',
  },
  {
    files: 'telemetry/',
    may: ['telemetry/', ...everyone],
    types: [
      'http/request-observer.ts',
      'lifecycle/lifecycle.ts',
      'documents/document.ts',
      'objects/buffer-budget.ts',
      'records/records.ts',
      'settings.ts',
      ...ports,
    ],
    because: 'who measures knows what is said of the work, and stands outside of it',
  },
  {
    files: 'cli/',
    may: [
      ...[
        'cli/',
        'compose.ts',
        'main.ts',
        'settings.ts',
        'settings/values.ts',
        'access/',
        'objects/doctor.ts',
      ],
      ...everyone,
    ],
    types: ['documents/policy.ts'],
    because: 'a command calls what compose.ts makes and knows no adapter',
  },
  {
    files: 'main.ts',
    may: ['cli/', 'compose.ts', 'settings.ts', 'access/', ...everyone],
    because: 'the process starts what compose.ts makes and knows no adapter',
  },
  { files: 'compose.ts', may: anything, because: 'the one file that names everything' },
  {
    files: 'index.ts',
    may: ['compose.ts', 'settings.ts', ...everyone],
    types: ['settings/'],
    because: 'what the package offers an app is put together elsewhere',
  },
  {
    files: 'checkup.ts',
    may: [...ports, 'deployment.ts', 'objects/doctor.ts', ...everyone],
    types: ['access/key-records.ts', 'settings.ts'],
    because: 'it asks the records through their ports, and answers as the doctor does',
  },
  {
    files: 'service.ts',
    may: ['one-life.ts', ...everyone],
    types: anything,
    because: 'it knows its parts by what they promise, and only in which order they begin and end',
  },
  {
    files: 'trials.ts',
    may: ['settings/trial.ts', ...everyone],
    types: ['objects/doctor.ts', 'settings.ts'],
    because: 'it reads what was typed in and asks whichever doctor it is given',
  },
  {
    files: 'groundwork.ts',
    may: [...ports, 'access/', 'boot.ts', 'deployment.ts', ...everyone],
    types: ['records/records.ts', 'settings.ts'],
    because: 'it settles what the service keeps of itself, through the ports',
  },
  {
    files: 'first-look.ts',
    may: everyone,
    types: ['objects/doctor.ts'],
    because: 'it asks whichever doctor it is given',
  },
  ...['boot.ts', 'deployment.ts', 'readiness.ts'].map((files) => ({
    files,
    may: [...ports, 'deployment.ts', ...everyone],
    types: ['access/key-records.ts', 'records/records.ts'],
    because: 'what compose.ts is helped by knows the ports only',
  })),
  { files: 'errors.ts', may: [], because: 'everything imports the errors; they import nothing' },
  { files: 'log.ts', may: [], because: 'everything may log; the log imports nothing' },
];

const modules: readonly ModuleRule[] = [
  { module: 'fastify', only: 'http/' },
  { module: 'typebox', only: 'http/' },
  { module: '@aws-sdk/', only: 'objects/s3' },
  { module: 'undici', only: 'objects/s3' },
  { module: 'pg', only: 'records/postgres' },
  { module: 'node:sqlite', only: 'records/sqlite' },
  { module: '@opentelemetry/', only: 'telemetry/opentelemetry' },
  { module: 'file-type', only: 'inspection/' },
  { module: '@strongroom/client', only: 'cli/client.ts' },
];

/** Adapters of one port stand apart: what two of them share lies in a file of neither's name. */
const apart = [
  ['objects/disk', 'objects/s3'],
  ['records/sqlite', 'records/postgres'],
];

const root = fileURLToPath(new URL('../../../', import.meta.url));
const exclude = (path: string) => ['node_modules', '.git', 'data', 'dist'].includes(basename(path));
const find = (pattern: string) => globSync(pattern, { cwd: root, exclude });
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const isTest = (file: string) => file.endsWith('.test.ts');
const house = 'packages/server/src/';
const imports = find(`${house}**/*.ts`)
  .filter((file) => !isTest(file))
  .flatMap((file) => importsOf(file.slice(house.length), read(file)));

const none = (lines: readonly string[]) => assert.equal(lines.join('\n'), '');

describe('the house', () => {
  it('imports only along the table', () => {
    assert.ok(imports.length > 100, 'the import lines were found');
    none(broken(imports, rules, modules));
  });

  it('keeps the adapters of one port apart', () => {
    const pairs = apart.flatMap(
      ([one = '', other = '']) =>
        [
          [one, other],
          [other, one],
        ] as const,
    );
    const crossing = imports.filter(({ from, to }) =>
      pairs.some(([one, other]) => from.startsWith(one) && to.startsWith(other)),
    );
    none(crossing.map(({ from, to }) => `${from} imports ${to}: adapters of one port stand apart`));
  });

  it('loads nothing at a start that costs more than it brings', () => {
    const costs = new Map([
      ['typebox', 'http/schema.ts makes the same schemas; the package is 370 modules, 20 MiB'],
      ['node:http', 'imported it brings fetch along, 13 MiB; process.getBuiltinModule does not'],
    ]);
    const loaded = imports.filter(
      ({ from, to, typeOnly }) => !typeOnly && costs.has(to) && !from.startsWith('http/openapi/'),
    );
    none(loaded.map(({ from, to }) => `${from} imports ${to}: ${costs.get(to)}`));
  });

  it('has no circle of imports', () => none(circles(imports)));

  it('touches the process only in main.ts, bin/ and cli/', () => {
    const others = find('packages/*/src/**/*.ts').filter(
      (file) => !isTest(file) && !/^packages\/[^/]+\/src\/(main\.ts|cli\/)/.test(file),
    );
    none(others.flatMap((file) => processLines(read(file)).map((line) => `${file}: ${line}`)));
  });

  it('names no file by its URL that is called otherwise once it is built', () => {
    const named = /new URL\([^)]*\.ts['"`]/;
    none(
      find(`${house}**/*.ts`)
        .filter((file) => !isTest(file) && named.test(read(file)))
        .map((file) => `${file}: the compiler renames what is imported, not what a URL names`),
    );
  });

  it('has no drawer for what has no name', () => {
    const drawers = find('packages/**').filter((path) =>
      /\/(core|common|types|helpers|utils)(\/|\.ts$|$)/.test(path),
    );
    none(drawers.map((path) => `${path}: name it after what it does`));
  });

  it('loads what most never use only when it is used', () => {
    const late = ['telemetry/opentelemetry.ts', 'objects/s3.ts'];
    const early = find(`${house}**/*.ts`).flatMap((file) =>
      late.filter(
        (each) =>
          !isTest(file) &&
          new RegExp(`^import (?!type).*/${each.replaceAll('.', '\\.')}'`, 'm').test(read(file)),
      ),
    );
    none(early.map((each) => `${each} is loaded at the start, by everybody`));
    for (const each of late)
      assert.ok(read(`${house}compose.ts`).includes(`await import('./${each}')`), `${each} is never loaded`);
  });

  it('needs nothing from outside its tree', () => {
    const outside = ['..', 'shared'].join('/');
    const files = ['{packages,bench,docs}/**', '*', '.ci/*']
      .flatMap(find)
      .filter((file) => /\.(ts|js|json|md)$|^\.ci\/|\/(bin|engines)\/[^.]+$/.test(file));
    assert.ok(files.some(isTest) && files.includes('.ci/run'), 'the files were found');
    none(files.filter((file) => read(file).includes(outside)));
  });
});

describe('the reader of imports', () => {
  const all = (source: string) => importsOf('http/a.ts', source);

  it('finds every kind', () => {
    assert.deepEqual(
      all(`import { x } from './b.ts';
import type { Y } from '../documents/c.ts';
import z, { type Z } from '../errors.ts';
import {
  one,
  two,
} from '../records/d.ts';
export * from './e.ts';
export { f } from './f.ts';
import './g.ts';
import * as pg from 'pg';
const late = await import('../objects/h.ts');
new Worker(new URL(\`./i\${extname(import.meta.filename)}\`, import.meta.url));
`).map(({ to, typeOnly }) => (typeOnly ? `type ${to}` : to)),
      [
        'http/b.ts',
        'type documents/c.ts',
        'errors.ts',
        'records/d.ts',
        'http/e.ts',
        'http/f.ts',
        'pg',
        'http/g.ts',
        'objects/h.ts',
        'http/i.ts',
      ],
    );
  });

  it('is not misled by words that look like one', () => {
    assert.deepEqual(all("export const from = 'x';\n// import { a } from './b.ts'\n"), []);
  });
});

describe('the holder of the rules', () => {
  const line = (from: string, to: string, typeOnly = false): Import => ({ from, to, typeOnly });
  const held = (...lines: Import[]) => broken(lines, rules, modules);

  it('lets pass what the table allows', () => {
    none(
      held(
        line('http/a.ts', 'documents/documents.ts'),
        line('http/a.ts', 'settings.ts', true),
        line('compose.ts', 'objects/s3.ts'),
        line('records/postgres.ts', 'pg'),
        line('objects/s3.ts', 'undici'),
      ),
    );
  });

  for (const [wrong, reason] of [
    [line('http/a.ts', 'objects/s3.ts'), /a door/],
    [line('http/a.ts', 'settings.ts'), /a door/],
    [line('documents/a.ts', 'records/sqlite.ts'), /never who stands behind/],
    [line('documents/a.ts', 'http/b.ts', true), /no door/],
    [line('records/document-records.ts', 'records/postgres.ts'), /a port knows no adapter/],
    [line('main.ts', 'objects/disk.ts'), /no adapter/],
    [line('http/a.ts', 'pg'), /only records\/postgres\* may know pg/],
    [line('attic/a.ts', 'errors.ts'), /no rule/],
  ] as const) {
    it(`catches ${wrong.from} → ${wrong.to}`, () => assert.match(held(wrong).join('\n'), reason));
  }

  it('catches a circle, but not one of types', () => {
    const there = line('documents/a.ts', 'documents/b.ts');
    assert.deepEqual(circles([there, line('documents/b.ts', 'documents/a.ts')]), [
      'documents/a.ts → documents/b.ts → documents/a.ts',
    ]);
    assert.deepEqual(circles([there, line('documents/b.ts', 'documents/a.ts', true)]), []);
  });

  it('catches the process and the console, but not a comment on them', () => {
    const source =
      'const a = process.env.A; // process.exit\n * process.exit\nconsole.log(a);\nprocessAll();\n';
    assert.deepEqual(processLines(source), ['const a = process.env.A;', 'console.log(a);']);
  });
});
