import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { test } from 'node:test';
import { type ExamineOptions, judged, type Report, reported, sharedExaminations } from './doctor.ts';

/** A doctor whose examinations end when told, and who counts them. */
function patientDoctor() {
  const runs: { signal: AbortSignal | undefined; end: (report: Report) => void }[] = [];
  const begun = new EventEmitter();
  const examine = ({ signal }: ExamineOptions = {}) =>
    new Promise<Report>((resolve, reject) => {
      runs.push({ signal, end: resolve });
      signal?.addEventListener('abort', () => reject(signal.reason));
      begun.emit('begun');
    });
  const ask = sharedExaminations(async () => ({ examine, policy: () => null, fixCors: async () => null }));
  return { runs, begun: () => once(begun, 'begun'), ask };
}

const fine = reported([judged('put', true, { result: 'works', detail: '' })]);

test('a check is not ok where what is needed does not work, is not allowed or is not known', () => {
  const ok = (needed: boolean, result: 'works' | 'fails' | 'not_allowed' | 'unknown') =>
    reported([judged('x', needed, { result, detail: '' })]).ok;
  assert.deepEqual(
    (['works', 'fails', 'not_allowed', 'unknown'] as const).map((result) => ok(true, result)),
    [true, false, false, false],
  );
  assert.ok(ok(false, 'fails') && ok(false, 'unknown'));
});

test('whoever asks while an examination runs is answered by it; the next one begins anew', async () => {
  const { runs, begun, ask } = patientDoctor();
  const { signal } = new AbortController();
  const first = begun();
  const both = [ask(signal), ask(signal)];
  await first;
  assert.equal(runs.length, 1);
  runs[0]?.end(fine);
  assert.deepEqual(await Promise.all(both), [fine, fine]);
  const second = begun();
  const third = ask(signal);
  await second;
  assert.equal(runs.length, 2);
  runs[1]?.end(fine);
  await third;
});

test('it is broken off when the last who waits has gone, and only then', async () => {
  const { runs, begun, ask } = patientDoctor();
  const first = begun();
  const [one, other] = [new AbortController(), new AbortController()];
  const answers = [ask(one.signal), ask(other.signal)].map((answer) => answer.catch(() => 'ended'));
  await first;
  one.abort();
  assert.equal(runs[0]?.signal?.aborted, false);
  other.abort();
  assert.equal(runs[0]?.signal?.aborted, true);
  const second = begun();
  const next = ask(new AbortController().signal);
  await second;
  assert.equal(runs.length, 2, 'who comes now does not wait for what was broken off');
  assert.deepEqual(await Promise.all(answers), ['ended', 'ended']);
  runs[1]?.end(fine);
  assert.deepEqual(await next, fine);
});

test('who has gone before asking begins nothing', async () => {
  const { runs, ask } = patientDoctor();
  await assert.rejects(ask(AbortSignal.abort(new Error('gone'))), { message: 'gone' });
  assert.equal(runs.length, 0);
});
