import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FirstLook } from './first-look.ts';
import type { Log } from './log.ts';
import { type Check, judged, reported, type StoreDoctor } from './objects/doctor.ts';

const broken = judged('acl', true, { result: 'fails', detail: 'dropped' });
const unknown = judged('put', true, { result: 'unknown', detail: 'not asked' });
const fine = judged('put', true, { result: 'works', detail: 'stored' });

/** A look at a store whose examinations find these things, one after the other. */
function lookAt(found: readonly (readonly Check[])[]) {
  const stopping = new AbortController();
  const warnings: string[] = [];
  const cheap: unknown[] = [];
  const doctor: StoreDoctor = {
    async examine(options) {
      options?.signal?.throwIfAborted();
      cheap.push(options?.cheap);
      return reported([...(found[cheap.length - 1] ?? assert.fail('asked once too often'))]);
    },
    policy: () => null,
    fixCors: async () => null,
  };
  const warn = (facts: object) => void warnings.push((facts as { check?: string }).check ?? 'error');
  const log = { warn } as Partial<Log> as Log;
  const look = new FirstLook({
    doctor: async () => doctor,
    log,
    signal: stopping.signal,
    askedAgainAfter: 1,
  });
  return { look, stopping, warnings, cheap };
}

test('it asks again until all that is needed is known, and tells each fault once', async () => {
  const { look, warnings, cheap } = lookAt([
    [broken, unknown],
    [broken, unknown],
    [broken, fine],
  ]);
  await look.look();
  assert.deepEqual([warnings, look.faults], [['acl'], [broken]]);
  while (cheap.length < 3) await sleep(1);
  await look.settled();
  await sleep(20);
  assert.deepEqual(cheap, [true, true, true]);
  assert.deepEqual(warnings, ['acl']);
});

test('a fault that is mended is no fault any more', async () => {
  const { look, cheap } = lookAt([[broken, unknown], [fine]]);
  await look.look();
  while (cheap.length < 2) await sleep(1);
  await look.settled();
  assert.deepEqual(look.faults, []);
});

test('a stop ends it without a word', async () => {
  const { look, stopping, warnings, cheap } = lookAt([[unknown], [unknown]]);
  await look.look();
  stopping.abort();
  await sleep(20);
  await look.look();
  assert.deepEqual([cheap.length, warnings], [1, []]);
});
