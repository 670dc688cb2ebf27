import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasCode } from '../errors.ts';
import { assertMayBecome, extensionOf, listedStates, mayFollow, type State, states } from './document.ts';

/** The machine as the API describes it, written down a second time on purpose. */
const promised: readonly (readonly [State, State])[] = [
  ['receiving', 'available'],
  ['receiving', 'inspecting'],
  ['receiving', 'abandoned'],
  ['inspecting', 'available'],
  ['inspecting', 'quarantined'],
  ['inspecting', 'abandoned'],
  ['quarantined', 'available'],
  ['available', 'archived'],
  ['archived', 'available'],
  ['inspecting', 'deleted'],
  ['available', 'deleted'],
  ['archived', 'deleted'],
  ['quarantined', 'deleted'],
  ['deleted', 'inspecting'],
  ['deleted', 'available'],
  ['deleted', 'archived'],
  ['deleted', 'quarantined'],
  ['deleted', 'purging'],
  ['purging', 'purged'],
];

test('every promised move is allowed, and no other', () => {
  const allowed = states.flatMap((from) =>
    states.filter((to) => mayFollow(from, to)).map((to) => `${from} → ${to}`),
  );
  assert.deepEqual(allowed.sort(), promised.map(([from, to]) => `${from} → ${to}`).sort());
});

test('a forbidden move raises state_conflict with what is and what was wanted', () => {
  assert.throws(
    () => assertMayBecome({ id: 'x', state: 'purged' }, 'available'),
    (error) =>
      hasCode(error, 'state_conflict') &&
      error.parameters.state === 'purged' &&
      error.parameters.wanted === 'available',
  );
});

test('whatever is deleted can come back to where it was: every listed state can be deleted', () => {
  for (const state of listedStates) {
    assert.ok(mayFollow(state, 'deleted'), state);
    assert.ok(mayFollow('deleted', state), state);
  }
});

test('an extension is what follows the last dot', () => {
  assert.equal(extensionOf('a.tar.gz'), '.gz');
  assert.equal(extensionOf('README'), '');
  assert.equal(extensionOf('a.'), '');
});
