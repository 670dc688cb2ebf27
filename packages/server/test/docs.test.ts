/** What the pages say, held to the tree and to the settings. docs/errors.md is held by src/errors.test.ts. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commands } from '../src/cli/commands.ts';
import { type Document, mayFollow, type State, states } from '../src/documents/document.ts';
import { presentDocument } from '../src/http/present.ts';
import { readSettings } from '../src/settings.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const code = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

/** The rows of a page's table whose first heading is `heading`: of each cell, what stands in it as code. */
function table(page: string, heading: string): string[][][] {
  const [, lines = ''] =
    new RegExp(`\\n\\| ${heading} \\|.*\\n\\|---.*\\n((?:\\|.*\\n)+)`).exec(read(page)) ?? [];
  const rows = lines.trim().split('\n');
  return rows.map((line) => line.split('|').slice(1, -1).map(code));
}

/** Each row's settings and, where they can be written, their defaults. */
const rows = table('docs/operating.md', 'setting').map(([names = [], defaults = []]) => ({
  names,
  defaults,
}));

const cwd = join(tmpdir(), 'no-such-folder-for-docs');

test('cli.md has every command, and no option that none takes', () => {
  const page = read('docs/cli.md');
  const named = [...page.matchAll(/`strongroom ([a-z]+)/g)].map(([, name = '']) => name);
  assert.deepEqual([...new Set(named)].sort(), commands.map(({ name }) => name).sort());
  const known = new Set(commands.flatMap(({ options }) => options.map(({ name }) => name)));
  const used = [...page.matchAll(/ `?--([a-z-]+)/g)].map(([, name = '']) => name);
  assert.deepEqual(
    used.filter((name) => !known.has(name) && name !== 'help'),
    [],
  );
});

test('operating.md has every setting that is read, and no other', async () => {
  const asked = new Set<string>();
  const env = new Proxy({} as Record<string, string | undefined>, {
    get: (_, name) => void asked.add(String(name)),
  });
  await readSettings(env, { cwd });
  // AWS's own name; the row of S3_REGION says when it counts.
  asked.delete('AWS_REGION');
  assert.deepEqual(rows.flatMap(({ names }) => names).sort(), [...asked].sort());
});

test('the defaults that operating.md tells are the defaults', async () => {
  const s3 = { S3_BUCKET: 'documents', S3_ENDPOINT: 'http://127.0.0.1:7480' };
  const { settings: untold } = await readSettings(s3, { cwd });
  const told = rows.filter(({ defaults }) => defaults.length > 0);
  for (const { names, defaults } of told) {
    assert.equal(names.length, defaults.length, names.join(' '));
    for (const [i, name] of names.entries()) {
      const { settings } = await readSettings({ ...s3, [name]: defaults[i] }, { cwd });
      assert.deepEqual(settings, untold, `${name}=${defaults[i]}`);
    }
  }
  assert.ok(told.length > 8, 'the table was not found');
});

test('operating.md’s config file is taken, and its times are the defaults', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'strongroom-docs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [, example = ''] = /```ts\n(.+?)```/s.exec(read('docs/operating.md')) ?? [];
  await writeFile(join(folder, 'strongroom.config.ts'), example);
  const { settings } = await readSettings({}, { cwd: folder });
  const { settings: standard } = await readSettings({}, { cwd });
  assert.deepEqual(settings.lifecycle, standard.lifecycle);
  assert.deepEqual(settings.timeouts, standard.timeouts);
  assert.equal(settings.keyTemplate, standard.keyTemplate);
  assert.deepEqual(
    settings.documentTypes.map(({ id, trashFor }) => [id, trashFor]),
    [
      ['id', standard.documentTypes[0]?.trashFor],
      ['selfie', 0],
    ],
  );
});

test('the states in api.md, and what may follow each, are those of the machine', () => {
  const told = table('docs/api.md', 'state').map(([[state = ''] = [], following = []]) => ({
    state,
    following,
  }));
  assert.deepEqual(told.map(({ state }) => state).toSorted(), states.toSorted());
  for (const { state, following } of told) {
    const machine = states.filter((to) => mayFollow(state as State, to));
    assert.deepEqual(following.toSorted(), machine.toSorted(), state);
  }
});

test('the document that api.md shows has the members that are answered, in their order', () => {
  const [, example = ''] = /\n## Documents\n\n```json\n(.+?)```/s.exec(read('docs/api.md')) ?? [];
  const shown = JSON.parse(example);
  const times = { createdAt: new Date(shown.createdAt), updatedAt: new Date(shown.updatedAt) };
  const { path, ...storage } = shown.storage;
  assert.equal(
    JSON.stringify(presentDocument({ ...shown, storage, ...times } as Document, () => path)),
    JSON.stringify(shown),
  );
});

test('every link between the pages leads to a file, and to a heading where it names one', () => {
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root });
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = '']) => target)
      .filter((target) => !/^[a-z]+:/.test(target))
      .map((target) => ({ page, target })),
  );
  assert.ok(links.length > 10);
  for (const { page, target } of links) {
    const [file = '', heading] = target.split('#');
    const path = file === '' ? page : join(dirname(page), file);
    assert.ok(existsSync(join(root, path)), `${page} leads to ${target}, which is not there`);
    if (heading !== undefined) assert.ok(headingsOf(path).includes(heading), `${page} leads to ${target}`);
  }
});

/** The headings of a page, as links name them. */
function headingsOf(page: string): string[] {
  const titles = [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\d _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('no two decisions have one number', () => {
  const numbers = globSync('docs/decisions/*.md', { cwd: root }).map((page) => /\d{4}/.exec(page)?.[0]);
  assert.deepEqual(numbers.toSorted(), [...new Set(numbers)].toSorted());
});

test('what ARCHITECTURE.md names in the tree is there', () => {
  const [, tree = ''] = /\n## Rooms\n\n```\n(.+?)```/s.exec(read('ARCHITECTURE.md')) ?? [];
  const [server = '', ...others] = tree.split(/^(?=\S)/m);
  const inServer = [...server.matchAll(/^ {2}(\S+)(?: +(\S+\/)(?= ))?/gm)].flatMap(
    ([, path = '', second]) => [
      join('packages/server', path),
      ...(second === undefined ? [] : [join('packages/server', dirname(path), second)]),
    ],
  );
  const paths = [...inServer, ...others.map((line) => line.split(' ', 1)[0] ?? '')];
  assert.ok(paths.length > 15, paths.join(' '));
  for (const path of paths) assert.ok(existsSync(join(root, path)), `${path} is not there`);
  const rooms = globSync('packages/server/src/*/', { cwd: root }).map((path) => path.replace(/\/$/, ''));
  for (const room of rooms)
    assert.ok(
      inServer.some((path) => path.replace(/\/$/, '') === room),
      `${room} is missing in the tree`,
    );
});
