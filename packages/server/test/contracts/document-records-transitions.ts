import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { State } from '../../src/documents/document.ts';
import type { Opened } from './document-records.ts';
import { refuses } from './document-records-refusals.ts';
import { available, happened, minute, receiving, sha256 } from './document-records-samples.ts';

/** `transition` and `change`, alone and in a race. */
export function describeTransitions(opened: () => Opened): void {
  test('a transition changes what is named, counts up and writes its event', async () => {
    const { records } = opened();
    const before = await receiving(records, { metadata: { a: 1 } });
    const at = new Date(before.createdAt.getTime() + 5);
    const event = happened({ action: 'document.available', at, details: { size: 4 } });
    const changes = { size: 4, sha256, versionId: 'v1', filename: 'new.pdf', metadata: {}, dueIn: null };
    const arrived = await records.transition(before.id, ['receiving'], 'available', changes, event);
    assert.deepEqual(arrived, {
      ...before,
      state: 'available',
      size: 4,
      sha256,
      filename: 'new.pdf',
      metadata: {},
      storage: { ...before.storage, versionId: 'v1' },
      updatedAt: at,
      revision: 2,
    });
    const deletion = { stateBefore: 'available', deletedAt: at, purgeAfter: at, archivedAt: at } as const;
    const trashed = await records.transition(
      before.id,
      ['archived', 'available'],
      'deleted',
      { ...deletion, dueIn: minute },
      happened({ action: 'document.deleted', at }),
    );
    assert.deepEqual(trashed, { ...arrived, ...deletion, state: 'deleted', revision: 3 });
    const cleared = { stateBefore: null, deletedAt: null, purgeAfter: null, archivedAt: null };
    const restored = await records.transition(
      before.id,
      ['deleted'],
      'available',
      { ...cleared, dueIn: null },
      happened({ action: 'document.restored', at }),
    );
    assert.deepEqual(restored, { ...arrived, revision: 4 });
    assert.deepEqual(await records.get(before.id), restored);
    assert.deepEqual(
      (await records.events(before.id)).map((line) => line.action),
      ['document.received', 'document.available', 'document.deleted', 'document.restored'],
    );
  });

  test('history is in the order of what happened, whatever the clocks said', async () => {
    const { records } = opened();
    const { id } = await receiving(records);
    const early = happened({ action: 'document.available', at: new Date(0) });
    await records.transition(id, ['receiving'], 'available', { dueIn: null }, early);
    const actions = (await records.events(id)).map((event) => event.action);
    assert.deepEqual(actions, ['document.received', 'document.available']);
  });

  test('a document in another state refuses and keeps its facts', async () => {
    const { records } = opened();
    const document = await available(records);
    await assert.rejects(
      records.transition(
        document.id,
        ['archived', 'receiving'],
        'deleted',
        { size: 9, dueIn: 0 },
        happened(),
      ),
      refuses('state_conflict', { id: document.id, state: 'available', wanted: 'deleted' }),
    );
    assert.deepEqual(await records.get(document.id), document);
    assert.equal((await records.events(document.id)).length, 2);
  });

  test('a document that left its state and came back is not the one that was meant', async () => {
    const { records } = opened();
    const first = await available(records);
    const move = (from: State, to: State, revision?: number) =>
      records.transition(first.id, [from], to, { dueIn: null }, happened(), revision);
    const deleted = await move('available', 'deleted', first.revision);
    await move('deleted', 'available');
    const again = await move('available', 'deleted');
    await assert.rejects(
      move('deleted', 'purging', deleted.revision),
      refuses('revision_conflict', { revision: again.revision }),
    );
    assert.deepEqual(await records.get(first.id), again);
    assert.equal((await move('deleted', 'purging', again.revision)).state, 'purging');
  });

  test('of 50 racing transitions one wins', async () => {
    const { records, second } = opened();
    const { id } = await receiving(records);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        (index % 2 ? records : second).transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, happened()),
      ),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(lost.length, 49);
    for (const { reason } of lost) refuses('state_conflict', { state: 'abandoned' })(reason);
    assert.equal((await records.events(id)).length, 2);
  });

  test('a change wants the revision it saw, and a state that allows it', async () => {
    const { records } = opened();
    const document = await available(records, { metadata: { a: 1 } });
    const changed = await records.change(
      document.id,
      document.revision,
      ['available'],
      { filename: 'renamed.pdf' },
      happened({ action: 'document.changed', at: document.updatedAt }),
    );
    assert.deepEqual(changed, { ...document, filename: 'renamed.pdf', revision: document.revision + 1 });
    const change = (revision: number, from: 'available' | 'archived') =>
      records.change(document.id, revision, [from], { metadata: {} }, happened());
    await assert.rejects(
      change(document.revision, 'available'),
      refuses('revision_conflict', { revision: changed.revision }),
    );
    await assert.rejects(
      change(changed.revision, 'archived'),
      refuses('state_conflict', { state: 'available' }),
    );
    assert.deepEqual(await records.get(document.id), changed);
  });

  test('of 20 changes to one revision one wins', async () => {
    const { records, second } = opened();
    const { id, revision } = await available(records);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 ? records : second).change(
          id,
          revision,
          ['available'],
          { metadata: { index } },
          happened(),
        ),
      ),
    );
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected');
    assert.equal(lost.length, 19);
    for (const { reason } of lost) refuses('revision_conflict', { revision: revision + 1 })(reason);
  });
}
