/** The README holds everything that an app can set, hear, style and say; and nothing that is not there. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as ui from '../src/index.ts';
import { wordsPage } from './words-page.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const readme = read('README.md');
const sources = globSync('src/{connection,elements,pieces,theme}/**/*.ts', { cwd: root }).map(read);

interface ElementClass {
  readonly elementProperties: ReadonlyMap<
    string,
    { readonly attribute?: string | boolean; readonly state?: boolean }
  >;
}

const elements = Object.entries(ui)
  .filter(
    (entry): entry is [string, (typeof entry)[1] & ElementClass] =>
      'elementProperties' in (entry[1] as object),
  )
  .map(([name, { elementProperties }]) => ({
    tag: name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase(),
    properties: [...elementProperties].filter(([, { state }]) => !state),
  }));

/** The chapter of the README under this heading. */
function chapter(heading: string): string {
  const [, after] = readme.split(`## ${heading}\n`);
  assert.ok(after, `the README has a chapter ${heading}`);
  return after.split('\n## ')[0] ?? '';
}

/** What the tables of a chapter name in their column. */
const named = (text: string, column: number) =>
  [...text.matchAll(/^\|.*\|$/gm)].flatMap(([row]) =>
    [...(row.split('|')[column] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
  );

const everywhere = chapter('Which service, as whom');

describe('the README', () => {
  for (const { tag, properties } of elements) {
    it(`names every attribute and property of <${tag}>`, () => {
      const own = chapter(`\`<${tag}>\``);
      const [attributes, names] = [1, 2].map((column) => [
        ...named(everywhere, column),
        ...named(own, column),
      ]);
      for (const [name, { attribute }] of properties) {
        assert.ok(names?.includes(name), `property ${name}`);
        const shown = typeof attribute === 'string' ? attribute : name.toLowerCase();
        assert.equal(attributes?.includes(shown), attribute !== false, `attribute ${shown}`);
      }
      const known = properties.map(([name]) => name);
      const more = ['lang', 'documents'];
      assert.deepEqual(
        names?.filter((name) => !known.includes(name) && !more.includes(name)),
        [],
      );
    });
  }

  it('names every event', () => {
    const events = [...read('src/connection/events.ts').matchAll(/'(strongroom-\w+)': CustomEvent/g)];
    assert.deepEqual(named(chapter('Events'), 1).toSorted(), events.map(([, name]) => name).toSorted());
  });

  it('names every part', () => {
    const parts = sources.flatMap((source) =>
      [...source.matchAll(/part="([^"]+)"/g)].flatMap(([, names = '']) => names.split(' ')),
    );
    const told = [...readme.matchAll(/^Parts: (.+)$/gm)].flatMap(([, line = '']) =>
      [...line.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? ''),
    );
    assert.deepEqual(
      [...new Set(told)].toSorted(),
      [...new Set(parts)].map((name) => name.replace(/\$\{name\}/, 'download')).toSorted(),
    );
  });

  it('names every custom property', () => {
    const used = sources.flatMap((source) => source.match(/--sr-[a-z-]+(?=[,)])/g) ?? []);
    assert.deepEqual(named(chapter('Looks'), 1).toSorted(), [...new Set(used)].toSorted());
  });

  it('leads to a page with every word', () => {
    assert.equal(read('words.md'), wordsPage(), 'npm run words brings words.md up to date');
  });
});
