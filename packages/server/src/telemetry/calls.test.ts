import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StrongroomError } from '../errors.ts';
import { type CallSpan, Calls } from './calls.ts';
import { Registry } from './registry.ts';

const aborted = new StrongroomError('aborted', { reason: 'gone' });
const missing = new StrongroomError('document_missing', { id: 'x' });
const unavailable = new StrongroomError('store_unavailable', {});
const unforeseen = new TypeError('x is not a function');

test('a call answers and raises what it did, and is counted by how it ended', async () => {
  const registry = new Registry();
  const durations = registry.histogram('calls_seconds', 'Calls.', ['operation', 'outcome'], [1]);
  const ends: unknown[] = [];
  const span: CallSpan = { end: (outcome, error) => ends.push([outcome, error]) };
  const calls = new Calls(durations, (operation) => {
    ends.push(operation);
    return span;
  });
  const act = calls.measured('act', async (error: Error | null, value: number) => {
    if (error) throw error;
    return value;
  });
  assert.equal(await act(null, 7), 7);
  for (const error of [aborted, missing, unavailable, unforeseen])
    await assert.rejects(act(error, 0), (raised) => raised === error);
  const counts = (await registry.expose()).match(/^calls_seconds_count.*$/gm);
  assert.deepEqual(counts?.toSorted(), [
    'calls_seconds_count{operation="act",outcome="aborted"} 1',
    'calls_seconds_count{operation="act",outcome="failed"} 2',
    'calls_seconds_count{operation="act",outcome="ok"} 1',
    'calls_seconds_count{operation="act",outcome="refused"} 1',
  ]);
  const [, ok, , first] = ends;
  assert.deepEqual(ok, ['ok', undefined]);
  assert.deepEqual(first, ['aborted', aborted]);
});

test('a call that raises at once is counted too', async () => {
  const durations = new Registry().histogram('calls_seconds', 'Calls.', ['operation', 'outcome'], [1]);
  const calls = new Calls(durations, null);
  const act = calls.measured('act', () => {
    throw unforeseen;
  });
  await assert.rejects(act(), unforeseen);
  assert.equal(durations.of('act', 'failed').counts[0], 1);
});
