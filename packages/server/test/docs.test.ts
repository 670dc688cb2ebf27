/** What the pages say, held to the tree and to the settings. docs/errors.md is held by src/errors.test.ts. */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readSettings } from '../src/settings.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (page: string) => readFileSync(join(root, page), 'utf8');
const code = (cell: string) => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

/** The names and the literal defaults of each row of operating.md's table. */
const rows = (/\n\| setting \|.*\n\|---.*\n((?:\|.*\n)+)/.exec(read('docs/operating.md'))?.[1] ?? '')
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, names = '', defaults = '']) => ({ names: code(names), defaults: code(defaults) }));

const cwd = join(tmpdir(), 'no-such-folder-for-docs');

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
  assert.equal(settings.keyTemplate, standard.keyTemplate);
  assert.deepEqual(
    settings.documentTypes.map(({ id, trashFor }) => [id, trashFor]),
    [
      ['id', standard.documentTypes[0]?.trashFor],
      ['selfie', 0],
    ],
  );
});

test('every link between the pages leads to a file', () => {
  const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root });
  const links = pages.flatMap((page) =>
    [...read(page).matchAll(/\]\(([^)\s]+)\)/g)]
      .map((match) => (match[1] ?? '').replace(/#.*/, ''))
      .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
      .map((target) => ({ page, target })),
  );
  assert.ok(links.length > 10);
  for (const { page, target } of links)
    assert.ok(
      existsSync(join(root, dirname(page), target)),
      `${page} leads to ${target}, which is not there`,
    );
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
