/** What a page loads for an element: how much, and from where. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const elements = fileURLToPath(new URL('../dist/elements/', import.meta.url));

/** The file and everything that it imports before it runs. */
function loaded(file: string, files = new Set<string>()): Set<string> {
  if (files.has(file)) return files;
  files.add(file);
  const source = readFileSync(file, 'utf8');
  for (const [, from] of source.matchAll(
    /(?:^|[;}\s])(?:import|export)\s*(?:[^'"();]*?from\s*)?["']([^"']+)["']/g,
  )) {
    if (!from?.startsWith('.')) assert.fail(`${file} loads ${from}, which is not of this package`);
    loaded(join(dirname(file), from), files);
  }
  return files;
}

const kibibytes = (file: string) =>
  [...loaded(join(elements, file))].reduce((sum, each) => sum + gzipSync(readFileSync(each)).length, 0) /
  1024;

for (const [file, most] of [
  ['uploader.js', 40],
  ['documents.js', 45],
  ['actions.js', 40],
] as const) {
  test(`${file} with Lit, the client and all else it begins with is at most ${most} KiB gzipped`, () => {
    const size = kibibytes(file);
    assert.ok(size > 10, 'what it loads was found');
    assert.ok(size <= most, `${file} is ${size.toFixed(1)} KiB`);
  });
}

test('the elements name no other place to load anything from', () => {
  for (const file of loaded(join(elements, 'index.js'))) {
    const places = readFileSync(file, 'utf8').match(/https?:\/\/(?!www\.w3\.org\/)[\w.-]+/g) ?? [];
    assert.deepEqual(places, [], file);
  }
});
