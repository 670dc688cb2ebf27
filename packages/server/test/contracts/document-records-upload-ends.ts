import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StrongroomError } from '../../src/errors.ts';
import type { Opened } from './document-records.ts';
import { refuses } from './document-records-refusals.ts';
import { abandoned, draft, freshRecord, happened, minute, once, sha256 } from './document-records-samples.ts';
import { begun, keyless, newUpload, part, placed, progress } from './document-records-uploads.ts';

const arrived = { filename: 'Ärger.txt', size: 3, sha256, versionId: 'v', dueIn: null };
const event = () => happened({ action: 'document.available' });

/** How uploads that go on are created, placed, finished, given up and forgotten. */
export function describeUploadEnds(opened: () => Opened): void {
  const search = async (recordId: string) => {
    const wanted = { prefix: 'arger', recordId, states: ['available', 'inspecting'] as const };
    return (await opened().records.search(wanted, { limit: 10 })).documents.map(({ id }) => id);
  };

  test('what the first bytes say is fixed once', async () => {
    const { records, second } = opened();
    const id = await begun(records);
    const before = await records.get(id);
    assert.ok(before);
    const { key, contentType, filename } = placed;
    const at = new Date(placed.at.getTime() + 5);
    const document = await records.placeUpload(id, 0, { ...placed, at });
    const storage = { ...keyless, key };
    assert.deepEqual(document, { ...before, storage, contentType, filename, updatedAt: at, revision: 2 });
    assert.deepEqual((await second.takeUpload(id)).document, document);
    assert.equal((await records.events(id)).length, 1);
    await assert.rejects(
      records.placeUpload(id, 1, { ...placed, key: `${key}.other` }),
      refuses('state_conflict', { id, state: 'receiving', wanted: 'placed' }),
    );
    assert.deepEqual(await records.get(id), document);
    assert.equal((await records.placeUpload(id, 1, placed)).storage.key, key, 'when the answer was lost');
  });

  for (const to of ['available', 'inspecting'] as const) {
    test(`the end makes it ${to}, found by its name, and leaves nothing of the upload`, async () => {
      const { records } = opened();
      const recordId = freshRecord();
      const id = await begun(records, {}, { recordId });
      await records.advanceUpload(id, 0, progress(8, { part: part(1) }));
      await records.placeUpload(id, 0, placed);
      assert.deepEqual(await search(recordId), [], 'what is not whole is found by nobody');
      const done = await records.finishUpload(id, 0, to, arrived, event());
      assert.deepEqual(done, await records.get(id));
      assert.deepEqual([done.state, done.size, done.storage.versionId, done.revision], [to, 3, 'v', 3]);
      assert.deepEqual(await search(recordId), [id]);
      assert.equal(await records.findUpload(id), null);
      const history = (await records.events(id)).map(({ action, revision }) => [action, revision]);
      assert.deepEqual(history, [
        ['document.received', 1],
        ['document.available', 3],
      ]);
      const over = refuses('state_conflict', { id, state: to });
      await assert.rejects(records.takeUpload(id, 0), over);
      await assert.rejects(records.advanceUpload(id, 0, progress(8)), over);
      await assert.rejects(records.placeUpload(id, 0, placed), over);
      await assert.rejects(records.uploadParts(id), over);
      await assert.rejects(records.finishUpload(id, 0, to, arrived, event()), over);
    });
  }

  test('of two that finish at once one does, and its event is the only one', async () => {
    const { records, second } = opened();
    const id = await begun(records);
    const ends = await Promise.allSettled(
      [records, second, records, second].map((by) => by.finishUpload(id, 0, 'available', arrived, event())),
    );
    const refused = ends.filter((end) => end.status === 'rejected');
    assert.equal(refused.length, 3);
    for (const { reason } of refused) refuses('state_conflict', { state: 'available' })(reason);
    assert.equal((await records.events(id)).length, 2);
  });

  test('an end races the chore that gives it up: one of them wins, whole', async () => {
    const { records, second } = opened();
    for (let round = 0; round < 10; round++) {
      const id = await begun(records, {}, { dueIn: 0 });
      const given = happened({ action: 'document.abandoned' });
      const outcomes = await Promise.allSettled([
        records.finishUpload(id, 0, 'available', arrived, event()),
        second.transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, given),
      ]);
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
      const now = await records.get(id);
      const upload = await records.findUpload(id);
      assert.equal(upload === null, now?.state === 'available');
      assert.equal((await records.events(id)).at(-1)?.action, `document.${now?.state}`);
    }
  });

  test('one that is given up keeps what its store needs to clear it, until it is forgotten', async () => {
    const { records } = opened();
    const id = await begun(records);
    await records.advanceUpload(id, 0, progress(8, { part: part(1) }));
    await records.transition(id, ['receiving'], 'abandoned', { dueIn: 0 }, happened());
    const left = await records.findUpload(id);
    assert.deepEqual([left?.document.state, left?.offset, left?.state], ['abandoned', 8, { at: 8 }]);
    for (const call of [
      records.takeUpload(id),
      records.advanceUpload(id, 0, progress(16)),
      records.placeUpload(id, 0, placed),
      records.finishUpload(id, 0, 'available', arrived, event()),
    ])
      await assert.rejects(call, refuses('state_conflict', { id, state: 'abandoned' }));
    await records.forget(id);
    await assert.rejects(records.findUpload(id), refuses('document_missing', { id }));
    await assert.rejects(records.uploadParts(id), refuses('document_missing', { id }));
    // Its rows would be in the way of a document with its id.
    const again = draft({ id, storage: keyless });
    await records.create(again, happened(), undefined, undefined, newUpload);
    assert.deepEqual(await records.uploadParts(id), []);
    assert.equal((await records.findUpload(id))?.offset, 0);
  });

  test('one that nobody goes on with comes due; one that goes on does not', async () => {
    const { records } = opened();
    const [left, alive] = [await begun(records, {}, { dueIn: 0 }), await begun(records, {}, { dueIn: 0 })];
    await records.advanceUpload(alive, 0, progress(8));
    const due = await records.claim(['receiving'], { limit: 1_000, lease: minute });
    const ids = due.map(({ document }) => document.id);
    assert.deepEqual([ids.includes(left), ids.includes(alive)], [true, false]);
    assert.equal(due.find(({ document }) => document.id === left)?.document.storage.key, '');
    await records.advanceUpload(left, 0, progress(8, { dueIn: 30 * minute }));
    const upload = await records.findUpload(left);
    assert.ok(
      upload && upload.expiresAt.getTime() > Date.now() + 20 * minute,
      'going on is later than the lease',
    );
  });

  test('an upload, an idempotency line and a place of a grant’s are written together, or none is', async () => {
    const { records } = opened();
    const line = once();
    const grant = { kind: 'grant', id: `g-${freshRecord()}` } as const;
    const allowance = { grant: grant.id, files: 1, keptFor: 10 * minute };
    const start = (given: object, key = line) =>
      records.create(
        draft({ storage: keyless, createdBy: grant, ...given }),
        happened(),
        key,
        allowance,
        newUpload,
      );
    const { document } = await start({ dueIn: 0 });
    assert.deepEqual((await records.findUpload(document.id))?.claims, newUpload.claims);
    const refused = draft();
    await assert.rejects(start({ id: refused.id }, once()), refuses('grant_used_up'));
    await assert.rejects(records.findUpload(refused.id), refuses('document_missing'));
    const next = await start({});
    assert.equal(next.created, true, 'the first one was due: it is given up, and its place goes on');
    assert.equal((await records.findUpload(document.id))?.document.state, 'abandoned');
    assert.equal((await records.findUpload(next.document.id))?.offset, 0);
    assert.deepEqual(
      await start({}),
      { document: next.document, created: false },
      'it goes on where it stands',
    );
    await records.finishUpload(next.document.id, 0, 'inspecting', { ...arrived, dueIn: minute }, event());
    const again = await start({});
    assert.deepEqual([again.created, again.document.id], [false, next.document.id]);
  });

  test('every way to create writes the upload: with a key that is fresh or taken over, and in place of another', async () => {
    const { records } = opened();
    const line = once();
    const start = async (given: object, key?: typeof line) => {
      const written = draft({ storage: keyless, ...given });
      await records.create(written, happened(), key, undefined, newUpload);
      assert.deepEqual((await records.findUpload(written.id))?.state, newUpload.state);
      return written;
    };
    const fresh = await start({ dueIn: 0 }, line);
    await start({}, line);
    assert.equal((await records.get(fresh.id))?.state, 'abandoned');
    const old = await start({});
    const second = await start({ recordId: old.recordId, replaces: old.id });
    await start({ recordId: old.recordId, replaces: second.id }, once());
    const given = await abandoned(records);
    for (const key of [undefined, once()]) {
      const nothing = start({ recordId: given.recordId, replaces: given.id }, key);
      await assert.rejects(nothing, refuses('invalid_input', { field: 'replaces' }));
    }
  });

  test('a document without a key is known by none', async () => {
    const { records } = opened();
    const id = await begun(records);
    assert.deepEqual(await records.known([`case/${id}.pdf`]), new Set());
    await records.placeUpload(id, 0, { ...placed, key: `case/${id}.pdf` });
    assert.deepEqual(await records.known([`case/${id}.pdf`]), new Set([`case/${id}.pdf`]));
  });

  test('calls of many uploads at once each have their own outcome', async () => {
    const { records } = opened();
    const ids = await Promise.all(Array.from({ length: 30 }, () => begun(records)));
    const taken = await Promise.all(ids.map((id) => records.takeUpload(id, 0)));
    assert.deepEqual(
      taken.map(({ document, fence }) => [document.id, fence]),
      ids.map((id) => [id, 1]),
    );
    const came = await Promise.all(
      ids.map((id, index) =>
        records.advanceUpload(id, index % 3, progress(8, { part: part(1) })).then(
          () => 'ok',
          (error: StrongroomError) => error.code,
        ),
      ),
    );
    for (const [index, outcome] of came.entries())
      assert.equal(outcome, index % 3 === 1 ? 'ok' : 'upload_taken_over');
    const ended = await Promise.all(
      ids.map((id) => records.finishUpload(id, 1, 'available', arrived, event())),
    );
    assert.deepEqual(new Set(ended.map(({ state }) => state)), new Set(['available']));
  });
}
