import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Boot } from './boot.ts';
import { hasCode, StartError, StrongroomError } from './errors.ts';

const log = pino({ level: 'silent' });
const away = () => new StrongroomError('store_unavailable', {});

/** A step that fails with `failures` one after another and then succeeds. */
function step(name: 'records' | 'store', ...failures: Error[]) {
  return {
    name,
    runs: 0,
    async ready() {
      this.runs++;
      const failure = failures.shift();
      if (failure) throw failure;
    },
  };
}

test('what can be reached is ready at the first attempt', async () => {
  const boot = new Boot([step('records'), step('store')], log);
  assert.deepEqual(boot.waitingFor, ['records', 'store']);
  assert.throws(
    () => boot.assertReady(),
    (error) => hasCode(error, 'records_unavailable'),
  );
  assert.equal(await boot.attempt(), true);
  assert.deepEqual(boot.waitingFor, []);
  boot.assertReady();
});

test('a store that comes back later is tried again, and a step that is done is not done again', async () => {
  const records = step('records');
  const store = step('store', away(), away());
  const boot = new Boot([records, store], log);
  assert.equal(await boot.attempt(), false);
  assert.deepEqual(boot.waitingFor, ['store']);
  assert.throws(
    () => boot.assertReady(),
    (error) => hasCode(error, 'store_unavailable'),
  );
  await new Promise<void>((resolve, reject) => boot.goOn(resolve, reject));
  boot.assertReady();
  assert.deepEqual([records.runs, store.runs], [1, 3]);
});

test('what an operator must mend is raised at the first attempt and reported at a later one', async () => {
  await assert.rejects(
    new Boot([step('store', new StartError('no such bucket'))], log).attempt(),
    StartError,
  );
  const boot = new Boot([step('store', away(), new StartError('no such bucket'))], log);
  assert.equal(await boot.attempt(), false);
  const told = await new Promise((resolve, reject) => boot.goOn(() => reject(new Error('ready')), resolve));
  assert.ok(told instanceof StartError);
});

test('after a stop nothing is tried any more', async () => {
  const store = step('store', away());
  const boot = new Boot([store], log);
  await boot.attempt();
  boot.goOn(
    () => assert.fail('ready after the stop'),
    () => assert.fail('failed after the stop'),
  );
  boot.stop();
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(store.runs, 1);
});
