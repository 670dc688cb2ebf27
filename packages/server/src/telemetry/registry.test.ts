import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from './registry.ts';

const lines = async (registry: Registry) => (await registry.expose()).split('\n');

test('counters and what is read are told in the text format, escaped', async () => {
  const registry = new Registry();
  const family = registry.counter('a_total', 'A \\ with\na line.', ['x', 'y']);
  family.of('1', 'q"\\\n').add();
  family.of('1', 'q"\\\n').add(2);
  family.of('2', '').add(0.5);
  registry.read('gauge', 'b', 'Read.', [], () => [[[], Number.POSITIVE_INFINITY]]);
  registry.read('gauge', 'c', 'Failing.', ['z'], () => Promise.reject(new Error('away')));
  assert.equal(
    await registry.expose(),
    `# HELP a_total A \\\\ with\\na line.
# TYPE a_total counter
a_total{x="1",y="q\\"\\\\\\n"} 3
a_total{x="2",y=""} 0.5
# HELP b Read.
# TYPE b gauge
b +Inf
# HELP c Failing.
# TYPE c gauge
`,
  );
});

test('a histogram counts up to and with each bound', async () => {
  const registry = new Registry();
  const series = registry.histogram('h_seconds', 'H.', ['x'], [0.5, 1]).of('v');
  for (const value of [0.25, 0.5, 0.75, 3]) series.observe(value);
  assert.deepEqual((await lines(registry)).slice(2, -1), [
    'h_seconds_bucket{x="v",le="0.5"} 2',
    'h_seconds_bucket{x="v",le="1"} 3',
    'h_seconds_bucket{x="v",le="+Inf"} 4',
    'h_seconds_sum{x="v"} 4.5',
    'h_seconds_count{x="v"} 4',
  ]);
});

test('label values that run together when joined stay apart', async () => {
  const registry = new Registry();
  const family = registry.counter('a_total', 'A.', ['x', 'y']);
  family.of('a', 'bc').add();
  family.of('ab', 'c').add();
  assert.equal(family.all().length, 2);
});
