import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Records } from '../../src/records/records.ts';
import type { NewUpload } from '../../src/records/upload-records.ts';
import type { Opened } from './document-records.ts';
import { refuses } from './document-records-refusals.ts';
import {
  abandoned,
  available,
  draft,
  freshRecord,
  happened,
  minute,
  once,
} from './document-records-samples.ts';
import { newUpload } from './document-records-uploads.ts';

/** What `create` does with an idempotency key, branch by branch as the port names them. */
export function describeIdempotency(opened: () => Opened): void {
  const start = async (line = once(), given = {}) => {
    const written = draft(given);
    const { document, created } = await opened().records.create(written, happened(), line);
    return { line, written, document, created };
  };
  const finish = (id: string) =>
    opened().records.transition(id, ['receiving'], 'available', { size: 1, dueIn: null }, happened());

  test('a repeat of a finished upload gets the first document', async () => {
    const { records } = opened();
    const { line, document } = await start();
    const finished = await finish(document.id);
    const again = await start(line);
    assert.deepEqual(again.document, finished);
    assert.equal(again.created, false);
    assert.equal(await records.get(again.written.id), null);
    assert.deepEqual(await records.events(again.written.id), []);
  });

  test('a repeat of a running upload is told so; keys of two callers never meet', async () => {
    const { line } = await start();
    await assert.rejects(start(line), refuses('idempotency_in_progress'));
    assert.equal((await start({ ...line, scope: 'k-2' })).created, true);
    assert.equal((await start({ ...line, key: line.key.toUpperCase() })).created, true);
  });

  test('another fingerprint under the key is a mismatch, running or finished', async () => {
    const { line, document } = await start();
    const other = { ...line, fingerprint: 'f-2' };
    await assert.rejects(start(other), refuses('idempotency_mismatch'));
    await finish(document.id);
    await assert.rejects(start(other), refuses('idempotency_mismatch'));
    assert.equal((await start(line)).created, false);
  });

  test('a dead upload is abandoned, due at once, and taken over', async () => {
    const { records } = opened();
    const { line, document: dead } = await start(once(), { dueIn: 0 });
    const next = await start(line);
    assert.equal(next.created, true);
    assert.equal(next.document.id, next.written.id);
    assert.equal((await records.get(dead.id))?.state, 'abandoned');
    const last = (await records.events(dead.id)).at(-1);
    assert.equal(last?.action, 'document.abandoned');
    assert.deepEqual(last?.details, { takenOverBy: next.document.id });
    const due = await records.claim(['abandoned'], { limit: 1_000, lease: minute });
    assert.ok(due.some(({ document }) => document.id === dead.id));
    await assert.rejects(finish(dead.id), refuses('state_conflict', { state: 'abandoned' }));
    await finish(next.document.id);
    assert.equal((await start(line)).document.id, next.document.id);
  });

  test('a dead upload with another fingerprint stays', async () => {
    const { line, document } = await start(once(), { dueIn: 0 });
    await assert.rejects(start({ ...line, fingerprint: 'f-2' }), refuses('idempotency_mismatch'));
    assert.equal((await opened().records.get(document.id))?.state, 'receiving');
  });

  test('the key of an abandoned or forgotten document is free, whatever the fingerprint', async () => {
    const { records } = opened();
    const { line, document } = await start();
    await records.transition(document.id, ['receiving'], 'abandoned', { dueIn: 0 }, happened());
    const other = { ...line, fingerprint: 'f-2' };
    const second = await start(other);
    assert.equal(second.created, true);
    await records.forget(document.id);
    await assert.rejects(start(other), refuses('idempotency_in_progress'));
    await records.transition(second.document.id, ['receiving'], 'abandoned', { dueIn: 0 }, happened());
    await records.forget(second.document.id);
    assert.equal((await start(line)).created, true);
  });

  test('an upload that goes on is found again by its key where it stands, by the same transport alone', async () => {
    const { records, second } = opened();
    const line = once();
    const begin = (by: Partial<NewUpload> | null, of: Records = records) =>
      of.create(draft(), happened(), line, undefined, by === null ? undefined : { ...newUpload, ...by });
    const first = await begin({ transport: 'direct' });
    assert.equal(first.created, true);
    const again = await begin({ transport: 'direct' }, second);
    assert.deepEqual(again, { document: first.document, created: false });
    for (const other of [null, { transport: 'tus' } as const])
      await assert.rejects(begin(other), refuses('idempotency_in_progress'));
    const grant = { grant: `g-${line.key}`, files: 1, keptFor: minute };
    const counted = await records.create(draft(), happened(), line, grant, {
      ...newUpload,
      transport: 'direct',
    });
    assert.equal(counted.created, false, 'it takes no place of a grant');
    assert.equal((await records.create(draft(), happened(), undefined, grant)).created, true);

    await records.finishUpload(
      first.document.id,
      0,
      'available',
      { size: 1, filename: 'a.pdf', dueIn: null },
      happened(),
    );
    assert.equal((await begin({ transport: 'tus' })).document.id, first.document.id);
  });

  test('an expired key is free', async () => {
    const { line } = await start(once({ keptFor: 1 }));
    await sleep(10);
    const again = await start({ ...line, fingerprint: 'f-2', keptFor: minute });
    assert.equal(again.created, true);
    await assert.rejects(start(line), refuses('idempotency_mismatch'));
  });

  test('a refused replaces writes neither the row nor the line', async () => {
    const { records } = opened();
    const recordId = freshRecord();
    const old = await available(records, { recordId });
    const gone = await abandoned(records, { recordId });
    const line = once();
    const refused = refuses('invalid_input', { field: 'replaces' });
    await assert.rejects(start(line, { recordId, replaces: gone.id }), refused);
    const { document } = await start(line, { recordId, replaces: old.id });
    assert.equal(document.replaces, old.id);
    // The line is there now, so this takes the other way through.
    await assert.rejects(start(line, { recordId, replaces: gone.id }), refused);
  });

  test('of racing uploads with one key one is created', async () => {
    const { records, second } = opened();
    const line = once();
    const recordId = freshRecord();
    await assertOneCreated(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? records : second).create(draft({ recordId }), happened(), line),
      ),
    );
  });

  test('of racing uploads one takes over from the dead', async () => {
    const { records, second } = opened();
    for (let round = 0; round < 5; round++) {
      const { line, document: dead } = await start(once(), { dueIn: 0 });
      await assertOneCreated(
        Array.from({ length: 10 }, (_, index) =>
          (index % 2 ? records : second).create(draft(), happened(), line),
        ),
      );
      assert.equal((await records.events(dead.id)).length, 2);
    }
  });
}

async function assertOneCreated(creates: Promise<{ created: boolean }>[]): Promise<void> {
  const outcomes = await Promise.allSettled(creates);
  const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
  assert.equal(lost.length, creates.length - 1);
  for (const { reason } of lost) refuses('idempotency_in_progress')(reason);
}
