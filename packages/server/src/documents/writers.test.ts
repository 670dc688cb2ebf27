import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { hasCode } from '../errors.ts';
import { stretchOf } from '../inspection/stretch.ts';
import { Writer, Writers } from './writers.ts';

function writer(fence: number): Writer {
  const over = () => assert.fail('nothing is limited');
  const options = { hash: null, checksum: null, atMost: Number.POSITIVE_INFINITY, over };
  return new Writer(fence, stretchOf(new Readable({ read() {} }), options));
}

describe('the writers of an upload', () => {
  it('are one at a time, and the latest is the last, however many waited for the same one', async () => {
    const writers = new Writers();
    const events: string[] = [];
    const gates = new Map([1, 2, 3, 4].map((fence) => [fence, Promise.withResolvers<void>()]));
    let atOnce = 0;
    const run = async (fence: number) => {
      await writers.end('u1', fence);
      await writers.run('u1', writer(fence), async () => {
        atOnce += 1;
        assert.equal(atOnce, 1, 'nobody else is at it');
        events.push(`${fence} begins`);
        await gates.get(fence)?.promise;
        events.push(`${fence} ends`);
        atOnce -= 1;
      });
    };
    const first = run(1);
    // All of them have taken the upload over before the first one hears of it.
    const others = [2, 3, 4].map(run);
    for (const gate of gates.values()) {
      gate.resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
    const ended = await Promise.allSettled([first, ...others]);
    assert.deepEqual([events.at(0), events.at(-2), events.at(-1)], ['1 begins', '4 begins', '4 ends']);
    for (const { status, ...rest } of ended)
      if (status === 'rejected')
        assert.ok(hasCode((rest as { reason: unknown }).reason, 'upload_taken_over'));
    assert.equal(ended.at(-1)?.status, 'fulfilled');
    await writers.end('u1');
  });

  it('an earlier one that comes late is refused', async () => {
    const writers = new Writers();
    const gate = Promise.withResolvers<void>();
    const later = writers.run('u1', writer(2), () => gate.promise);
    await assert.rejects(
      writers.run('u1', writer(1), async () => assert.fail()),
      (error) => hasCode(error, 'upload_taken_over'),
    );
    gate.resolve();
    await later;
  });
});
