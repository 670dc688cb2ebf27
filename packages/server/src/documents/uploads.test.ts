import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { hasCode, StrongroomError } from '../errors.ts';
import { Uploads } from './uploads.ts';

const log = pino({ level: 'silent' });
const never = new AbortController().signal;

/** Records that hear heartbeats: `alive` decides who is still receiving. */
function records(alive: (ids: readonly string[]) => readonly string[]) {
  return {
    beats: [] as (readonly string[])[],
    async heartbeat(ids: readonly string[]) {
      this.beats.push(ids);
      return new Set(alive(ids));
    },
  };
}

/** Work that lasts until its signal fires; answers the reason. */
const untilEnded = (signal: AbortSignal) =>
  new Promise<unknown>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason)));

describe('uploads that run', () => {
  test('say together that they live, as long as they run', async () => {
    const heard = records((ids) => ids);
    const uploads = new Uploads(heard, { deadAfter: 40, endAfter: 60_000 }, log);
    const work = (_: AbortSignal) => new Promise((resolve) => setTimeout(resolve, 60));
    await Promise.all([uploads.run('a', never, work), uploads.run('b', never, work)]);
    assert.ok(heard.beats.length >= 2, `${heard.beats.length} heartbeats`);
    assert.deepEqual(heard.beats[0], ['a', 'b']);
    const beats = heard.beats.length;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(heard.beats.length, beats, 'heartbeats after the last upload');
    assert.equal(uploads.running, 0);
  });

  test('live for as long as each of them may', async () => {
    const heard: [readonly string[], number][] = [];
    const heartbeat = async (ids: readonly string[], lives: number) => {
      heard.push([ids, lives]);
      return new Set(ids);
    };
    const uploads = new Uploads({ heartbeat }, { deadAfter: 60_000, endAfter: 60_000 }, log);
    await uploads.run('a', never, () =>
      uploads.run('b', never, () => uploads.run('c', never, () => uploads.beat()), 9_000_000),
    );
    assert.deepEqual(heard, [
      [['a', 'c'], 60_000],
      [['b'], 9_000_000],
    ]);
  });

  test('hear at once that they were given up elsewhere', async () => {
    const uploads = new Uploads(
      records((ids) => ids.filter((id) => id !== 'lost')),
      { deadAfter: 40, endAfter: 60_000 },
      log,
    );
    const reason = await uploads.run('lost', never, untilEnded);
    assert.ok(hasCode(reason, 'state_conflict'));
  });

  const failing = {
    async heartbeat(): Promise<Set<string>> {
      throw new StrongroomError('records_unavailable', {});
    },
  };

  test('go on when a heartbeat fails', async () => {
    const uploads = new Uploads(failing, { deadAfter: 20, endAfter: 60_000 }, log);
    const answer = await uploads.run(
      'a',
      never,
      () => new Promise((resolve) => setTimeout(() => resolve('kept'), 40)),
    );
    assert.equal(answer, 'kept');
  });

  test('end when they could not be heard for so long that their record may be forgotten', async () => {
    const uploads = new Uploads(failing, { deadAfter: 20, endAfter: 60 }, log);
    const began = performance.now();
    const reason = await uploads.run('a', never, untilEnded);
    assert.ok(hasCode(reason, 'records_unavailable'));
    assert.ok(performance.now() - began >= 60);
  });

  test('end with their caller, by their name, or all together', async () => {
    const uploads = new Uploads(
      records((ids) => ids),
      { deadAfter: 1_000, endAfter: 60_000 },
      log,
    );
    const gone = new AbortController();
    const ends = Promise.all([
      uploads.run('a', gone.signal, untilEnded),
      uploads.run('b', never, untilEnded),
      uploads.run('c', never, untilEnded),
      uploads.run('d', AbortSignal.abort('gone before'), (signal) => Promise.resolve(signal.reason)),
    ]);
    gone.abort('gone');
    uploads.giveUp('b');
    uploads.giveUp('unknown');
    uploads.endAll('stopping');
    const [a, b, c, d] = await ends;
    assert.deepEqual([a, d], ['gone', 'gone before']);
    assert.ok(hasCode(b, 'state_conflict') && hasCode(c, 'aborted'));
    await uploads.settled();
  });
});
